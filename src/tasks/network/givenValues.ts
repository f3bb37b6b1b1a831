/** v(S) that another tool computed. */
import type { EvaluatedRow } from '../../artifacts/valueFile.js'
import { InputError } from '../../core/errors.js'
import { subsetCount } from '../../core/subset.js'
import { type NpyArray, readNpy } from '../../formats/npy.js'
import { readNpz } from '../../formats/npz.js'
import type { Output } from '../../masking/evaluation/output.js'

/** An analysed sample, as far as values of another tool need it. */
interface ValuedSample {
  readonly id: number
  readonly label: number
}

/** Stands for a prediction that nobody told. */
export const UNKNOWN_CLASS = -2

/**
 * Rows of a `.npy` file [samples, 2^n], in the order of the analysed samples (the main panel, then that of the other
 * split), or of a `.npz` file with such an array `values` and, all optional, `sample` (ids: rows may then stand in any
 * order, and more of them), `prediction` and `loss`. Coalitions are bitmasks, bit i is player i. Where the output is
 * counted from the empty coalition, v(∅) is subtracted. Where no loss is given it is that which v(N) says, as far as
 * that is still the log-odds of the label: log(1 + e^−v(N)); a prediction that is not given is unknown. Throws InputError where shapes differ, a sample is missing, or values are not finite.
 */
export function readGivenValues(
  file: string,
  samples: readonly ValuedSample[],
  n: number,
  output: Pick<Output, 'kind' | 'fromEmpty' | 'temperature'>,
): EvaluatedRow[] {
  const arrays = readArrays(file)
  const { values, sample, prediction, loss } = arrays
  const columns = subsetCount(n)
  if (values?.shape.length !== 2 || values.shape[1] !== columns) {
    throw new InputError(
      `${file}: values must have shape [samples, ${columns}], 2^${n} coalitions of ${n} players, but have ` +
        `[${values?.shape.join(', ') ?? 'no array "values"'}]`,
    )
  }
  const count = values.shape[0]
  for (const [name, array] of Object.entries({ sample, prediction, loss })) {
    if (array !== undefined && array.shape.join() !== String(count)) {
      throw new InputError(`${file}: "${name}" must have shape [${count}], a value a row`)
    }
  }
  if (sample === undefined && count !== samples.length) {
    throw new InputError(
      `${file}: ${count} rows for ${samples.length} analysed samples; give their ids as an array "sample", or ` +
        'exactly these in their order (lowlayer plan CONFIG --json lists them)',
    )
  }
  const ids = sample === undefined ? undefined : Array.from(sample.data, Number)
  return samples.map(({ id }, position) => {
    const row = ids === undefined ? position : ids.indexOf(id)
    if (row === -1) throw new InputError(`${file}: there are no values of sample ${id}`)
    const own = Float64Array.from({ length: columns }, (_, at) =>
      Number(values.data[row * columns + at]),
    )
    const bad = own.findIndex((value) => !Number.isFinite(value))
    if (bad >= 0)
      throw new InputError(`${file}: v of sample ${id}, coalition ${bad}, is ${own[bad]}`)
    const [empty, full] = [own[0], own[columns - 1]]
    const isLogOdds = output.kind !== 'logit' && output.temperature === 1
    // Values that begin with 0 were counted from the empty coalition before.
    const tellsLoss = isLogOdds && !(output.fromEmpty && empty === 0)
    return {
      values: output.fromEmpty ? own.map((value) => value - empty) : own,
      prediction: prediction === undefined ? UNKNOWN_CLASS : Number(prediction.data[row]),
      loss: loss === undefined ? (tellsLoss ? lossOf(full) : Number.NaN) : Number(loss.data[row]),
    }
  })
}

/** −log p of log-odds v = log(p/(1 − p)), without overflow. */
function lossOf(v: number): number {
  return Math.max(0, -v) + Math.log1p(Math.exp(-Math.abs(v)))
}

function readArrays(file: string): Partial<Record<string, NpyArray>> {
  return file.endsWith('.npz') ? readNpz(file) : { values: readNpy(file) }
}
