/** Arrays of a `.npz` file that are columns over samples: what code calls each, its name in the file, and its type. */
import { checkArrays, type ExpectedArray } from '../formats/expectedArrays.js'
import { dtypeOf, type NpyArray, type NpyData } from '../formats/npy.js'
import type { ArrayPieces } from '../formats/npzStream.js'

/** Name in the file and NumPy's type of each column, in the order in which they are written. */
export type Columns<T> = {
  readonly [Key in keyof T & string]: readonly [name: string, dtype: '<f8' | '<i4']
}

/** Arrays by their names in the file. */
type Named = Readonly<Record<string, NpyData>>

const entriesOf = <T>(columns: Columns<T>) =>
  Object.entries<Columns<T>[keyof T & string]>(columns) as [keyof T, readonly [string, string]][]

export function namedColumns<T>(columns: Columns<T>, found: T): Named {
  return Object.fromEntries(entriesOf(columns).map(([key, [name]]) => [name, found[key]])) as Named
}

/** Columns to write, one piece each. */
export function columnPieces(columns: Named): ArrayPieces[] {
  return Object.entries(columns).map(([name, data]) => {
    return { name, dtype: dtypeOf(data), shape: [data.length], pieces: [data] }
  })
}

/**
 * The columns of a file, all of this shape, and `others` beside them. Throws InputError naming the file where one is missing or
 * another array than was written.
 */
export function readColumns<T>(
  arrays: Readonly<Record<string, NpyArray>>,
  columns: Columns<T>,
  shape: readonly number[],
  others: Readonly<Record<string, ExpectedArray>>,
  file: string,
): T {
  const expected = entriesOf(columns).map(([, [name, dtype]]) => [name, { dtype, shape }])
  checkArrays(arrays, { ...Object.fromEntries(expected), ...others }, file)
  return Object.fromEntries(
    entriesOf(columns).map(([key, [name]]) => [key, arrays[name].data]),
  ) as T
}
