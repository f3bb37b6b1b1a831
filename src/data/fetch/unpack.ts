import { readFile, rename, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { unzipSync } from 'fflate'
import { InputError, messageOf } from '../../core/errors.js'
import { type ArchiveFile, readTar } from './tar.js'

/** The largest archive content that is unpacked; the data sets known here are below 200 MB. */
const LARGEST = 2 ** 30

/**
 * Takes the wanted files, by base name, out of a .tar.gz or .zip archive and writes them straight into
 * a folder, whatever folders the archive has. Nothing is written unless the whole archive is in order:
 * paths that lead out of a folder, links, devices, a wanted file that is missing or there twice, or
 * more than 1 GiB are refused with InputError.
 */
export async function unpack(
  archive: string,
  wanted: readonly string[],
  folder: string,
): Promise<void> {
  const bytes = await readFile(archive)
  const files = archive.endsWith('.zip')
    ? zipFiles(bytes, wanted, archive)
    : await readTar(await gunzipped(bytes, archive), archive)
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
    await writeFile(join(folder, `${name}.part`), data)
    await rename(join(folder, `${name}.part`), join(folder, name))
  }
}

async function gunzipped(bytes: Uint8Array, archive: string): Promise<Uint8Array> {
  return promisify(gunzip)(bytes, { maxOutputLength: LARGEST }).catch((error: unknown) => {
    throw new InputError(`${archive} is damaged or too large: ${messageOf(error)}`, {
      cause: error,
    })
  })
}

function zipFiles(bytes: Uint8Array, wanted: readonly string[], archive: string): ArchiveFile[] {
  let total = 0
  const taken: string[] = []
  try {
    const entries = unzipSync(bytes, {
      filter({ name, originalSize }) {
        checkName(name, archive)
        if (name.endsWith('/') || !wanted.includes(posix.basename(name))) return false
        total += originalSize
        if (total > LARGEST)
          throw new InputError(`${archive} unpacks to more than ${LARGEST} bytes`)
        taken.push(name)
        return true
      },
    })
    return taken.map((name) => ({ name, data: entries[name] }))
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(`${archive} is damaged: ${messageOf(error)}`, { cause: error })
  }
}

/** Refuses absolute paths, drive letters, backslashes and parts that lead upwards. */
function checkName(name: string, archive: string): void {
  const leadsOut = name.split('/').includes('..')
  if (!leadsOut && !name.startsWith('/') && !/^[a-z]:|\\|\0/i.test(name) && name !== '') return
  throw new InputError(`${archive} holds "${name}", which leads out of its folder: refused`)
}
