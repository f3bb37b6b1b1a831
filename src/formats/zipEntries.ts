/**
 * Entries of a zip archive on disk, found by the directory at its end and read piece by piece. Source:
 * PKWARE APPNOTE 6.3, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16 (its end) and 4.5.3 (zip64:
 * numbers beyond 32 bits).
 */
import { fstatSync, readSync } from 'node:fs'
import { pipeline, Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { InputError } from '../core/errors.js'
import { checksumOf } from './checksum.js'
import { inflate, requireUnpackable } from './inflate.js'
import { whyUnreadable } from './inputFile.js'

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
/**
 * zip64: before the end record a locator leads to an end record with longer fields, and an extra field of an entry
 * has the numbers in whose own place `instead` stands.
 */
const ZIP64 = {
  locator: { signature: 0x07064b50, bytes: 20 },
  end: { signature: 0x06064b50, bytes: 56 },
  extra: 1,
  instead: 0xffffffff,
}
/** What an archive ends with, where nothing follows the directory that need not. */
const LONGEST_END = ZIP64.end.bytes + ZIP64.locator.bytes + END.bytes
/**
 * Bytes that are read, and unpacked, at once. Not asynchronously: a study has tens of thousands of entries of a few kilobytes, of which each
 * would take several turns through the threads that do that.
 */
const PIECE_BYTES = 2 ** 16

/**
 * The entries of an archive that is open as `file`, by name. Throws InputError naming the file, `path`, where it is no
 * zip archive, was cut short, or its directory is not whole.
 */
export function readZipEntries(file: number, path: string): ReadonlyMap<string, ZipEntry> {
  const { size } = fstatSync(file)
  if (size === 0) throw new InputError(`${path}: the file is empty`)
  const start = Math.max(0, size - LONGEST_END)
  const tail = readAt(file, path, start, LONGEST_END)
  const end = endOf(tail, tail.length - END.bytes, start)
  if (end === undefined) throw cutShort(path)
  return entriesOf(readAt(file, path, end.start, end.length), end.count, path)
}

/** An archive in memory: its entries by name, and the content of each. Throws as {@link readZipEntries} does. */
export function readZip(bytes: Uint8Array, path: string): Map<string, Uint8Array> {
  if (bytes.length === 0) throw new InputError(`${path}: the file is empty`)
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = all.lastIndexOf(END.mark)
  // A comment after the record may hold the mark, too.
  while (at > 0 && !reachesEnd(all, at)) at = all.lastIndexOf(END.mark, at - 1)
  const end = endOf(all, at, 0)
  if (end === undefined) throw cutShort(path)
  const entries = entriesOf(all.subarray(end.start, end.start + end.length), end.count, path)
  requireUnpackable(unpackedSize(entries.values()), bytes.length, path)
  return new Map(
    [...entries].map(([name, entry]) => [name, contentOf(all, entry, `${path} [${name}]`)]),
  )
}

/** Bytes of the contents of entries. */
export function unpackedSize(entries: Iterable<Pick<ZipEntry, 'size'>>): number {
  let total = 0
  for (const { size } of entries) total += size
  return total
}

function contentOf(all: Buffer, entry: ZipEntry, path: string): Uint8Array {
  const start = contentStart(all.subarray(entry.header), entry, path)
  return unpacked(all.subarray(start, start + entry.compressed), entry, path)
}

/** The content of an entry from its bytes in the archive. Throws InputError where it is not the one that was stored. */
function unpacked(stored: Buffer, entry: ZipEntry, path: string): Uint8Array {
  const { method, size } = entry
  const content = method === STORED ? stored : inflate('raw', stored, path, { size })
  checkContent(entry, { size: content.length, checksum: checksumOf(content) }, path)
  return content
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
 * Where the directory lies, from the end record at `at` in the last bytes of an archive, which begin at `start` of it;
 * undefined where there is none, or the directory does not reach it.
 */
function endOf(tail: Buffer, at: number, start: number): DirectoryPlace | undefined {
  if (at < 0 || tail.length < at + END.bytes || tail.indexOf(END.mark, at) !== at) return undefined
  const long = longEndOf(tail, at, start)
  const [place, reaches] = long ?? [
    {
      count: tail.readUInt16LE(at + 10),
      length: tail.readUInt32LE(at + 12),
      start: tail.readUInt32LE(at + 16),
    },
    start + at,
  ]
  // No archive here is in parts, and nothing lies between the directory and its end.
  const isWhole = long !== undefined || tail.readUInt16LE(at + 8) === place.count
  return isWhole && place.start + place.length === reaches ? place : undefined
}

/** What the end record of zip64 says before the one at `at`, and where it begins; undefined where there is none. */
function longEndOf(
  tail: Buffer,
  at: number,
  start: number,
): readonly [place: DirectoryPlace, begins: number] | undefined {
  const locator = at - ZIP64.locator.bytes
  const record = locator - ZIP64.end.bytes
  if (record < 0 || tail.readUInt32LE(locator) !== ZIP64.locator.signature) return undefined
  const [count, length, begins] = [32, 40, 48].map((offset) => longAt(tail, record + offset))
  const isThere =
    longAt(tail, locator + 8) === start + record &&
    tail.readUInt32LE(record) === ZIP64.end.signature &&
    longAt(tail, record + 24) === count
  // A locator that leads elsewhere is no end of any directory.
  return [{ count, length, start: begins }, isThere ? start + record : Number.NaN]
}

/** A number of 64 bits; beyond 2^53, where no file reaches, not to the last digit. */
function longAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at))
}

