/** Writes files so that they are there whole or not at all, whatever happens meanwhile. */
import { randomBytes } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InputError, messageOf } from '../core/errors.js'
import { writeFailure } from './writeFailure.js'

/** Produces a file piece by piece: calls `write` with the next bytes and waits for it. */
type PieceWriter = (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>

/** What {@link writeAtomically} writes. */
export type FileContent = string | Uint8Array | PieceWriter

/**
 * Stores one file whole or not at all, under a lock. `from` names what it is made from, where it is to be made
 * again when that changes.
 */
export type WriteFile = (path: string, data: FileContent, from?: string) => Promise<void>

/** How a file comes to its place where not everybody may put one there. */
interface GuardedPlace {
  /** The temporary file; on the same file system. */
  readonly temporary: string
  /** Asked when all is on the disk, before the rename; where it throws, the file stays as it was. */
  readonly guard: () => Promise<void>
}

/**
 * Writes a file so that it is either there whole or not at all: temporary file (beside it, unless a place
 * is given), fsync, rename. Folders on the way are made. What is too large to be held is written by a
 * function. Throws {@link writeFailure} when the place cannot be written, and what the guard throws.
 */
export async function writeAtomically(
  path: string,
  data: FileContent,
  place?: GuardedPlace,
): Promise<void> {
  const temporary =
    place?.temporary ?? `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await makeFolder(dirname(path))
    // Never through a link, which may point at a file of somebody else.
    const file = await open(temporary, 'wx')
    try {
      if (typeof data === 'function') await data((bytes) => file.writeFile(bytes))
      else await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await place?.guard()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw writeFailure(path, error)
  }
}

/**
 * Writes a small text that tells by itself whether it is whole, in the place of what is there: with nothing beside
 * it that a kill could leave. Throws {@link writeFailure} when the place cannot be written.
 */
export async function writeNote(path: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(path))
    await rm(path, { force: true })
    // Never through a link; another process may be writing it at the same time.
    const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants
    await writeFile(path, text, { flag: O_CREAT | O_NOFOLLOW | O_TRUNC | O_WRONLY })
  } catch (error) {
    throw writeFailure(path, error)
  }
}

/**
 * Makes a folder and those on the way. Node's own recursive `mkdir` never returns where making a
 * folder fails with ENOENT although its parent exists, as below `/proc`.
 */
export async function makeFolder(path: string): Promise<void> {
  const make = (): Promise<void> =>
    mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
      // A link that leads nowhere is there, and is nothing.
      const there = error.code === 'EEXIST' ? await stat(path).catch(() => undefined) : undefined
      if (there?.isDirectory() !== true) throw error
    })
  try {
    await make()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await make()
  }
}

/** A value as indented JSON with a final newline. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

/** Reads JSON; undefined when there is no such file; InputError when it is damaged. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new InputError(`cannot read ${path}: ${error.message}`, { cause: error })
  })
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as T
  } catch (error) {
    throw new InputError(
      `${path} is damaged (no JSON): ${messageOf(error)}; delete it to redo it`,
      {
        cause: error,
      },
    )
  }
}

/** Whether there is a folder at a path. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}

/** Whether there is anything at a path. Not through threads, which tens of thousands of files would wait for. */
export async function exists(path: string): Promise<boolean> {
  return existsSync(path)
}
