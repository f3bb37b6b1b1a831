/** How hard the analysed samples were at every kept checkpoint of one network, as a `.npz` file. */
import { checkArrays } from '../formats/expectedArrays.js'
import { arrayOf, decodeNpz, encodeNpz } from '../formats/npz.js'
import { readStored } from '../store/stored.js'
import type { TrainingDynamics } from '../study/types.js'

/** The bytes of such a file: 44 bytes a sample and checkpoint. */
export function encodeDifficulty(found: TrainingDynamics): Uint8Array {
  const shape = [found.step.length, found.sample.length]
  const table = <T extends Float64Array | Int32Array>(data: T) => ({ data, shape })
  return encodeNpz({
    step: found.step,
    sample: found.sample,
    given_label: found.givenLabel,
    prediction: table(found.prediction),
    loss: table(found.loss),
    margin: table(found.margin),
    probability: table(found.probability),
    el2n: table(found.el2n),
    grand: table(found.grand),
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
  const steps = arrayOf(arrays, 'step', path).shape[0]
  const samples = arrayOf(arrays, 'sample', path).shape[0]
  const column = { dtype: '<i4', shape: [samples] }
  const table = { dtype: '<f8', shape: [steps, samples] }
  checkArrays(
    arrays,
    {
      step: { dtype: '<i4', shape: [steps] },
      sample: column,
      given_label: column,
      prediction: { dtype: '<i4', shape: [steps, samples] },
      loss: table,
      margin: table,
      probability: table,
      el2n: table,
      grand: table,
    },
    path,
  )
  const integers = (name: string) => arrays[name].data as Int32Array
  const floats = (name: string) => arrays[name].data as Float64Array
  return {
    step: integers('step'),
    sample: integers('sample'),
    givenLabel: integers('given_label'),
    prediction: integers('prediction'),
    loss: floats('loss'),
    margin: floats('margin'),
    probability: floats('probability'),
    el2n: floats('el2n'),
    grand: floats('grand'),
  }
}
