/** Arrays that models with several inputs are fed beside the samples themselves. */
import { InputError } from '../core/errors.js'
import { sizeOf } from '../core/tensor.js'
import type { NpyArray } from '../formats/npy.js'
import { checkFloat32 } from './float32.js'
import { gatherRows } from './raw.js'
import type { RowPart, Samples } from './types.js'

/** Held arrays of one split, side by side. */
interface HeldArrays {
  readonly parts: readonly RowPart[]
  /** Cells of the chosen rows, [rows, cells]. */
  read(rows: Int32Array): Float32Array
}

/**
 * Arrays [N, …] of the names that a configuration lists. Throws InputError where one is missing, or has not as many rows as
 * there are samples.
 */
export function heldArrays(
  arrays: Readonly<Record<string, NpyArray>>,
  named: readonly { readonly name: string; readonly array: string }[],
  count: number,
  file: string,
): HeldArrays {
  let cells = 0
  const found = named.map(({ name, array }) => {
    const held = arrays[array]
    if (held === undefined) {
      throw new InputError(
        `${file}: no array named "${array}" for data.held (it has: ${Object.keys(arrays).join(', ')})`,
      )
    }
    if (held.shape[0] !== count) {
      throw new InputError(
        `${file}: ${array} [${held.shape.join(', ')}] (data.held) has not as many rows as there are samples, ${count}`,
      )
    }
    const shape = held.shape.slice(1)
    const width = sizeOf(shape)
    checkFloat32(
      held.data,
      Array.from({ length: width }, (_, cell) => `${array}[…, ${cell}]`),
      file,
    )
    const part: RowPart = { name, role: 'input', shape, start: cells }
    cells += width
    return { part, width, data: held.data }
  })
  return {
    parts: found.map(({ part }) => part),
    read(rows) {
      const all = new Float32Array(rows.length * cells)
      for (const { part, width, data } of found) {
        const own = gatherRows(data, rows, width)
        for (let row = 0; row < rows.length; row++) {
          all.set(own.subarray(row * width, (row + 1) * width), row * cells + part.start)
        }
      }
      return all
    },
  }
}

/** What models are fed of rows: each sample, and after it what is held beside it. */
export function fedRows({ inputs, held, count }: Pick<Samples, 'inputs' | 'held' | 'count'>) {
  if (held === undefined) return inputs
  const [size, beside] = [inputs.length / count, held.length / count]
  const rows = new Float32Array(inputs.length + held.length)
  for (let row = 0; row < count; row++) {
    const start = row * (size + beside)
    rows.set(inputs.subarray(row * size, (row + 1) * size), start)
    rows.set(held.subarray(row * beside, (row + 1) * beside), start + size)
  }
  return rows
}
