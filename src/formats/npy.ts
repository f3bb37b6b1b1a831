/**
 * NumPy's `.npy` files: a magic string, a version, a Python dict that names type, order and shape,
 * then the raw elements. Source: numpy/lib/format.py (format versions 1.0, 2.0 and 3.0).
 */
import { InputError } from '../core/errors.js'
import { limits } from '../core/limits.js'
import { quotable } from '../core/quote.js'
import { bytesOf, sizeOf } from '../core/tensor.js'
import { readInputFile } from './inputFile.js'

/** Typed arrays that `.npy` files are read into; 64-bit integers become float64. */
export type NpyData =
  | Float64Array
  | Float32Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array

/** An array of a `.npy` file, in row-major order whatever the file's order was. */
export interface NpyArray {
  readonly shape: readonly number[]
  readonly data: NpyData
  /** NumPy's name of the stored type, such as `<f4`. */
  readonly dtype: string
}

/** Arrays of the stored types by kind and size; `b1` is bool. */
const elementTypes = {
  f8: Float64Array,
  f4: Float32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
  i4: Int32Array,
  u4: Uint32Array,
  i2: Int16Array,
  u2: Uint16Array,
  i1: Int8Array,
  u1: Uint8Array,
  b1: Uint8Array,
} as const

const MAGIC = '\x93NUMPY'

/** What the text before the elements says. */
export interface NpyHeader {
  readonly dtype: string
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  /** Where the elements begin. */
  readonly offset: number
}

/**
 * Reads the bytes of a `.npy` file: floats of 4 and 8 bytes, integers of 1 to 8 bytes and bool, of
 * either byte order, in C or Fortran order. 64-bit integers beyond ±2^53 and trailing bytes are refused.
 * @param file name for error messages
 * @throws InputError when the bytes are no such file, of another type, or cut short
 */
export function decodeNpy(bytes: Uint8Array, file: string): NpyArray {
  const header = readNpyHeader(bytes, file)
  const { dtype, shape, offset } = header
  if (!(dtype.slice(1) in elementTypes) || !'<>|='.includes(dtype[0])) {
    const remedy = /[USO]/.test(dtype)
      ? 'text is to be numbered (np.unique(names, return_inverse=True)[1])'
      : 'save it as float64 or float32'
    throw new InputError(`${file}: elements of type ${dtype} cannot be read; ${remedy}`)
  }
  const Elements = elementTypes[dtype.slice(1) as keyof typeof elementTypes]
  const expected = offset + sizeOf(shape) * Elements.BYTES_PER_ELEMENT
  if (bytes.length !== expected) {
    const problem = bytes.length < expected ? 'cut short' : 'too long'
    throw new InputError(
      `${file}: ${problem}: shape (${shape.join(', ')}) of ${dtype} needs ${expected} bytes, the file has ${bytes.length}`,
    )
  }
  const data = inFloats(new Elements(nativeBytes(bytes, header).buffer))
  if (Elements.BYTES_PER_ELEMENT === 8) checkExact(data, dtype, file)
  return { shape, dtype, data: header.fortranOrder ? toRowMajor(data, shape) : data }
}

/** The bytes of the elements by themselves, so that they are aligned, in the order of this machine's. */
function nativeBytes(bytes: Uint8Array, { dtype, offset }: NpyHeader): Uint8Array<ArrayBuffer> {
  const own = new Uint8Array(bytes.subarray(offset))
  const swapped = Buffer.from(own.buffer)
  if (dtype[0] !== '>') return own
  if (dtype[2] === '8') swapped.swap64()
  else if (dtype[2] === '4') swapped.swap32()
  else if (dtype[2] === '2') swapped.swap16()
  return own
}

function inFloats(data: NpyData | BigInt64Array | BigUint64Array): NpyData {
  const isLong = data instanceof BigInt64Array || data instanceof BigUint64Array
  return isLong ? Float64Array.from<bigint>(data, Number) : data
}

/** 64-bit integers are held as float64, which is exact up to 2^53 only. */
function checkExact(data: NpyData, dtype: string, file: string): void {
  if (dtype[1] === 'f') return
  const index = data.findIndex((value) => !Number.isSafeInteger(value))
  if (index >= 0) {
    throw new InputError(`${file}: element ${index} is an integer beyond 2^53; save it as float64`)
  }
}

