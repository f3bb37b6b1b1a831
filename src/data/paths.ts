/** Finds and reads the files that a configuration names. */
import { existsSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { InputError } from '../core/errors.js'
import { limits } from '../core/limits.js'
import { inflate } from '../formats/inflate.js'
import { readInputFile } from '../formats/inputFile.js'
import { decodeText } from '../formats/text.js'

/** Folders that decide where files are looked for. */
export interface DataContext {
  /** Folder of the configuration file. */
  readonly baseDir: string
  /** Folders of named data sets: `--data-dir`, `LOWLAYER_DATA`, `./data`. */
  readonly dataDirs: readonly string[]
  /**
   * Whether tables are looked over for what deserves a remark (see tableRemarks.ts): only where remarks are told, as
   * it takes longer than reading them, and every process of a study reads them.
   */
  readonly inspect?: boolean
}

/** Where a file lies that a configuration names. */
export type PathOf = (name: string) => string

/**
 * A path of the configuration: seen from the working folder or else from the folder of the file.
 * Throws InputError that names both when there is nothing at either.
 */
export function resolveDataPath(path: string, context: DataContext): string {
  return resolvePath(path, 'data.path', context)
}

/** {@link resolveDataPath} of a path that stands under another key. */
export function resolvePath(
  path: string,
  key: string,
  context: Pick<DataContext, 'baseDir'>,
): string {
  const found = pathsFrom(context)(path)
  if (existsSync(found)) return found
  const places = candidatePaths(path, context).join(' and ')
  throw new InputError(`${key} "${path}" does not exist: looked for ${places}`)
}

/**
 * Paths that are found as {@link resolvePath} finds them. One that leads nowhere is that beside the file, which whoever reads it
 * finds missing.
 */
export function pathsFrom(context: Pick<DataContext, 'baseDir'>): PathOf {
  return (file) => {
    const candidates = candidatePaths(file, context)
    return (
      candidates.find((candidate) => existsSync(candidate)) ?? candidates[candidates.length - 1]
    )
  }
}

/** Where a path of the configuration may lead: from the working folder, then from the folder of the file. */
export function candidatePaths(
  path: string,
  { baseDir }: Pick<DataContext, 'baseDir'>,
): readonly string[] {
  return isAbsolute(path) ? [path] : [...new Set([resolve(path), resolve(baseDir, path)])]
}

/** The first of several names of a file that a folder, or a usual subfolder of it, has. */
export function findFile(
  folder: string,
  names: readonly string[],
  subfolders: readonly string[],
): string | undefined {
  const places = ['', ...subfolders].flatMap((sub) => names.map((name) => join(folder, sub, name)))
  return places.find((place) => existsSync(place))
}

/** As {@link findFile}; throws InputError when there is none. */
export function requireFile(
  folder: string,
  names: readonly string[],
  subfolders: readonly string[],
): string {
  const found = findFile(folder, names, subfolders)
  if (found === undefined) throw new InputError(`${folder} has no file ${names.join(' or ')}`)
  return found
}

/**
 * The bytes of a file, unpacked where its name ends in .gz and no further than there is a use for. Throws InputError naming
 * the file where there are more than `most`.
 */
export function readPlainOrGzip(file: string, most: number = limits.fileBytes): Uint8Array {
  const bytes = readInputFile(file, most)
  return file.endsWith('.gz') ? inflate('gzip', bytes, file, { wanted: most }) : bytes
}

/**
 * The text of a file, unpacked where its name ends in .gz. Throws InputError naming the file where it is not
 * UTF-8 (see {@link decodeText}).
 */
export function readText(file: string): string {
  return decodeText(readPlainOrGzip(file, limits.textBytes), file)
}
