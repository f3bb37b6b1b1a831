/** The data source `images`: a folder of PNG and JPEG files with a subfolder for each class. */
import { extname, join } from 'node:path'
import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { sortedClasses } from '../classNames.js'
import { listFolder } from '../folders.js'
import { type DecodedImage, decodeImage, imageName } from '../images/decode.js'
import { type DataContext, resolveDataPath } from '../paths.js'
import type { RawData } from '../raw.js'
import { resamplePlane } from '../resample.js'

type ImagesConfig = Extract<DataConfig, { source: 'images' }>
type Size = readonly [number, number]

/** Image files of one split, by class and then name. */
interface Part {
  readonly files: readonly string[]
  readonly labels: Int32Array
  /** Names beside the images, which are not read; nested folders end in a slash. */
  readonly others: readonly string[]
}

/**
 * A folder with one subfolder per class, or with `train` and `test` (or `val`) that hold those; a symbolic link
 * to a folder is a folder. Only .png, .jpg and .jpeg files are looked at; they are decoded when they are
 * needed. Hidden names are none; what else is not read is counted in a line of the assumptions.
 */
export async function openImages(data: ImagesConfig, context: DataContext): Promise<RawData> {
  const root = resolveDataPath(data.path, context)
  const { trainFolder, testFolder, unused } = splitsOf(root)
  const classes = classFolders(trainFolder)
  const train = listImages(trainFolder, classes)
  const test = testFolder === undefined ? undefined : listImages(testFolder, classes)
  const size = await imageSize(data, train.files[0])
  const read = (files: readonly string[], rows: Int32Array, seen: Seen) =>
    readImages(files, rows, data, size, seen)
  return {
    kind: 'image',
    shape: [data.channels, ...size],
    classes,
    trainLabels: train.labels,
    ...(test === undefined ? {} : { testLabels: test.labels }),
    assumptions: [
      ...unread(root, [...train.others, ...(test?.others ?? [])]),
      ...unused.map((name) => `${join(root, name)} is not read: train and test are`),
    ],
    read: async (trainRows, testRows) => {
      const seen = {
        images: 0,
        otherSize: 0,
        otherAspect: 0,
        transparent: 0,
        turned: 0,
        subsampled: 0,
      }
      return {
        train: await read(train.files, trainRows, seen),
        test: await read((test ?? train).files, testRows, seen),
        assumptions: remarks(seen, size),
      }
    },
  }
}

/** The folders of the training and test classes, and those beside them. */
interface Splits {
  readonly trainFolder: string
  readonly testFolder?: string
  readonly unused: readonly string[]
}

/** Whether `train` holds classes; where it holds images itself, it is a class of that name. */
function splitsOf(root: string): Splits {
  const { folders } = listFolder(root)
  const isSplit = folders.includes('train') && listFolder(join(root, 'train')).folders.length > 0
  if (!isSplit) return { trainFolder: root, unused: [] }
  const testName = ['test', 'val'].find((name) => folders.includes(name))
  return {
    trainFolder: join(root, 'train'),
    ...(testName === undefined ? {} : { testFolder: join(root, testName) }),
    unused: folders.filter((name) => name !== 'train' && name !== testName),
  }
}

function classFolders(folder: string): string[] {
  const names = sortedClasses(listFolder(folder).folders, folder)
  if (names.length >= 2) return names
  throw new InputError(`${folder} needs a subfolder per class, at least 2; it has ${names.length}`)
}

function listImages(folder: string, classes: readonly string[]): Part {
  const present = classFolders(folder)
  const unknown = present.find((name) => !classes.includes(name))
  if (unknown !== undefined) throw new InputError(`${folder}: class "${unknown}" is not in train`)
  const files: string[] = []
  const labels: number[] = []
  const others: string[] = [...listFolder(folder).files]
  for (const [label, name] of classes.entries()) {
    if (!present.includes(name)) continue
    const content = listFolder(join(folder, name))
    const images = content.files.filter((file) => imageName.test(file))
    if (images.length === 0) {
      throw new InputError(
        `${join(folder, name)} has no .png, .jpg or .jpeg file: a class needs images, or remove the folder`,
      )
    }
    for (const file of images) {
      files.push(join(folder, name, file))
      labels.push(label)
    }
    others.push(...content.files.filter((file) => !imageName.test(file)))
    others.push(...content.folders.map((nested) => `${nested}/`))
  }
  return { files, labels: Int32Array.from(labels), others }
}

/** The line that counts by kind what is there and not read. */
function unread(folder: string, others: readonly string[]): string[] {
  if (others.length === 0) return []
  const counts = new Map<string, number>()
  for (const name of others) {
    const kind = name.endsWith('/')
      ? 'nested folder'
      : extname(name).toLowerCase() || 'without ending'
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  const kinds = [...counts].sort().map(([kind, count]) => `${count} ${kind}`)
  return [
    `${folder}: only .png, .jpg and .jpeg files right in the class folders are read; not read: ${kinds.join(', ')}`,
  ]
}

/** How many images were read, and how many of them have what a reader has to hear of. */
type Seen = Record<
  'images' | 'otherSize' | 'otherAspect' | 'transparent' | 'turned' | 'subsampled',
  number
>

function note(seen: Seen, { height, width, traits }: DecodedImage, [toHeight, toWidth]: Size) {
  seen.images++
  if (height !== toHeight || width !== toWidth) seen.otherSize++
  if (height * toWidth !== width * toHeight) seen.otherAspect++
  if (traits.hasTransparency) seen.transparent++
  if (traits.isTurned) seen.turned++
  if (traits.isSubsampled) seen.subsampled++
}

function remarks(seen: Seen, [height, width]: Size): string[] {
  const aspect =
    seen.otherAspect === 0
      ? ''
      : `, ${seen.otherAspect} of them from another aspect ratio, which distorts them`
  const lines: readonly [number, string][] = [
    [seen.otherSize, `were resampled to ${height}×${width} pixels${aspect}`],
    [
      seen.transparent,
      "have transparent pixels, whose own colours are taken (as Pillow's convert('RGB') does)",
    ],
    [
      seen.turned,
      'have an EXIF orientation, which is not applied: the pixels are taken as stored, as in Pillow',
    ],
    [
      seen.subsampled,
      'are JPEG files with fewer samples of colour than of brightness (4:2:0 or the like): colours are ' +
        'repeated, where Pillow interpolates them; PNG files are the same everywhere',
    ],
  ]
  return lines
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} of ${seen.images} images ${what}`)
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
  seen: Seen,
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
    note(seen, image, size)
    const from = image.height * image.width
    for (let channel = 0; channel < channels; channel++) {
      const source = image.planes.subarray(channel * from, (channel + 1) * from)
      const resampled = resamplePlane(source, [image.height, image.width], size)
      inputs.set(resampled, (position * channels + channel) * plane)
    }
  }
  return inputs
}
