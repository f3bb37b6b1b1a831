/** Decodes text files, and says what to do about those that are not UTF-8. */
import { InputError } from '../core/errors.js'
import { limits } from '../core/limits.js'
import { requireAtMost } from '../core/requireAtMost.js'

/** Byte order marks of encodings that are not read. */
const marks: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['UTF-32', [0xff, 0xfe, 0, 0]],
  ['UTF-32', [0, 0, 0xfe, 0xff]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
]

/** Bytes that are looked at for zeros, which no text in UTF-8 has. */
const LOOKED_AT = 1024

/**
 * Text of UTF-8 bytes, without a byte order mark. Throws InputError naming the file and the remedy for UTF-16 and
 * UTF-32 (Excel's "Unicode text") and for bytes that are no UTF-8: letters of another encoding would all
 * become the same sign, and words and classes merge.
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  requireAtMost(
    bytes.length,
    limits.textBytes,
    `${file}: bytes of text`,
    'take fewer rows of it, or save it as .npz',
  )
  const marked = marks.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0]
  const wide = marked ?? (bytes.subarray(0, LOOKED_AT).includes(0) ? 'UTF-16 or binary' : undefined)
  if (wide !== undefined) {
    throw new InputError(
      `${file} is ${wide}, not UTF-8 text: save it as UTF-8 (Excel: "CSV UTF-8"; else: iconv -f utf-16 -t utf-8)`,
    )
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new InputError(
      `${file} is not UTF-8 text: save it as UTF-8 (from Latin-1, say: iconv -f latin1 -t utf-8)`,
      { cause },
    )
  }
}
