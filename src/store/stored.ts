/** Reading what is stored: a file is what was written, or it is not used. */

import { createHash, type Hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { InputError } from '../core/errors.js'
import { contentId, sha256 } from '../core/hash.js'
import { parsedJson } from '../core/parsedJson.js'
import { RECORD_NAME } from './layout.js'
import { fileBytes, isAbsent, nameIn, recordIn, recordText, type Sum } from './record.js'

/** How far up from a file its record is looked for: `interactions/<model>/orders.csv` lies two folders below. */
const FOLDERS_UP = 3

/** What vouches for a file: the nearest record at or above its folder; undefined where there is none. */
interface Voucher {
  readonly folder: string
  readonly text: string
}

function voucherOf(path: string): Voucher | undefined {
  let folder = dirname(path)
  for (let up = 0; up < FOLDERS_UP; up++) {
    const text = recordText(folder)
    if (text !== undefined) return { folder, text }
    folder = dirname(folder)
  }
  return undefined
}

/** What a file may be: what is listed and what is announced. */
function sumsOf(path: string, voucher: Voucher | undefined): Sum[] {
  if (voucher === undefined) return []
  const { files, next } = recordIn(voucher.text, voucher.folder)
  const name = nameIn(voucher.folder, path)
  return [files.get(name), next.get(name)].filter((sum) => sum !== undefined)
}

/**
 * How closely a file is looked at: whether it is listed and in its place, in its size, which costs nothing; or
 * whether it is what was written, for which all of it is read (a gigabyte per second, or less).
 */
export type Closeness = 'place' | 'content'

/** What is wrong with a file that should be there. */
interface Fault {
  /** `absent`: it was never stored. `missing`: it was. `stale`: what it was made from is another now. */
  readonly kind: 'absent' | 'missing' | 'unrecorded' | 'damaged' | 'stale'
  /** Such as `is not what was written (its SHA-256 differs)`: follows the file's name. */
  readonly why: string
}

/**
 * What keeps a file from being what was written, from `from` where that is given; undefined where nothing does.
 * Throws InputError where its record is damaged.
 */
export async function faultOf(
  path: string,
  closeness: Closeness,
  from?: string,
): Promise<Fault | undefined> {
  const { fault } = await lookAt(path, async (sums) => {
    const fault = await differenceOf(path, sums, closeness)
    if (fault !== undefined) return { fault }
    return from === undefined || sums.some((sum) => sum.from === from) ? {} : { fault: STALE }
  })
  return fault
}

/** The stored files among these of a folder that are not what was written; where a record is damaged, nothing is known of its files. */
export async function damagedIn(folder: string, names: Iterable<string>) {
  const found: { readonly file: string; readonly message: string }[] = []
  for (const file of new Set(names)) {
    const fault = await faultOf(join(folder, file), 'content').catch(() => undefined)
    if (fault !== undefined && fault.kind !== 'absent') found.push({ file, message: fault.why })
  }
  return found
}

/** Whether a file is what was written, from `from` where that is given; false also where its record is damaged. */
export async function isStored(
  path: string,
  closeness: Closeness,
  from?: string,
): Promise<boolean> {
  const fault = await faultOf(path, closeness, from).catch(() => true)
  return fault === undefined
}

/** What a file is made from, by what the records list of these: another one where one of them changes. */
export async function madeFrom(paths: readonly string[]): Promise<string> {
  return contentId(paths.map((path) => sumsOf(path, voucherOf(path))[0]?.sha256 ?? null))
}

/**
 * The bytes of a stored file, which are those that were written; undefined where it was never stored. Throws
 * InputError naming the file where it is damaged or gone.
 */
export async function readStored(path: string): Promise<Buffer | undefined> {
  return found(path, async (sums) => {
    const bytes = fileBytes(path)
    if (bytes === undefined) return { fault: MISSING }
    const hash = sha256(bytes)
    return sums.some((sum) => sum.sha256 === hash) ? { found: bytes } : { fault: CHANGED }
  })
}

/**
 * What `read` makes of a stored file that is too large to be held, from its bytes piece by piece, each of which is overwritten by the
 * next one; undefined where the file was never stored. Throws InputError as {@link readStored} does, and what `read` throws of a
 * file that is what was written. It is called again where another process replaces the file meanwhile.
 */
export async function readStoredPieces<T>(
  path: string,
  read: (pieces: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T | undefined> {
  return found(path, async (sums) => {
    const hash = createHash('sha256')
    try {
      const made = await read(piecesOf(path, hash))
      const digest = hash.digest('hex')
      return sums.some(({ sha256 }) => sha256 === digest) ? { found: made } : { fault: CHANGED }
    } catch (error) {
      const fault = await differenceOf(path, sums, 'content')
      if (fault !== undefined) return { fault }
      throw error
    }
  })
}

/** What a look at a stored file finds; undefined where it was never stored. Throws InputError naming the file where it has a fault. */
async function found<T>(path: string, look: (sums: readonly Sum[]) => Promise<Look<T>>) {
  const { fault, found } = await lookAt(path, look)
  if (fault === undefined) return found
  if (fault.kind === 'absent') return undefined
  throw faultError(path, fault)
}

/** {@link readStored} of text. */
export async function readStoredText(path: string): Promise<string | undefined> {
  return (await readStored(path))?.toString('utf8')
}

/** {@link readStored} of a JSON object. Throws InputError, too, where it was none when it was written. */
export async function readStoredJson<T extends object>(path: string): Promise<T | undefined> {
  const text = await readStoredText(path)
  if (text === undefined) return undefined
  const value = parsedJson(text)
  if (value instanceof Object) return value as T
  throw faultError(path, { kind: 'damaged', why: 'holds no JSON object' })
}

/** Throws InputError naming a file that is not what was written, or never was. For files that are read in pieces. */
export async function verifyStored(path: string): Promise<void> {
  const fault = await faultOf(path, 'content')
  if (fault !== undefined) throw faultError(path, fault)
}

/** The error of a file with a fault. */
function faultError(path: string, { why }: Fault): InputError {
  const message = `${path} ${why}; it is not used, and the next run makes it anew`
  return new InputError(message, { context: { file: path } })
}

const ABSENT: Fault = { kind: 'absent', why: 'is not there' }
const MISSING: Fault = { kind: 'missing', why: 'is missing' }
const CHANGED: Fault = {
  kind: 'damaged',
  why: `is not what was written (its SHA-256 differs from that in ${RECORD_NAME})`,
}
const UNRECORDED: Fault = {
  kind: 'unrecorded',
  why: `is not listed in ${RECORD_NAME} (a kill left it, or it is of another version or hand)`,
}
const STALE: Fault = { kind: 'stale', why: 'was made from other files than are there now' }

interface Look<T> {
  readonly fault?: Fault
  readonly found?: T
}

/**
 * Looks at a file by what its record lists. Where it differs, and the record has changed meanwhile, again: another
 * process may be replacing the file.
 */
async function lookAt<T>(
  path: string,
  look: (sums: readonly Sum[]) => Promise<Look<T>>,
): Promise<Look<T>> {
  let voucher = voucherOf(path)
  for (;;) {
    const sums = sumsOf(path, voucher)
    const found = sums.length > 0 ? await look(sums) : { fault: unlisted(path) }
    // What is neither listed nor there was not stored, whatever another process has written since.
    if (found.fault === undefined || found.fault === ABSENT) return found
    const now = voucherOf(path)
    if (now?.text === voucher?.text) return found
    voucher = now
  }
}

function unlisted(path: string): Fault {
  return entryAt(path) === undefined ? ABSENT : UNRECORDED
}

async function differenceOf(
  path: string,
  sums: readonly Sum[],
  closeness: Closeness,
): Promise<Fault | undefined> {
  // Of a file that is opened even a network file system tells what it is now.
  const found = closeness === 'content' ? await sumOfFile(path) : sizeOfFile(path)
  if (found === undefined) return MISSING
  const ofSize = sums.filter(({ bytes }) => bytes === found.bytes)
  if (ofSize.length === 0) {
    const wanted = sums.map(({ bytes }) => bytes).join(' or ')
    const why = `is damaged (it has ${found.bytes} bytes, ${wanted} were written)`
    return { kind: 'damaged', why }
  }
  const isOne = !('sha256' in found) || ofSize.some(({ sha256 }) => sha256 === found.sha256)
  return isOne ? undefined : CHANGED
}

function sizeOfFile(path: string): Pick<Sum, 'bytes'> | undefined {
  const there = entryAt(path)
  return there && { bytes: there.size }
}

/** What the file system says of a path; undefined where nothing is there, or where it does not say. */
function entryAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Bytes of a file that are read before others have a turn. */
const PIECE = 2 ** 20

/** The bytes of a file, all of which are added to a hash; each piece is overwritten by the next one. */
async function* piecesOf(path: string, hash: Hash): AsyncGenerator<Uint8Array> {
  const file = openSync(path, 'r')
  try {
    const piece = Buffer.allocUnsafe(Math.min(PIECE, fstatSync(file).size + 1))
    for (;;) {
      const read = readSync(file, piece)
      if (read === 0) break
      hash.update(piece.subarray(0, read))
      yield piece.subarray(0, read)
      if (read === PIECE) await setImmediate()
    }
  } finally {
    closeSync(file)
  }
}

/** Size and hash of a file; undefined where there is none. */
async function sumOfFile(path: string): Promise<Sum | undefined> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const piece of piecesOf(path, hash)) bytes += piece.length
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (isAbsent(error as NodeJS.ErrnoException)) return undefined
    // A folder in the place of a file.
    if (code === 'EISDIR') return { bytes: 0, sha256: '' }
    throw new InputError(`cannot read ${path}: ${message}`, { cause: error })
  }
  return { bytes, sha256: hash.digest('hex') }
}
