import { InputError } from '../../core/errors.js'

const BLOCK = 512

/** A regular file of an archive. */
export interface ArchiveFile {
  readonly name: string
  readonly data: Uint8Array
}

/**
 * The regular files of a tar archive (ustar, with pax and GNU long names); folders are left out.
 * Throws InputError for anything that is not a plain file or folder (links, devices), for a header
 * whose checksum is wrong, and for an archive that is cut short.
 */
export function* readTar(bytes: Uint8Array, archive: string): Generator<ArchiveFile> {
  let longName: string | undefined
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK)
    if (header.every((byte) => byte === 0)) return
    checkHeader(header, archive, at)
    const size = numberField(header, 124, 12)
    const data = bytes.subarray(at + BLOCK, at + BLOCK + size)
    if (data.length < size) throw new InputError(`${archive} is cut short`)
    const type = String.fromCharCode(header[156])
    const name = longName ?? nameOf(header)
    longName = undefined
    if (type === 'x') longName = paxPath(data)
    else if (type === 'L') longName = textField(data, 0, data.length)
    else if (type === '0' || type === '\0' || type === '7') yield { name, data }
    else if (type !== '5' && type !== 'g') {
      throw new InputError(`${archive} holds "${name}", which is a link or device: refused`)
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  throw new InputError(`${archive} is cut short`)
}

/** The header's own checksum: the sum of its bytes, its own field counting as blanks. */
function checkHeader(header: Uint8Array, archive: string, at: number): void {
  const sum = header.reduce(
    (total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte),
    0,
  )
  if (sum !== numberField(header, 148, 8)) {
    throw new InputError(`${archive} is no tar archive or damaged at byte ${at}`)
  }
}

function nameOf(header: Uint8Array): string {
  const isUstar = textField(header, 257, 5) === 'ustar'
  const prefix = isUstar ? textField(header, 345, 155) : ''
  const name = textField(header, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

function textField(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end))
}

/** Octal text, or big-endian binary where the first bit is set (GNU, for large files). */
function numberField(bytes: Uint8Array, from: number, length: number): number {
  if ((bytes[from] & 0x80) === 0)
    return Number.parseInt(textField(bytes, from, length).trim(), 8) || 0
  return bytes
    .subarray(from + 1, from + length)
    .reduce((value, byte) => value * 256 + byte, bytes[from] & 0x7f)
}

/** The `path` of pax records `LENGTH key=value\n`. */
function paxPath(data: Uint8Array): string | undefined {
  let path: string | undefined
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at)
    const length = space === -1 ? 0 : Number(new TextDecoder().decode(data.subarray(at, space)))
    if (!(length > 0)) return path
    const record = new TextDecoder().decode(data.subarray(space + 1, at + length - 1))
    if (record.startsWith('path=')) path = record.slice('path='.length)
    at += length
  }
  return path
}
