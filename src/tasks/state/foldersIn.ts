/** The folders within a folder that a user named. */
import { readdir } from 'node:fs/promises'
import { InputError, messageOf } from '../../core/errors.js'

/** What is said of a folder of a study that is not there. */
export function noFolder(folder: string): string {
  return `there is no folder ${folder}; results/<study>-<id> is what lowlayer run makes`
}

/** Names of the folders in a folder, sorted. Throws InputError where it cannot be read, or is a file. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'ENOTDIR'
          ? `${folder} is a file; give the folder of a study, or the results folder`
          : error.code === 'ENOENT'
            ? noFolder(folder)
            : `cannot read ${folder}: ${messageOf(error)}`
      throw new InputError(why, { cause: error })
    },
  )
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()
}
