/** The data sets known by name: what files each consists of, and where they are looked for. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EnvironmentError } from '../core/errors.js'
import { type DataContext, findFile, resolveDataPath } from './paths.js'

/** A data set known by name: what it is and the files that it must have. */
interface NamedSource {
  readonly title: string
  /** Required files; each may also end in .gz. */
  readonly files: readonly string[]
  /** Subfolders in which other tools keep those files. */
  readonly subfolders: readonly string[]
}

const idxFiles = ['train', 't10k'].flatMap((split) => [
  `${split}-images-idx3-ubyte`,
  `${split}-labels-idx1-ubyte`,
])

/** Data sets that are looked for in the data folders and can be fetched. */
export const namedSources = {
  mnist: {
    title: 'MNIST: 60,000 + 10,000 digits, 28×28, grey',
    files: idxFiles,
    subfolders: ['raw', 'MNIST/raw'],
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST: 60,000 + 10,000 clothes, 28×28, grey',
    files: idxFiles,
    subfolders: ['raw', 'FashionMNIST/raw'],
  },
  cifar10: {
    title: 'CIFAR-10: 50,000 + 10,000 images of 10 classes, 32×32, colour',
    files: ['data_batch_1.bin', 'test_batch.bin'],
    subfolders: ['cifar-10-batches-bin'],
  },
  cifar100: {
    title: 'CIFAR-100: 50,000 + 10,000 images of 100 classes, 32×32, colour',
    files: ['train.bin', 'test.bin'],
    subfolders: ['cifar-100-binary'],
  },
  sst2: {
    title: 'SST-2: 67,349 + 872 phrases of film reviews, two classes',
    files: ['train.tsv', 'dev.tsv'],
    subfolders: ['SST-2'],
  },
} as const satisfies Readonly<Record<string, NamedSource>>

export type SourceName = keyof typeof namedSources

export const sourceNames = Object.keys(namedSources) as SourceName[]

/** The spellings under which a required file may be there. */
export function spellings(file: string): string[] {
  const dotted = file.replace('-idx', '.idx')
  const names = dotted === file ? [file] : [file, dotted]
  return names.flatMap((name) => [name, `${name}.gz`])
}

/** Whether a folder has all required files of a data set. */
export function isComplete(name: SourceName, folder: string): boolean {
  const { files, subfolders }: NamedSource = namedSources[name]
  return files.every((file) => findFile(folder, spellings(file), subfolders) !== undefined)
}

/**
 * Folder of a named data set: `path` where given, otherwise its own folder in a data folder. Throws
 * InputError (a wrong path) or EnvironmentError with the command that brings the data (none there,
 * or not all of it).
 */
export function locateNamed(
  name: SourceName,
  path: string | undefined,
  context: DataContext,
): string {
  if (path !== undefined) return resolveDataPath(path, context)
  const candidates = context.dataDirs.map((folder) => join(folder, name))
  const found = candidates.find((candidate) => isComplete(name, candidate))
  if (found !== undefined) return found
  const partial = candidates.find((candidate) => existsSync(candidate))
  const what = partial === undefined ? 'is not here' : `is not complete in ${partial}`
  throw new EnvironmentError(
    `data set "${name}" ${what} (looked for ${candidates.join(', ')}); ` +
      `bring it with: lowlayer data fetch ${name}`,
  )
}
