/**
 * Entries of a zip archive on disk, found by the directory at its end and read piece by piece. Source:
 * PKWARE APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (directory) and 4.3.16 (its end).
 */
import type { FileHandle } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createInflateRaw, inflateRawSync } from 'node:zlib'
import { InputError } from '../core/errors.js'
import { checksumOf } from './checksum.js'

/** Where the bytes of one entry lie. */
interface ZipEntry {
  readonly name: string
  /** How it is compressed: {@link STORED} or {@link DEFLATED}. */
  readonly method: number
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
const LOCAL = { signature: 0x04034b50, bytes: 30 }
const STORED = 0
const DEFLATED = 8
/** What stands where the number itself is in a field of the zip64 extension. */
const ZIP64 = { count: 0xffff, size: 0xffffffff }
const TOO_LARGE =
  'its directory is in the zip64 format, which is not read; save it with numpy.savez'
/** Bytes that are read at once. */
const PIECE_BYTES = 2 ** 16

/**
 * The entries of an open archive, by name. Throws InputError naming the file, `path`, where it is no
 * zip archive, was cut short, or its directory is not whole.
 */
export async function readZipEntries(
  file: FileHandle,
  path: string,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const { size } = await file.stat()
  if (size === 0) throw new InputError(`${path}: the file is empty`)
  const at = Math.max(0, size - END.bytes)
  const end = endOf(await readAt(file, at, END.bytes), at)
  if (end === undefined) throw cutShort(path)
  return entriesOf(await readAt(file, end.start, end.length), end.count, path)
}

/** An archive in memory: its entries by name, and the content of each. Throws as {@link readZipEntries} does. */
export function readZip(bytes: Uint8Array, path: string): Map<string, Uint8Array> {
  if (bytes.length === 0) throw new InputError(`${path}: the file is empty`)
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = all.lastIndexOf(END.mark)
  // A comment after the record may hold the mark, too.
  while (at > 0 && !reachesEnd(all, at)) at = all.lastIndexOf(END.mark, at - 1)
  const end = at < 0 ? undefined : endOf(all.subarray(at), at)
  if (end === undefined) throw cutShort(path)
  const entries = entriesOf(all.subarray(end.start, end.start + end.length), end.count, path)
  return new Map(
    [...entries].map(([name, entry]) => [name, contentOf(all, entry, `${path} [${name}]`)]),
  )
}

function contentOf(all: Buffer, entry: ZipEntry, path: string): Uint8Array {
  const start = contentStart(all.subarray(entry.header), entry, path)
  const stored = all.subarray(start, start + entry.compressed)
  const content = entry.method === STORED ? stored : inflated(stored, entry, path)
  checkContent(entry, { size: content.length, checksum: checksumOf(content) }, path)
  return content
}

function inflated(stored: Uint8Array, { size }: ZipEntry, path: string): Uint8Array {
  try {
    return inflateRawSync(stored, { maxOutputLength: Math.max(1, size) })
  } catch (cause) {
    throw new InputError(`${path}: damaged (${(cause as Error).message})`, { cause })
  }
}

/**
 * Where the content of an entry begins, from the bytes of its local header. Throws InputError where that is none,
 * or not of this entry.
 */
function contentStart(local: Buffer, { name, method, header }: ZipEntry, path: string): number {
  if (local.length < LOCAL.bytes || local.readUInt32LE(0) !== LOCAL.signature) {
    throw new InputError(`${path}: damaged: no entry where one should be`)
  }
  const nameEnd = LOCAL.bytes + local.readUInt16LE(26)
  if (local.readUInt16LE(8) !== method || local.toString('utf8', LOCAL.bytes, nameEnd) !== name) {
    throw new InputError(`${path}: damaged: the entry there is another one`)
  }
  return header + nameEnd + local.readUInt16LE(28)
}

/** Throws InputError where a content is not the one that was stored. */
function checkContent(
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

/**
 * Where the directory lies, from the record at the end of an archive, which is at `at`; undefined where there is
 * none, or it does not lie before that.
 */
function endOf(end: Buffer, at: number): DirectoryPlace | undefined {
  if (end.length < END.bytes || end.indexOf(END.mark) !== 0) return undefined
  const [count, length, start] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)]
  if (count === ZIP64.count || start === ZIP64.size)
    return { count: ZIP64.count, start: 0, length: 0 }
  // No archive here is in parts, and nothing lies between the directory and its end.
  if (end.readUInt16LE(8) !== count || start + length !== at) return undefined
  return { count, length, start }
}

function entriesOf(directory: Buffer, count: number, path: string): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>()
  if (count === ZIP64.count) throw new InputError(`${path}: ${TOO_LARGE}`)
  let at = 0
  for (let index = 0; index < count; index++) {
    const isMember = at + MEMBER.bytes <= directory.length
    if (!isMember || directory.readUInt32LE(at) !== MEMBER.signature) throw cutShort(path)
    const nameEnd = at + MEMBER.bytes + directory.readUInt16LE(at + 28)
    const entry = {
      name: directory.toString('utf8', at + MEMBER.bytes, nameEnd),
      method: directory.readUInt16LE(at + 10),
      checksum: directory.readUInt32LE(at + 16),
      compressed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      header: directory.readUInt32LE(at + 42),
    }
    if (entry.size === ZIP64.size || entry.compressed === ZIP64.size) {
      throw new InputError(`${path}: ${TOO_LARGE}`)
    }
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      throw new InputError(
        `${path} [${entry.name}]: compressed by a method that is not read (${entry.method}); save it with numpy.savez`,
      )
    }
    if (entries.has(entry.name)) {
      throw new InputError(`${path}: damaged: two entries are named "${entry.name}"`)
    }
    entries.set(entry.name, entry)
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  if (at !== directory.length) throw cutShort(path)
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
  const local = await readAt(file, entry.header, LOCAL.bytes + Buffer.byteLength(entry.name))
  const start = contentStart(local, entry, path)
  const stored = storedPieces(file, start, start + entry.compressed)
  // An error of either reaches the loop below, which reads the last of the two.
  const content =
    entry.method === DEFLATED
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