/** Numbers of an entry, those that do not fit from the zip64 part of its extra fields, where they stand in this order. */
function withLongNumbers(numbers: readonly number[], extra: Buffer): readonly number[] | undefined {
  const long = extraField(extra, ZIP64.extra)
  const missing = numbers.flatMap((number, index) => (number === ZIP64.instead ? [index] : []))
  if (8 * missing.length > long.length) return undefined
  return numbers.map((number, index) =>
    number === ZIP64.instead ? longAt(long, 8 * missing.indexOf(index)) : number,
  )
}

/** The content of an extra field; empty where there is none of the kind. */
function extraField(extra: Buffer, kind: number): Buffer {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === kind) return extra.subarray(at + 4, end)
    at = end
  }
  return extra.subarray(extra.length)
}

function entriesOf(directory: Buffer, count: number, path: string): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>()
  let at = 0
  for (let index = 0; index < count; index++) {
    const isMember = at + MEMBER.bytes <= directory.length
    if (!isMember || directory.readUInt32LE(at) !== MEMBER.signature) throw cutShort(path)
    const nameEnd = at + MEMBER.bytes + directory.readUInt16LE(at + 28)
    const extraEnd = nameEnd + directory.readUInt16LE(at + 30)
    const name = directory.toString('utf8', at + MEMBER.bytes, nameEnd)
    const numbers = withLongNumbers(
      [24, 20, 42].map((offset) => directory.readUInt32LE(at + offset)),
      directory.subarray(nameEnd, extraEnd),
    )
    if (numbers === undefined) throw cutShort(path)
    const [size, compressed, header] = numbers
    const method = directory.readUInt16LE(at + 10)
    if (method !== STORED && method !== DEFLATED) {
      throw new InputError(
        `${path} [${name}]: compressed by a method that is not read (${method}); save it with numpy.savez or zip`,
      )
    }
    if (entries.has(name)) {
      throw new InputError(`${path}: damaged: two entries are named "${name}"`)
    }
    const checksum = directory.readUInt32LE(at + 16)
    entries.set(name, { name, method, header, compressed, size, checksum })
    at = extraEnd + directory.readUInt16LE(at + 32)
  }
  if (at !== directory.length) throw cutShort(path)
  return entries
}

function cutShort(path: string): InputError {
  return new InputError(`${path}: not a zip archive (.npz, .zip), or cut short`)
}

/** The content of an entry, piece by piece. Throws InputError naming the file where it is damaged. */
export async function* entryPieces(
  file: number,
  path: string,
  entry: ZipEntry,
): AsyncGenerator<Uint8Array> {
  const local = readAt(file, path, entry.header, LOCAL.bytes + Buffer.byteLength(entry.name))
  const start = contentStart(local, entry, path)
  if (Math.max(entry.compressed, entry.size) <= PIECE_BYTES) {
    yield unpacked(readAt(file, path, start, entry.compressed), entry, path)
    return
  }
  const stored = storedPieces(file, path, start, start + entry.compressed)
  // An error of either reaches the loop below, which reads the last of the two.
  const content =
    entry.method === DEFLATED
      ? pipeline(Readable.from(stored, { objectMode: false }), createInflateRaw(), () => {})
      : stored
  let [size, checksum] = [0, 0]
  try {
    for await (const piece of content) {
      size += piece.length
      if (size > entry.size) break
      checksum = checksumOf(piece, checksum)
      yield piece
    }
  } catch (cause) {
    throw new InputError(`${path}: damaged (${(cause as Error).message})`, { cause })
  }
  checkContent(entry, { size, checksum }, path)
}

/** The bytes from `start` to `end`, or to the end of the file. */
function* storedPieces(file: number, path: string, start: number, end: number) {
  for (let at = start; at < end; ) {
    const piece = readAt(file, path, at, Math.min(PIECE_BYTES, end - at))
    if (piece.length === 0) return
    at += piece.length
    yield piece
  }
}

/** `length` bytes of an open file; fewer at its end, none beyond. Throws InputError naming the file, `path`, where it cannot be read. */
function readAt(file: number, path: string, position: number, length: number): Buffer {
  if (!Number.isSafeInteger(position)) return Buffer.alloc(0)
  const bytes = Buffer.alloc(length)
  let filled = 0
  try {
    while (filled < length) {
      // Some file systems give less than there is.
      const read = readSync(file, bytes, filled, length - filled, position + filled)
      if (read === 0) break
      filled += read
    }
  } catch (cause) {
    throw new InputError(`${path}: ${whyUnreadable(cause)}`, { cause })
  }
  return bytes.subarray(0, filled)
}
