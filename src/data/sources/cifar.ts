/** CIFAR-10 and CIFAR-100 from their authors' binary files. */
import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { locateNamed, namedSources, spellings } from '../named.js'
import { type DataContext, findFile, readPlainOrGzip, readText, requireFile } from '../paths.js'
import type { RawData } from '../raw.js'

type CifarConfig = Extract<DataConfig, { source: 'cifar10' | 'cifar100' }>

const PIXELS = 3 * 32 * 32
/** Records of a split: the authors' training files hold so many. */
const RECORDS = 50_000

const cifar10Classes = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
]

const subfolders = [...namedSources.cifar10.subfolders, ...namedSources.cifar100.subfolders]

/** Where a record has its label and its pixels, and how many classes there are. */
interface RecordLayout {
  readonly labelAt: number
  readonly labelBytes: number
  readonly classes: readonly string[]
}

/** Records of one split, read from one or several files one after another. */
interface Split {
  readonly bytes: Uint8Array
  readonly labels: Int32Array
}

/**
 * CIFAR's binary version (Krizhevsky, 2009): records of one label byte (CIFAR-100: coarse, then fine)
 * and 3,072 bytes of red, green and blue planes, row by row. Values 0 to 1.
 */
export async function openCifar(data: CifarConfig, context: DataContext): Promise<RawData> {
  const folder = locateNamed(data.source, data.path, context)
  const layout = await recordLayout(data, folder)
  const trainFiles = data.source === 'cifar10' ? batches(folder) : [file(folder, 'train.bin')]
  const testName = data.source === 'cifar10' ? 'test_batch.bin' : 'test.bin'
  const train = await readSplit(trainFiles, layout)
  const test = await readSplit([file(folder, testName)], layout)
  const missing = data.source === 'cifar10' ? 5 - trainFiles.length : 0
  return {
    kind: 'image',
    axisOrder: 'nchw',
    shape: [3, 32, 32],
    ...(missing === 0
      ? {}
      : {
          assumptions: [`${missing} of the five training files of CIFAR-10 are not in ${folder}`],
        }),
    classes: layout.classes,
    trainLabels: train.labels,
    testLabels: test.labels,
    read: async (trainRows, testRows) => ({
      train: readPixels(train.bytes, trainRows, layout.labelBytes),
      test: readPixels(test.bytes, testRows, layout.labelBytes),
    }),
  }
}

function file(folder: string, name: string): string {
  return requireFile(folder, spellings(name), subfolders)
}

/** data_batch_1.bin and as many more as follow without a gap. */
function batches(folder: string): string[] {
  const at = (number: number) => findFile(folder, spellings(`data_batch_${number}.bin`), subfolders)
  const found = [1, 2, 3, 4, 5].map(at)
  const last = found.findLastIndex((path) => path !== undefined)
  const missing = found.slice(0, Math.max(1, last)).indexOf(undefined)
  if (missing !== -1) throw new InputError(`${folder} has no file data_batch_${missing + 1}.bin`)
  return found.filter((path) => path !== undefined)
}

async function recordLayout(data: CifarConfig, folder: string): Promise<RecordLayout> {
  if (data.source === 'cifar10') return { labelAt: 0, labelBytes: 1, classes: cifar10Classes }
  const fine = data.labels === 'fine'
  const count = fine ? 100 : 20
  const namesFile = findFile(folder, [`${data.labels}_label_names.txt`], subfolders)
  const numbers = Array.from({ length: count }, (_, c) => `${data.labels} ${c}`)
  const classes = namesFile === undefined ? numbers : await readNames(namesFile, count)
  return { labelAt: fine ? 1 : 0, labelBytes: 2, classes }
}

async function readNames(path: string, count: number): Promise<string[]> {
  const names = readText(path)
    .split(/\r?\n/)
    .filter((name) => name !== '')
  if (names.length === count) return names
  throw new InputError(`${path} has ${names.length} class names, ${count} expected`)
}

async function readSplit(files: readonly string[], layout: RecordLayout): Promise<Split> {
  const record = layout.labelBytes + PIXELS
  const parts: Uint8Array[] = []
  let room = RECORDS * record
  for (const path of files) {
    const bytes = readPlainOrGzip(path, room)
    room -= bytes.length
    if (bytes.length === 0 || bytes.length % record !== 0) {
      throw new InputError(
        `${path} is cut short or no CIFAR file: ${bytes.length} bytes are not whole records of ` +
          `${record} bytes`,
      )
    }
    checkLabels(bytes, record, layout, path)
    parts.push(bytes)
  }
  const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts)
  const labels = new Int32Array(bytes.length / record)
  for (let row = 0; row < labels.length; row++) labels[row] = bytes[row * record + layout.labelAt]
  return { bytes, labels }
}

function checkLabels(bytes: Uint8Array, record: number, layout: RecordLayout, path: string): void {
  for (let row = 0; row * record < bytes.length; row++) {
    const label = bytes[row * record + layout.labelAt]
    if (label < layout.classes.length) continue
    throw new InputError(
      `${path}: record ${row} has label ${label}, above ${layout.classes.length - 1}`,
    )
  }
}

function readPixels(bytes: Uint8Array, rows: Int32Array, labelBytes: number): Float32Array {
  const record = labelBytes + PIXELS
  const inputs = new Float32Array(rows.length * PIXELS)
  for (const [position, row] of rows.entries()) {
    const from = row * record + labelBytes
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      inputs[position * PIXELS + pixel] = bytes[from + pixel] / 255
    }
  }
  return inputs
}
