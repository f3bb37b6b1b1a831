import { join, posix } from 'node:path'
import { InputError } from '../../core/errors.js'
import { inflate } from '../../formats/inflate.js'
import { readInputFile } from '../../formats/inputFile.js'
import { readZip } from '../../formats/zipEntries.js'
import { writeAtomically } from '../../store/atomic.js'
import { type ArchiveFile, readTar } from './tar.js'

/**
 * Takes the wanted files, by base name, out of a .tar.gz or .zip archive and writes them straight into
 * a folder, whatever folders the archive has. Nothing is written unless the whole archive is in order:
 * paths that lead out of a folder, links, devices, a wanted file that is missing or there twice, or
 * more than its bytes may stand for are refused with InputError.
 */
export async function unpack(
  archive: string,
  wanted: readonly string[],
  folder: string,
): Promise<void> {
  const bytes = readInputFile(archive)
  const files = archive.endsWith('.zip')
    ? zipFiles(bytes, archive)
    : await readTar(inflate('gzip', bytes, archive), archive)
  const found = new Map<string, Uint8Array>()
  for (const { name, data } of files) {
    checkName(name, archive)
    const base = posix.basename(name)
    if (!wanted.includes(base)) continue
    if (found.has(base)) throw new InputError(`${archive} holds ${base} twice: refused`)
    found.set(base, data)
  }
  const missing = wanted.filter((name) => !found.has(name))
  if (missing.length > 0) throw new InputError(`${archive} has no ${missing.join(', ')}`)
  for (const [name, data] of found) {
    await writeAtomically(join(folder, name), data)
  }
}

/** The files of a zip archive, without its folders. */
function zipFiles(bytes: Uint8Array, archive: string): ArchiveFile[] {
  return [...readZip(bytes, archive)].flatMap(([name, data]) =>
    name.endsWith('/') ? [] : [{ name, data }],
  )
}

/** Refuses absolute paths, drive letters, backslashes and parts that lead upwards. */
function checkName(name: string, archive: string): void {
  const leadsOut = name.split('/').includes('..')
  if (!leadsOut && !name.startsWith('/') && !/^[a-z]:|\\|\0/i.test(name) && name !== '') return
  throw new InputError(`${archive} holds "${name}", which leads out of its folder: refused`)
}
