/**
 * What is stored is what was written: every folder that is written under a lock has a record of its files and of
 * those in the folders below it, `SHA256SUMS`, which `sha256sum -c SHA256SUMS` checks as well:
 *
 *     # lowlayer: what was written here; sha256sum -c SHA256SUMS checks it
 *     # 1234 bytes
 *     <SHA-256>  checkpoints/48.onnx
 *     # 5678 bytes from 0123456789abcdef
 *     <SHA-256>  values.npz
 *     …
 *     # next 99 bytes <SHA-256>  curve.csv
 *     # <SHA-256 of all lines above>
 *
 * A file that is not listed, or differs from what is listed, was not stored. A file is listed once it is in its
 * place. Before one that is listed is replaced by another content, that is announced as `next`, so that a kill
 * at any time leaves a file that is one of the two. The last line vouches for the record itself.
 */
import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { InputError, messageOf } from '../core/errors.js'
import { sha256 } from '../core/hash.js'
import { RECORD_NAME } from './layout.js'

/** Size and SHA-256, in hexadecimal, of what was written. */
export interface Sum {
  readonly bytes: number
  readonly sha256: string
  /** What it was made from, 16 hexadecimal digits, where it is to be made again when that changes. */
  readonly from?: string
}

/** A folder's files by their path below it, with `/`. */
export interface FolderRecord {
  readonly files: ReadonlyMap<string, Sum>
  /** What the files that are about to be replaced become. */
  readonly next: ReadonlyMap<string, Sum>
}

export const EMPTY_RECORD: FolderRecord = { files: new Map(), next: new Map() }

const HEAD = `# lowlayer: what was written here; sha256sum -c ${RECORD_NAME} checks it`
const SUM = '([0-9a-f]{64})'
const FACTS = '(\\d+) bytes(?: from ([0-9a-f]{16}))?'
const ENTRY = new RegExp(`^# ${FACTS}\\n${SUM} {2}([^\\n]+)\\n`)
const NEXT = new RegExp(`^# next ${FACTS} ${SUM} {2}([^\\n]+)\\n`)

/** The text of a record, files by name. */
export function formatRecord({ files, next }: FolderRecord): string {
  const sorted = (sums: ReadonlyMap<string, Sum>) =>
    [...sums].sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  const lines = [
    HEAD,
    ...sorted(files).flatMap(([name, sum]) => [`# ${facts(sum)}`, `${sum.sha256}  ${name}`]),
    ...sorted(next).map(([name, sum]) => `# next ${facts(sum)} ${sum.sha256}  ${name}`),
  ]
  const text = `${lines.join('\n')}\n`
  return `${text}# ${sha256(text)}\n`
}

function facts({ bytes, from }: Sum): string {
  return from === undefined ? `${bytes} bytes` : `${bytes} bytes from ${from}`
}

/** Reads what {@link formatRecord} wrote; undefined where it is anything else, if only by a bit. */
export function parseRecord(text: string): FolderRecord | undefined {
  const files = new Map<string, Sum>()
  const next = new Map<string, Sum>()
  let rest = text.slice(HEAD.length + 1)
  for (;;) {
    const entry = ENTRY.exec(rest)
    const found = entry ?? NEXT.exec(rest)
    if (found === null) break
    const [line, bytes, from, hash, name] = found
    const sum = { bytes: Number(bytes), sha256: hash, ...(from === undefined ? {} : { from }) }
    const sums = entry === null ? next : files
    sums.set(name, sum)
    rest = rest.slice(line.length)
  }
  const record = { files, next }
  return formatRecord(record) === text ? record : undefined
}

/**
 * The record of a folder; empty where there is none. Throws InputError where it is damaged: then nothing
 * vouches for any file of the folder.
 */
export async function readRecord(folder: string): Promise<FolderRecord> {
  return recordIn(recordText(folder), folder)
}

/** Folders whose records are kept as they were read: their files are looked at one after the other, and checking a record takes longest. */
const RECENT = 256

const recent = new Map<string, { readonly text: string; readonly record: FolderRecord }>()

/** The record of a folder from its text, {@link recordText}. */
export function recordIn(text: string | undefined, folder: string): FolderRecord {
  if (text === undefined) return EMPTY_RECORD
  const before = recent.get(folder)
  if (before?.text === text) return before.record
  const record = parseRecord(text)
  if (record !== undefined) {
    recent.delete(folder)
    recent.set(folder, { text, record })
    if (recent.size > RECENT) recent.delete(recent.keys().next().value as string)
    return record
  }
  const file = join(folder, RECORD_NAME)
  throw new InputError(
    `${file} is damaged, so that nothing vouches for the files of its folder; the next run makes them anew`,
    { context: { file } },
  )
}

/** The text of a folder's record; undefined where there is none. Throws InputError where it cannot be read. */
export function recordText(folder: string): string | undefined {
  return fileBytes(join(folder, RECORD_NAME))?.toString('utf8')
}

/**
 * The bytes of a file; undefined where there is none. Throws InputError where it cannot be read. Not asynchronously: a study has tens
 * of thousands of small files, of which each would take several turns through the threads that do that.
 */
export function fileBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if (isAbsent(error as NodeJS.ErrnoException)) return undefined
    throw new InputError(`cannot read ${file}: ${messageOf(error)}`, { cause: error })
  }
}

/** How a file is named in the record of a folder. */
export function nameIn(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/')
}

/** Whether an error says that there is no such file. */
export function isAbsent(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ENOENT' || error.code === 'ENOTDIR'
}
