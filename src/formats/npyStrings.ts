/** Arrays of strings in `.npy` files, as `np.array(words)` saves them: type `<U12` (UTF-32) or `|S12` (bytes). */
import { InputError } from '../core/errors.js'
import { sizeOf } from '../core/tensor.js'
import { readNpyHeader } from './npy.js'

/** Strings of a `.npy` file, row-major. */
export interface StringArray {
  readonly shape: readonly number[]
  readonly data: readonly string[]
}

/**
 * Reads the bytes of a `.npy` file of strings, in C order.
 * @param file name for error messages
 * @throws InputError when the bytes are no such file, of another type, or cut short
 */
export function decodeNpyStrings(bytes: Uint8Array, file: string): StringArray {
  const { dtype, shape, offset, fortranOrder } = readNpyHeader(bytes, file)
  const [, order, kind, length] = /^([<>|=])([US])(\d+)$/.exec(dtype) ?? []
  if (kind === undefined || fortranOrder) {
    throw new InputError(
      `${file}: strings are read from arrays in C order of type U or S, not of ${dtype}; save ` +
        'np.array(words, dtype=str)',
    )
  }
  const width = Number(length) * (kind === 'U' ? 4 : 1)
  const count = sizeOf(shape)
  // They take no bytes, however many are claimed; NumPy gives the empty string room for a letter.
  if (width === 0) throw new InputError(`${file}: strings of type ${dtype} have no letters`)
  if (bytes.length !== offset + count * width) {
    throw new InputError(
      `${file}: shape (${shape.join(', ')}) of ${dtype} needs ${offset + count * width} bytes, the file has ${bytes.length}`,
    )
  }
  const decode = kind === 'U' ? decodeUtf32(order !== '>', file) : decodeBytes
  const data = Array.from({ length: count }, (_, index) => {
    const start = offset + index * width
    return decode(bytes.subarray(start, start + width))
  })
  return { shape, data }
}

/** The largest number of a letter in Unicode. */
const LAST_POINT = 0x10ffff

/** Strings end where NumPy's filling with zeros begins. */
function decodeUtf32(littleEndian: boolean, file: string): (bytes: Uint8Array) => string {
  return (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let text = ''
    for (let at = 0; at < bytes.length; at += 4) {
      const point = view.getUint32(at, littleEndian)
      if (point === 0) break
      if (point > LAST_POINT) {
        throw new InputError(
          `${file}: damaged: ${point} is no letter of Unicode, whose last is ${LAST_POINT}`,
        )
      }
      text += String.fromCodePoint(point)
    }
    return text
  }
}

function decodeBytes(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end))
}
