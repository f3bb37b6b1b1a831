import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFailure } from '../../store/writeFailure.js'
import type { CatalogueEntry, RemoteFile } from './catalogue.js'
import { type DownloadOptions, download, hasChecksum } from './download.js'
import { unpack } from './unpack.js'

/**
 * Brings the files of a data set into a folder: downloads what is missing or wrong, checks it, and
 * unpacks archives. What is there already stays. Throws EnvironmentError when a download fails and
 * {@link writeFailure} when the folder cannot be written, and InputError when an archive is not in order.
 */
export async function fetchFiles(
  entry: CatalogueEntry,
  folder: string,
  options: DownloadOptions = {},
): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw writeFailure(folder, error)
  })
  for (const file of entry.files) {
    if (await isHere(file, folder)) continue
    const path = join(folder, file.name)
    if (!(await hasChecksum(path, file))) await download(file, entry.homes, path, options)
    if (file.members === undefined) continue
    await unpack(path, file.members, folder)
    await rm(path)
  }
}

/** Whether a file, or all that is taken out of an archive, is in place. */
async function isHere(file: RemoteFile, folder: string): Promise<boolean> {
  if (file.members === undefined) return hasChecksum(join(folder, file.name), file)
  return file.members.every((name) => existsSync(join(folder, name)))
}
