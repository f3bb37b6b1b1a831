/** How hard the analysed samples were at every kept checkpoint of one network, as a `.npz` file. */
import { arrayOf, decodeNpz, encodeNpz } from '../formats/npz.js'
import { readStored } from '../store/stored.js'
import type { TrainingDynamics } from '../study/types.js'
import { type Columns, namedColumns, readColumns } from './columns.js'

type Tables = Omit<TrainingDynamics, 'step' | 'sample' | 'givenLabel'>

const columns: Columns<Tables> = {
  prediction: ['prediction', '<i4'],
  loss: ['loss', '<f8'],
  margin: ['margin', '<f8'],
  probability: ['probability', '<f8'],
  el2n: ['el2n', '<f8'],
  grand: ['grand', '<f8'],
}

/** The bytes of such a file: 44 bytes per sample and checkpoint. */
export function encodeDifficulty(found: TrainingDynamics): Uint8Array {
  const shape = [found.step.length, found.sample.length]
  const tables = Object.entries(namedColumns<Tables>(columns, found))
  return encodeNpz({
    step: found.step,
    sample: found.sample,
    given_label: found.givenLabel,
    ...Object.fromEntries(tables.map(([name, data]) => [name, { data, shape }])),
  })
}

/**
 * Reads what {@link encodeDifficulty} wrote; undefined where it was never stored. Throws InputError naming the file when it
 * is damaged.
 */
export async function readDifficulty(path: string): Promise<TrainingDynamics | undefined> {
  const bytes = await readStored(path)
  if (bytes === undefined) return undefined
  const arrays = decodeNpz(bytes, path)
  const [steps, samples] = ['step', 'sample'].map((name) => arrayOf(arrays, name, path).shape[0])
  const column = { dtype: '<i4', shape: [samples] }
  const others = { step: { dtype: '<i4', shape: [steps] }, sample: column, given_label: column }
  const tables = readColumns(arrays, columns, [steps, samples], others, path)
  const integers = (name: string) => arrays[name].data as Int32Array
  return {
    step: integers('step'),
    sample: integers('sample'),
    givenLabel: integers('given_label'),
    ...tables,
  }
}
