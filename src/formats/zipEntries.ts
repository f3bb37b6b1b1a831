/**
 * Entries of a zip archive on disk, found by the directory at its end and read piece by piece. Source:
 * PKWARE APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (directory) and 4.3.16 (its end).
 */
import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { InputError } from '../core/errors.js'

/** Where the bytes of one entry lie. */
export interface ZipEntry {
  readonly deflated: boolean
  /** Position of its local header. */
  readonly header: number
  /** Bytes in the archive. */
  readonly compressed: number
  /** Bytes of the content. */
  readonly size: number
}

const END = { signature: 0x06054b50, bytes: 22 }
const MEMBER = { signature: 0x02014b50, bytes: 46 }
const LOCAL_BYTES = 30

/**
 * The entries of an open archive, by name. Throws InputError naming the file, `path`, where it is no
 * zip archive or was cut short.
 */
export async function readZipEntries(
  file: FileHandle,
  path: string,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const { size } = await file.stat()
  if (size === 0) throw new InputError(`${path}: the file is empty`)
  const damaged = () => new InputError(`${path}: not a .npz file, or cut short`)
  const end = await readAt(file, Math.max(0, size - END.bytes), END.bytes)
  if (end.length < END.bytes || end.readUInt32LE(0) !== END.signature) throw damaged()
  const [count, length, start] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)]
  if (start + length > size) throw damaged()
  const directory = await readAt(file, start, length)
  const entries = new Map<string, ZipEntry>()
  for (let at = 0, index = 0; index < count; index++) {
    if (at + MEMBER.bytes > length || directory.readUInt32LE(at) !== MEMBER.signature) {
      throw damaged()
    }
    const nameEnd = at + MEMBER.bytes + directory.readUInt16LE(at + 28)
    const entry = {
      deflated: directory.readUInt16LE(at + 10) === 8,
      compressed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      header: directory.readUInt32LE(at + 42),
    }
    entries.set(directory.toString('utf8', at + MEMBER.bytes, nameEnd), entry)
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

/** The content of an entry, piece by piece. Throws InputError naming the file where it is damaged. */
export async function* entryPieces(
  file: FileHandle,
  path: string,
  entry: ZipEntry,
): AsyncGenerator<Uint8Array> {
  const local = await readAt(file, entry.header, LOCAL_BYTES)
  if (local.length < LOCAL_BYTES) throw new InputError(`${path}: damaged: an entry lies outside`)
  const start = entry.header + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28)
  const end = start + entry.compressed - 1
  const stored = file.createReadStream({ start, end, autoClose: false })
  // An error of either reaches the loop below, which reads the last of the two.
  const content = entry.deflated ? pipeline(stored, createInflateRaw(), () => {}) : stored
  let found = 0
  try {
    for await (const piece of content) {
      found += piece.length
      yield piece
    }
  } catch (cause) {
    throw new InputError(`${path}: damaged (${(cause as Error).message})`, { cause })
  }
  if (found !== entry.size) {
    throw new InputError(`${path}: damaged: ${found} bytes where ${entry.size} were written`)
  }
}

/** Up to `length` bytes; fewer at the end of the file. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}
