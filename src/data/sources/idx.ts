/** The data sources `mnist` and `fashion-mnist`: files in the IDX format. */
import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { sizeOf } from '../../core/tensor.js'
import { locateNamed, namedSources, spellings } from '../named.js'
import { type DataContext, readPlainOrGzip, requireFile } from '../paths.js'
import type { RawData } from '../raw.js'

type IdxConfig = Extract<DataConfig, { source: 'mnist' | 'fashion-mnist' }>

/** An array of unsigned bytes of an IDX file (the format of LeCun's MNIST page). */
interface IdxArray {
  readonly shape: readonly number[]
  readonly data: Uint8Array
}

/**
 * Reads IDX: bytes 0 0, type 8 (unsigned byte), number of axes, a big-endian int32 an axis, then the
 * elements. Throws InputError naming the file for another magic number or another length.
 */
function decodeIdx(bytes: Uint8Array, axes: number, file: string): IdxArray {
  if (bytes.length === 0) throw new InputError(`${file} is empty`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const expected = 0x0800 + axes
  const magic = bytes.length < 4 ? undefined : view.getUint32(0)
  if (magic !== expected) {
    const found = magic === undefined ? 'fewer than 4 bytes' : `magic number ${magic}`
    throw new InputError(`${file} is no IDX file of ${axes} axes: ${found}, ${expected} expected`)
  }
  const header = 4 + 4 * axes
  if (bytes.length < header) throw new InputError(`${file} is cut short within its header`)
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis))
  const size = sizeOf(shape)
  const held = bytes.length - header
  if (held !== size) {
    throw new InputError(
      `${file} is ${held < size ? 'cut short' : 'too long'}: its header says ${shape.join(' × ')} = ` +
        `${size} bytes, but ${held} follow`,
    )
  }
  return { shape, data: bytes.subarray(header) }
}

const clothes = [
  'T-shirt/top',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
]

interface Split {
  readonly images: IdxArray
  readonly labels: Int32Array
}

/** MNIST and Fashion-MNIST: 10 classes of grey images, values 0 to 1, with `pad` black pixels around. */
export async function openIdx(data: IdxConfig, context: DataContext): Promise<RawData> {
  const folder = locateNamed(data.source, data.path, context)
  const { subfolders } = namedSources[data.source]
  const train = await readSplit(folder, 'train', subfolders)
  const test = await readSplit(folder, 't10k', subfolders)
  const [, height, width] = train.images.shape
  if (test.images.shape[1] !== height || test.images.shape[2] !== width) {
    throw new InputError(`${folder}: training and test images differ in size`)
  }
  const padded = [height + 2 * data.pad, width + 2 * data.pad]
  return {
    kind: 'image',
    shape: [1, ...padded],
    classes: data.source === 'mnist' ? [...'0123456789'] : clothes,
    trainLabels: train.labels,
    testLabels: test.labels,
    read: async (trainRows, testRows) => ({
      train: readImages(train.images, trainRows, data.pad),
      test: readImages(test.images, testRows, data.pad),
    }),
  }
}

async function readSplit(
  folder: string,
  prefix: string,
  subfolders: readonly string[],
): Promise<Split> {
  const find = (kind: string) =>
    requireFile(folder, spellings(`${prefix}-${kind}-ubyte`), subfolders)
  const imageFile = find('images-idx3')
  const labelFile = find('labels-idx1')
  const images = decodeIdx(readPlainOrGzip(imageFile), 3, imageFile)
  const labels = decodeIdx(readPlainOrGzip(labelFile), 1, labelFile)
  if (images.shape[0] !== labels.shape[0]) {
    throw new InputError(
      `${imageFile} has ${images.shape[0]} images, but ${labelFile} has ${labels.shape[0]} labels`,
    )
  }
  const wrong = labels.data.findIndex((label) => label > 9)
  if (wrong !== -1) {
    throw new InputError(`${labelFile}: sample ${wrong} has label ${labels.data[wrong]}, above 9`)
  }
  return { images, labels: Int32Array.from(labels.data) }
}

function readImages({ shape, data }: IdxArray, rows: Int32Array, pad: number): Float32Array {
  const [, height, width] = shape
  const wide = width + 2 * pad
  const plane = (height + 2 * pad) * wide
  const inputs = new Float32Array(rows.length * plane)
  for (const [position, row] of rows.entries()) {
    for (let y = 0; y < height; y++) {
      const from = (row * height + y) * width
      const to = position * plane + (y + pad) * wide + pad
      for (let x = 0; x < width; x++) inputs[to + x] = data[from + x] / 255
    }
  }
  return inputs
}