/** Reorders elements stored first index fastest into last index fastest. */
function toRowMajor(data: NpyData, shape: readonly number[]): NpyData {
  const out = data.slice()
  const index = new Array<number>(shape.length).fill(0)
  for (let from = 0; from < data.length; from++) {
    let to = 0
    for (let axis = 0; axis < shape.length; axis++) to = to * shape[axis] + index[axis]
    out[to] = data[from]
    for (let axis = 0; axis < shape.length; axis++) {
      if (++index[axis] < shape[axis]) break
      index[axis] = 0
    }
  }
  return out
}

/** Reads the header that `.npy` bytes begin with. Throws InputError when it is none or cut short. */
export function readNpyHeader(bytes: Uint8Array, file: string): NpyHeader {
  const text = (from: number, to: number) =>
    Buffer.from(bytes.subarray(from, to)).toString('latin1')
  if (bytes.length === 0) throw new InputError(`${file}: the file is empty`)
  if (text(0, 6) !== MAGIC) {
    throw new InputError(`${file}: not a .npy file (it does not begin with \\x93NUMPY)`)
  }
  const long = bytes[6] >= 2
  const start = long ? 12 : 10
  if (bytes.length < start) throw new InputError(`${file}: cut short within the .npy header`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const offset = start + (long ? view.getUint32(8, true) : view.getUint16(8, true))
  if (bytes.length < offset) throw new InputError(`${file}: cut short within the .npy header`)
  return { ...parseDict(text(start, offset), file), offset }
}

/** Reads `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`. */
function parseDict(text: string, file: string): Omit<NpyHeader, 'offset'> {
  const dtype = /['"]descr['"]\s*:\s*['"]([^'"]+)['"]/.exec(text)?.[1]
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)\b/.exec(text)?.[1]
  const shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text)?.[1]
  if (dtype === undefined && /['"]descr['"]\s*:\s*\[/.test(text)) {
    throw new InputError(`${file}: records with named fields cannot be read; save a plain array`)
  }
  // Python 2 wrote long integers with an L; a comma may end the list.
  const extents = shape?.split(',').map((part) => part.trim()) ?? []
  if (extents.at(-1) === '') extents.pop()
  const isTuple = shape !== undefined && extents.every((part) => /^\d+L?$/.test(part))
  if (dtype === undefined || fortran === undefined || !isTuple) {
    throw new InputError(`${file}: unreadable .npy header: ${quotable(text.trim(), 80)}`)
  }
  return {
    dtype,
    fortranOrder: fortran === 'True',
    shape: checkedShape(
      extents.map((part) => Number.parseInt(part, 10)),
      file,
    ),
  }
}

/** Throws InputError for a shape that no array has: what a header claims costs time before any element is read. */
function checkedShape(shape: readonly number[], file: string): readonly number[] {
  const size = sizeOf(shape)
  const isEmpty = shape.includes(0)
  if (shape.length <= limits.axes && Number.isSafeInteger(size)) {
    if (!isEmpty || shape.every((extent) => extent <= limits.emptyExtent)) return shape
  }
  const said = quotable(shape.join(', '), 80)
  throw new InputError(`${file}: its .npy header claims the shape (${said}), which no array has`)
}

/** The bytes of a `.npy` file (version 1.0, little-endian, C order) of a row-major array. */
export function encodeNpy(data: NpyData, shape: readonly number[] = [data.length]): Uint8Array {
  if (sizeOf(shape) !== data.length) {
    throw new RangeError(`shape (${shape.join(', ')}) does not hold ${data.length} elements`)
  }
  const header = encodeNpyHeader(dtypeOf(data), shape)
  const bytes = new Uint8Array(header.length + data.byteLength)
  bytes.set(header)
  bytes.set(bytesOf(data), header.length)
  return bytes
}

/** NumPy's name of the type of an array's elements. */
export function dtypeOf(data: NpyData): string {
  const [kind] = Object.entries(elementTypes).find(([, type]) => data instanceof type)!
  return `${kind.endsWith('1') ? '|' : '<'}${kind}`
}

/** What a `.npy` file (version 1.0, C order) begins with: a multiple of 64 bytes before the elements. */
export function encodeNpyHeader(dtype: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const dict = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${tuple}, }`
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64
  const bytes = new Uint8Array(length)
  bytes.set(Buffer.from(`${MAGIC}\x01\x00`, 'latin1'))
  new DataView(bytes.buffer).setUint16(8, length - 10, true)
  bytes.set(Buffer.from(`${dict.padEnd(length - 11)}\n`, 'latin1'), 10)
  return bytes
}

/** Reads a `.npy` file. Throws InputError naming the file when it is missing or wrong. */
export function readNpy(file: string): NpyArray {
  return decodeNpy(readInputFile(file), file)
}
