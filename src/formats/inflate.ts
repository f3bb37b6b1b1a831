/** Decompression that ends: a few bytes may stand for gigabytes. */
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { InputError, messageOf } from '../core/errors.js'
import { limits } from '../core/limits.js'
import { requireAtMost } from '../core/requireAtMost.js'

const decompress = { gzip: gunzipSync, zlib: inflateSync, raw: inflateRawSync } as const

/** The most bytes that `packed` compressed ones may unpack to. */
function mostUnpacked(packed: number): number {
  const { unpackedFreely, unpackedTimes, unpackedBytes } = limits
  return Math.min(unpackedBytes, Math.max(unpackedFreely, unpackedTimes * packed))
}

const REMEDY = 'store it without compression (numpy.savez, gunzip, unzip), or take a part of it'

/** Throws InputError where an archive says that its `packed` bytes unpack to more than is unpacked at once. */
export function requireUnpackable(unpacked: number, packed: number, file: string): void {
  requireAtMost(
    unpacked,
    mostUnpacked(packed),
    `${file}: bytes once its ${packed} are unpacked`,
    REMEDY,
  )
}

/**
 * The content of compressed bytes; `size` is how many they are known to unpack to, where they are, `wanted` the most that
 * there is a use for. Throws InputError naming the file where they are damaged or unpack to more.
 */
export function inflate(
  form: keyof typeof decompress,
  bytes: Uint8Array,
  file: string,
  { size, wanted = Number.POSITIVE_INFINITY }: { size?: number; wanted?: number } = {},
): Buffer {
  const most = size ?? Math.min(wanted, limits.unpackedUntold, mostUnpacked(bytes.length))
  // In one piece where the size is known: two are there at once while pieces are joined.
  const chunkSize = Math.max(64, size === undefined ? 2 ** 20 : Math.min(size, 2 ** 30))
  try {
    return decompress[form](bytes, { maxOutputLength: Math.max(1, most), chunkSize })
  } catch (cause) {
    const isLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    if (isLarge && size === undefined) {
      throw new InputError(
        `${file}: unpacks to more than ${most.toLocaleString('en')} bytes from ${bytes.length}; ${most === wanted ? 'take a part of it' : REMEDY}`,
        { cause },
      )
    }
    throw new InputError(`${file} is damaged or cut short (${messageOf(cause)})`, { cause })
  }
}
