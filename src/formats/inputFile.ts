/** Files from elsewhere, read whole. */
import { readFileSync, statSync } from 'node:fs'
import { InputError } from '../core/errors.js'
import { sha256 } from '../core/hash.js'
import { limits } from '../core/limits.js'
import { requireAtMost } from '../core/requireAtMost.js'

/**
 * The bytes of a file. Throws InputError naming the file where there is none, it is no regular file (a pipe would keep
 * its reader waiting, a device never ends), has more than `most` bytes, or cannot be read.
 */
export function readInputFile(
  file: string,
  most: number = limits.fileBytes,
  remedy = 'take a part of it',
): Buffer {
  try {
    const stat = statSync(file)
    if (!stat.isFile()) throw new InputError(`${file}: ${kindOf(stat)}, not a file`)
    requireAtMost(stat.size, most, `${file}: bytes`, remedy)
    return readFileSync(file)
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError(`${file}: ${whyUnreadable(cause)}`, { cause })
  }
}

/** Content id of a file that is read as a whole. Throws InputError where it cannot be read. */
export function inputFileId(file: string): string {
  return sha256(readInputFile(file)).slice(0, 16)
}

function kindOf(stat: { isDirectory(): boolean; isFIFO(): boolean; isSocket(): boolean }): string {
  if (stat.isDirectory()) return 'a folder'
  return stat.isFIFO() ? 'a pipe' : stat.isSocket() ? 'a socket' : 'a device'
}

/** Why a file could not be opened or read. */
export function whyUnreadable(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'no such file'
  return `cannot be read (${code ?? cause})`
}
