/** Files of token ids as NumPy writes them: whole numbers and strings in one `.npz`. */
import { zipSync } from 'fflate'
import { encodeNpy, encodeNpyHeader } from '../formats/npy.js'

/** Rows of numbers or strings, equally long, or one number per row. */
export type Rows =
  | readonly (readonly number[])[]
  | readonly (readonly string[])[]
  | readonly number[]

/** The bytes of a `.npz` file with these arrays: int64 where they are whole, float64 otherwise, `<U` of strings. */
export function tokenFile(arrays: Readonly<Record<string, Rows>>): Uint8Array {
  const entries = Object.entries(arrays).map(([name, rows]) => [`${name}.npy`, encoded(rows)])
  return zipSync(Object.fromEntries(entries))
}

function encoded(rows: Rows): Uint8Array {
  const flat: readonly (number | string)[] = rows.flat()
  const shape = Array.isArray(rows[0]) ? [rows.length, rows[0].length] : [rows.length]
  if (typeof flat[0] === 'string') return strings(flat as string[], shape)
  const numbers = flat as number[]
  if (!numbers.every(Number.isInteger)) return encodeNpy(Float64Array.from(numbers), shape)
  const data = BigInt64Array.from(numbers, BigInt)
  return joined(encodeNpyHeader('<i8', shape), new Uint8Array(data.buffer))
}

function strings(values: readonly string[], shape: readonly number[]): Uint8Array {
  const points = values.map((value) => [...value].map((letter) => letter.codePointAt(0) as number))
  const width = Math.max(1, ...points.map((each) => each.length))
  const data = new Uint32Array(values.length * width)
  for (const [index, own] of points.entries()) data.set(own, index * width)
  return joined(encodeNpyHeader(`<U${width}`, shape), new Uint8Array(data.buffer))
}

function joined(head: Uint8Array, body: Uint8Array): Uint8Array {
  const all = new Uint8Array(head.length + body.length)
  all.set(head)
  all.set(body, head.length)
  return all
}
