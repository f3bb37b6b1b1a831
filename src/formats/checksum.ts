// Not by name: Node 20.14, 21 and 22.1 lack it, and nothing, `doctor` included, would start there.
import * as zlib from 'node:zlib'
import { EnvironmentError } from '../core/errors.js'

/** CRC-32 of bytes that follow others of checksum `before`. Throws EnvironmentError where Node has none. */
export function checksumOf(bytes: Uint8Array, before = 0): number {
  if (zlib.crc32 === undefined) {
    throw new EnvironmentError(`Node ${process.version} is too old: install 20.15, 22.2 or newer`)
  }
  return zlib.crc32(bytes, before)
}
