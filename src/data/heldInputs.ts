/** Arrays that models with several inputs are fed beside the samples themselves. */
import { InputError } from '../core/errors.js'
import { gatherRows, sideBySide } from '../core/tableRows.js'
import { sizeOf } from '../core/tensor.js'
import type { NpyArray } from '../formats/npy.js'
import { arrayOf } from '../formats/npz.js'
import { checkFloat32 } from './float32.js'
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
    const held = arrayOf(arrays, array, file, '; data.held says which it is')
    if (held.shape[0] !== count) {
      throw new InputError(
        `${file}: ${array} [${held.shape.join(', ')}] (data.held) has not as many rows as there are samples, ${count}`,
      )
    }
    const shape = held.shape.slice(1)
    const width = sizeOf(shape)
    checkWhole(held, array, file)
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
    read: (rows) =>
      sideBySide(
        found.map(({ data, width }) => gatherRows(data, rows, width)),
        rows.length,
      ),
  }
}

/** Throws InputError where rows, which are kept in float32, would not keep a whole number as it is. */
function checkWhole({ data, dtype }: NpyArray, array: string, file: string): void {
  if (dtype.includes('f')) return
  for (let at = 0; at < data.length; at++) {
    if (Math.fround(data[at]) === data[at]) continue
    throw new InputError(
      `${file}: ${array} has ${data[at]}, which float32, in which rows are kept, does not have: whole numbers up to 2^24 (16777216) it does; ` +
        'number what they stand for anew, and its table in the model with it',
    )
  }
}

/** What models are fed of rows: each sample, and after it what is held beside it. */
export function fedRows({ inputs, held, count }: Pick<Samples, 'inputs' | 'held' | 'count'>) {
  return sideBySide(held === undefined ? [inputs] : [inputs, held], count)
}
