import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { decodeImage, imageName } from '../decodeImage.js'
import { type DataContext, resolveDataPath } from '../paths.js'
import type { RawData } from '../raw.js'
import { resamplePlane } from '../resample.js'

type ImagesConfig = Extract<DataConfig, { source: 'images' }>
type Size = readonly [number, number]

/** Image files of one split, by class and then name. */
interface Part {
  readonly files: readonly string[]
  readonly labels: Int32Array
}

/**
 * A folder with one subfolder a class, or with `train` and `test` (or `val`) that hold those. Only
 * .png, .jpg and .jpeg files are looked at; they are decoded when they are needed.
 */
export async function openImages(data: ImagesConfig, context: DataContext): Promise<RawData> {
  const folder = resolveDataPath(data.path, context)
  const trainFolder = join(folder, 'train')
  const isSplit = existsSync(trainFolder)
  const testName = ['test', 'val'].find((name) => existsSync(join(folder, name)))
  const classes = await classFolders(isSplit ? trainFolder : folder)
  const train = await listImages(isSplit ? trainFolder : folder, classes)
  const test =
    isSplit && testName !== undefined
      ? await listImages(join(folder, testName), classes)
      : undefined
  const size = await imageSize(data, train.files[0])
  const read = (files: readonly string[], rows: Int32Array) => readImages(files, rows, data, size)
  return {
    kind: 'image',
    shape: [data.channels, ...size],
    classes,
    trainLabels: train.labels,
    ...(test === undefined ? {} : { testLabels: test.labels }),
    read: async (trainRows, testRows) => ({
      train: await read(train.files, trainRows),
      test: await read((test ?? train).files, testRows),
    }),
  }
}

async function classFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => {
    throw new InputError(`cannot read the folder ${folder}: ${error.message}`, { cause: error })
  })
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
  if (names.length >= 2) return names
  throw new InputError(`${folder} needs a subfolder a class, at least 2; it has ${names.length}`)
}

async function listImages(folder: string, classes: readonly string[]): Promise<Part> {
  const present = await classFolders(folder)
  const unknown = present.find((name) => !classes.includes(name))
  if (unknown !== undefined) throw new InputError(`${folder}: class "${unknown}" is not in train`)
  const files: string[] = []
  const labels: number[] = []
  for (const [label, name] of classes.entries()) {
    if (!present.includes(name)) continue
    const names = (await readdir(join(folder, name))).filter((file) => imageName.test(file)).sort()
    if (names.length === 0) {
      throw new InputError(`${join(folder, name)} has no .png, .jpg or .jpeg file`)
    }
    for (const file of names) {
      files.push(join(folder, name, file))
      labels.push(label)
    }
  }
  return { files, labels: Int32Array.from(labels) }
}

async function imageSize({ size, channels }: ImagesConfig, first: string): Promise<Size> {
  if (typeof size === 'number') return [size, size]
  if (size !== undefined) return size
  const { height, width } = await decodeImage(first, channels)
  return [height, width]
}

async function readImages(
  files: readonly string[],
  rows: Int32Array,
  data: ImagesConfig,
  size: Size,
): Promise<Float32Array> {
  const { channels } = data
  const [height, width] = size
  const plane = height * width
  const inputs = new Float32Array(rows.length * channels * plane)
  for (const [position, row] of rows.entries()) {
    const image = await decodeImage(files[row], channels)
    if (data.size === undefined && (image.height !== height || image.width !== width)) {
      throw new InputError(
        `${files[row]} has ${image.height}×${image.width} pixels, ${files[0]} ${height}×${width}; ` +
          'set data.size to resample all',
      )
    }
    const from = image.height * image.width
    for (let channel = 0; channel < channels; channel++) {
      const source = image.planes.subarray(channel * from, (channel + 1) * from)
      const resampled = resamplePlane(source, [image.height, image.width], size)
      inputs.set(resampled, (position * channels + channel) * plane)
    }
  }
  return inputs
}
