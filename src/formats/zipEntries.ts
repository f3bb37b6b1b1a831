/**
 * Entries of a zip archive on disk, found by the directory at its end and read piece by piece. Source:
 * PKWARE APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (directory) and 4.3.16 (its end).
 */
import type { FileHandle } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { InputError } from '../core/errors.js'
import { checksumOf } from './checksum.js'

/** Where the bytes of one entry lie. */
export interface ZipEntry {
  readonly deflated: boolean
  /** Position of its local header. */
  readonly header: number
  /** Bytes in the archive. */
  readonly compressed: number
  /** Bytes of the content. */
  readonly size: number
  /** CRC-32 of the content. */
  readonly checksum: number
}

const END = { mark: Buffer.from('PK\u0005\u0006'), bytes: 22 }
const MEMBER = { signature: 0x02014b50, bytes: 46 }
const LOCAL_BYTES = 30
/** What stands where the number itself is in a field of the zip64 extension. */
const ZIP64 = { count: 0xffff, size: 0xffffffff }
const TOO_LARGE =
  'its directory is in the zip64 format, which is not read; save it with numpy.savez'
/** Bytes that are read at once. */
const PIECE_BYTES = 2 ** 16

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
  const end = endOf(await readAt(file, Math.max(0, size - END.bytes), END.bytes))
  if (end === undefined || end.start + end.length > size) throw cutShort(path)
  return entriesOf(await readAt(file, end.start, end.length), end.count, path)
}

/** The entries of an archive in memory. Throws InputError as {@link readZipEntries} does. */
export function zipEntries(bytes: Uint8Array, path: string): ReadonlyMap<string, ZipEntry> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = all.lastIndexOf(END.mark)
  // A comment after the record may hold the mark, too.
  while (at > 0 && !reachesEnd(all, at)) at = all.lastIndexOf(END.mark, at - 1)
  const end = at < 0 ? undefined : endOf(all.subarray(at))
  if (end === undefined || end.start + end.length > all.length) throw cutShort(path)
  return entriesOf(all.subarray(end.start, end.start + end.length), end.count, path)
}

/** Throws InputError where a content is not the one that was stored. */
export function checkContent(
  { size, checksum }: ZipEntry,
  found: { readonly size: number; readonly checksum: number },
  path: string,
): void {
  if (found.size !== size) {
    throw new InputError(`${path}: damaged: ${found.size} bytes where ${size} were written`)
  }
  if (found.checksum !== checksum) {
    throw new InputError(`${path}: damaged: its content is not what was written (CRC-32)`)
  }
}

/** Whether a record at the end of an archive, with its comment, reaches the end. */
function reachesEnd(all: Buffer, at: number): boolean {
  return at + END.bytes <= all.length && at + END.bytes + all.readUInt16LE(at + 20) === all.length
}

interface DirectoryPlace {
  readonly count: number
  readonly start: number
  readonly length: number
}

/** Where the directory lies, from the record at the end of an archive; undefined where there is none. */
function endOf(end: Buffer): DirectoryPlace | undefined {
  if (end.length < END.bytes || end.indexOf(END.mark) !== 0) return undefined
  return {
    count: end.readUInt16LE(10),
    length: end.readUInt32LE(12),
    start: end.readUInt32LE(16),
  }
}

function entriesOf(directory: Buffer, count: number, path: string): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>()
  if (count === ZIP64.count) throw new InputError(`${path}: ${TOO_LARGE}`)
  for (let at = 0, index = 0; index < count; index++) {
    const isMember = at + MEMBER.bytes <= directory.length
    if (!isMember || directory.readUInt32LE(at) !== MEMBER.signature) throw cutShort(path)
    const nameEnd = at + MEMBER.bytes + directory.readUInt16LE(at + 28)
    const entry = {
      deflated: directory.readUInt16LE(at + 10) === 8,
      checksum: directory.readUInt32LE(at + 16),
      compressed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      header: directory.readUInt32LE(at + 42),
    }
    if (entry.size === ZIP64.size || entry.compressed === ZIP64.size) {
      throw new InputError(`${path}: ${TOO_LARGE}`)
    }
    entries.set(directory.toString('utf8', at + MEMBER.bytes, nameEnd), entry)
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

function cutShort(path: string): InputError {
  return new InputError(`${path}: not a .npz file, or cut short`)
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
  const stored = storedPieces(file, start, start + entry.compressed)
  // An error of either reaches the loop below, which reads the last of the two.
  const content = entry.deflated
    ? pipeline(Readable.from(stored, { objectMode: false }), createInflateRaw(), () => {})
    : stored
  let [size, checksum] = [0, 0]
  try {
    for await (const piece of content) {
      size += piece.length
      checksum = checksumOf(piece, checksum)
      yield piece
    }
  } catch (cause) {
    throw new InputError(`${path}: damaged (${(cause as Error).message})`, { cause })
  }
  checkContent(entry, { size, checksum }, path)
}

/** The bytes from `start` to `end`, or to the end of the file. A stream would close the file after them. */
async function* storedPieces(file: FileHandle, start: number, end: number) {
  for (let at = start; at < end; ) {
    const piece = await readAt(file, at, Math.min(PIECE_BYTES, end - at))
    if (piece.length === 0) return
    at += piece.length
    yield piece
  }
}

/** Up to `length` bytes; fewer at the end of the file. */
async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}
