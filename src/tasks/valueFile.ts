/** Value tables of one network at one checkpoint, as a `.npz` file. */
import { readFile } from 'node:fs/promises'
import { arrayOf, decodeNpz, encodeNpz } from '../formats/npz.js'
import { writeAtomically } from '../store/atomic.js'
import type { ValueTables } from '../study/types.js'

const encoder = new TextEncoder()
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

export async function writeValueFile(path: string, tables: ValueTables): Promise<void> {
  const { n, count, values } = tables
  await writeAtomically(
    path,
    encodeNpz({
      values: { data: values, shape: [count, 2 ** n] },
      sample: tables.sample,
      panel: tables.panel,
      label: tables.label,
      given_label: tables.givenLabel,
      prediction: tables.prediction,
      loss: tables.loss,
      ...(tables.baseline === undefined ? {} : { baseline: encoder.encode(tables.baseline) }),
    }),
  )
}

/** Reads a value file. Throws InputError naming the file when it is missing or damaged. */
export async function readValueFile(path: string): Promise<ValueTables> {
  const arrays = decodeNpz(await readFile(path), path)
  const integers = (key: string) => Int32Array.from(arrayOf(arrays, key, path).data as Int32Array)
  const values = arrayOf(arrays, 'values', path)
  return {
    n: Math.log2(values.shape[1]),
    count: values.shape[0],
    values: values.data as Float64Array,
    sample: integers('sample'),
    panel: integers('panel'),
    label: integers('label'),
    givenLabel: integers('given_label'),
    prediction: integers('prediction'),
    loss: arrayOf(arrays, 'loss', path).data as Float64Array,
    ...('baseline' in arrays ? { baseline: text(arrays.baseline.data as Uint8Array) } : {}),
  }
}
