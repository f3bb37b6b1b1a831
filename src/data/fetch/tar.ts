/** Reads the files of a tar archive. */
import { unpackTar } from 'modern-tar'
import { InputError, messageOf } from '../../core/errors.js'

/** A regular file of an archive. */
export interface ArchiveFile {
  readonly name: string
  readonly data: Uint8Array
}

/**
 * The regular files of a tar archive; folders are left out. Throws InputError for anything that is not a plain file
 * or folder (links, devices), and for an archive that is damaged or cut short.
 */
export async function readTar(bytes: Uint8Array, archive: string): Promise<ArchiveFile[]> {
  const entries = await unpackTar(bytes, { strict: true }).catch((cause: unknown) => {
    throw new InputError(
      `${archive} is no tar archive, damaged or cut short: ${messageOf(cause)}`,
      { cause },
    )
  })
  return entries.flatMap(({ header: { name, type }, data }) => {
    if (type === 'directory') return []
    if (type === 'file' && data !== undefined) return [{ name, data }]
    throw new InputError(`${archive} holds "${name}", which is a link or device: refused`)
  })
}
