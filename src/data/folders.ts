/** Lists what a folder holds, links followed. */
import { type Dirent, readdirSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, messageOf } from '../core/errors.js'

/** Names in a folder, hidden ones (`.name`) left out, each list in the order of code units. */
interface FolderContent {
  readonly folders: readonly string[]
  readonly files: readonly string[]
}

/**
 * What a folder holds; a symbolic link counts as what it leads to. Throws InputError that names a folder that
 * cannot be read and a link that leads nowhere or to itself.
 */
export function listFolder(folder: string): FolderContent {
  const folders: string[] = []
  const files: string[] = []
  for (const entry of entriesOf(folder)) {
    if (entry.name.startsWith('.')) continue
    ;(isFolder(folder, entry) ? folders : files).push(entry.name)
  }
  return { folders: folders.sort(), files: files.sort() }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (cause) {
    throw new InputError(`cannot read the folder ${folder}: ${messageOf(cause)}`, { cause })
  }
}

function isFolder(folder: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  const path = join(folder, entry.name)
  try {
    return statSync(path).isDirectory()
  } catch (cause) {
    throw new InputError(
      `${path} is a symbolic link to ${readlinkSync(path)}, which cannot be followed ` +
        `(${messageOf(cause)}): mend the link or remove it`,
      { cause },
    )
  }
}
