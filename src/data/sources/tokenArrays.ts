/** The arrays of a file of token ids, checked: whole numbers, as many rows and tokens as there are ids. */
import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { sizeOf } from '../../core/tensor.js'
import { readInputFile } from '../../formats/inputFile.js'
import { decodeNpy, type NpyArray } from '../../formats/npy.js'
import { decodeNpyStrings, type StringArray } from '../../formats/npyStrings.js'
import { lacksArray, npzEntries } from '../../formats/npz.js'

/** Whole numbers with a name; rows are float32, which holds those below 2^24 exactly. */
export interface WholeArray {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
  /** Whether the configuration gives the value, the same for all rows. */
  readonly isConstant?: boolean
}

/** Where ids of tokens end. */
export const TOKEN_LIMIT = 2 ** 24

/** An open file. All reading throws InputError that names file, array and place. */
export interface TokenArrays {
  readonly file: string
  /** Token ids [N, T]. */
  readonly ids: WholeArray
  /** 1 for tokens, 0 for padding [N, T]; every row has a token. */
  readonly attention: WholeArray
  /** What was assumed on reading, a line each. */
  readonly remarks: string[]
  has(name: string): boolean
  /** An array as it is. */
  numbers(name: string): NpyArray
  /** Whole numbers [N, …]. */
  rows(name: string): WholeArray
  /** Whole numbers from 0 a row [N]: an array, or the same for all. */
  column(key: 'target' | 'position', value: number | string): WholeArray
  /** Strings [N, …]. */
  strings(name: string): StringArray
}

/** Reads ids and attention of a file, and opens the rest. */
export function openTokenArrays(
  file: string,
  { ids: idsName, attention: attentionName }: Extract<DataConfig, { source: 'tokens' }>,
): TokenArrays {
  const entries = npzEntries(readInputFile(file), file)
  const bytesOf = (name: string): Uint8Array => {
    const bytes = entries.get(name)
    if (bytes !== undefined) return bytes
    throw lacksArray(file, name, entries.keys())
  }
  const numbers = (name: string) => decodeNpy(bytesOf(name), `${file} [${name}]`)
  const whole = (name: string, least: number): WholeArray => {
    const { shape, data } = numbers(name)
    const at = data.findIndex(
      (value) => !(Number.isInteger(value) && value >= least && value < TOKEN_LIMIT),
    )
    if (at === -1) return { name, shape, data }
    throw new InputError(
      `${file}: ${placeOf(name, shape, at)} is ${data[at]}, no whole number from ${least} to ${TOKEN_LIMIT - 1}`,
    )
  }
  const ids = whole(idsName, 0)
  if (ids.shape.length !== 2 || ids.data.length === 0) {
    throw new InputError(
      `${file}: ${idsName} [${ids.shape.join(', ')}] are no token ids of texts, [N, T]; fill up shorter texts with ` +
        `padding, which ${attentionName} marks by 0`,
    )
  }
  const [count] = ids.shape
  const rows = (name: string): WholeArray => {
    const array = whole(name, -TOKEN_LIMIT + 1)
    if (array.shape[0] === count) return array
    throw new InputError(
      `${file}: ${name} [${array.shape.join(', ')}] and ${idsName} [${ids.shape.join(', ')}] are not as many rows`,
    )
  }
  const attention = whole(attentionName, 0)
  checkAttention(attention, ids, file)
  return {
    file,
    ids,
    attention,
    remarks: [],
    has: (name) => entries.has(name),
    numbers,
    rows,
    column(key, value) {
      if (typeof value === 'number') {
        const data = new Int32Array(count).fill(value)
        return { name: key, shape: [count], data, isConstant: true }
      }
      const array = whole(value, 0)
      if (array.data.length === count) return { ...array, shape: [count] }
      throw new InputError(
        `${file}: ${value} [${array.shape.join(', ')}] (data.${key}) and ${idsName} [${ids.shape.join(', ')}] are not ` +
          'as many rows',
      )
    },
    strings: (name) => decodeNpyStrings(bytesOf(name), `${file} [${name}]`),
  }
}

/** Throws InputError unless an array has the shape of the ids. */
export function checkSameShape(array: WholeArray, ids: WholeArray, file: string): void {
  if (array.shape.join() === ids.shape.join()) return
  throw new InputError(
    `${file}: ${array.name} [${array.shape.join(', ')}] has another shape than ${ids.name} [${ids.shape.join(', ')}]`,
  )
}

/** `input_ids[3, 7]`: the place of an element. */
export function placeOf(name: string, shape: readonly number[], at: number): string {
  let left = at
  const index = shape.map((_, axis) => {
    const inner = sizeOf(shape.slice(axis + 1))
    const place = Math.floor(left / inner)
    left -= place * inner
    return place
  })
  return `${name}[${index.join(', ')}]`
}

function checkAttention(attention: WholeArray, ids: WholeArray, file: string): void {
  checkSameShape(attention, ids, file)
  const { name, shape, data } = attention
  const [count, length] = shape
  for (let row = 0; row < count; row++) {
    let tokens = 0
    for (let at = row * length; at < (row + 1) * length; at++) {
      if (data[at] > 1) {
        throw new InputError(
          `${file}: ${placeOf(name, shape, at)} is ${data[at]}, but must be 1 (a token) or 0 (padding)`,
        )
      }
      tokens += data[at]
    }
    if (tokens === 0) throw new InputError(`${file}: ${name}[${row}] is 0 for all tokens of a text`)
  }
}
