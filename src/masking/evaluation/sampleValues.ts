/** From the outputs of a network to the values v(S) of one sample. */
import { InputError } from '../../core/errors.js'
import { grandCoalition, playersOf } from '../../core/subset.js'
import type { SampleRow } from '../../data/rows.js'
import { type Output, predictedClass, roundedClamp, sampleLoss, scalarOutput } from './output.js'

/** A sample to analyse: its label is the y whose output is valued. */
export type MaskedSample = SampleRow

/** v(x_S) of one sample for all 2^n coalitions, with the plain prediction. */
export interface SampleValues {
  /** v by coalition bitmask, [2^n]. */
  readonly values: Float64Array
  readonly prediction: number
  /** Cross-entropy of the unmasked sample at the given label. */
  readonly loss: number
}

/** v of every coalition from the logits [2^n, width], and the plain prediction from its last row. */
export function sampleValues(
  sample: MaskedSample,
  logits: Float32Array,
  width: number,
  output: Output,
): SampleValues {
  const values = valueCollector(sample, Math.log2(logits.length / width), width, output)
  values.add(logits)
  return values.result()
}

/** v of a sample's coalitions, as their logits come. */
interface ValueCollector {
  /** Takes the logits [count, width] of the next coalitions. Throws InputError where v is not finite. */
  add(logits: Float32Array): void
  /** All of them, once all 2^n were added. */
  result(): SampleValues
}

/** Keeps v of every coalition and the logits of the last alone: those of all fill memory where outputs are many. */
export function valueCollector(
  sample: MaskedSample,
  n: number,
  width: number,
  output: Output,
): ValueCollector {
  const { label } = sample
  const values = new Float64Array(grandCoalition(n) + 1)
  let count = 0
  let logits = new Float32Array()
  return {
    add(rows) {
      for (let start = 0; start < rows.length; start += width) {
        const value = scalarOutput(rows, start, width, label, output)
        if (!Number.isFinite(value)) throw notFinite(sample, count, value, output)
        values[count++] = value
      }
      logits = rows.slice(rows.length - width)
    },
    result() {
      const emptyValue = values[0]
      if (output.fromEmpty)
        for (let coalition = 0; coalition < count; coalition++) values[coalition] -= emptyValue
      return {
        values,
        prediction: predictedClass(logits, 0, width, output.kind),
        loss: sampleLoss(logits, 0, width, label, output.kind),
      }
    },
  }
}

/** Position of the first value that is NaN or infinite. */
export function firstNotFinite(values: Float32Array): number | undefined {
  // A plain loop: this runs over every output of every coalition.
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) return index
  }
  return undefined
}

/** A value that is not finite would spread to every coalition, masked or not. */
export function checkFinite(x: Float32Array, { id }: MaskedSample): void {
  const cell = firstNotFinite(x)
  if (cell === undefined) return
  throw new InputError(`sample ${id} has the value ${x[cell]} in cell ${cell} of what is masked`, {
    context: { sample: id, cell },
  })
}

function notFinite(
  sample: MaskedSample,
  coalition: number,
  value: number,
  { kind }: Output,
): InputError {
  const members = playersOf(coalition).join('+') || 'empty'
  const remedy =
    kind === 'logit'
      ? ''
      : ', or a probability of 0 or 1, whose log-odds are infinite: analysis.clamp=1e-7 keeps them within ±16.2, by ' +
        `log(p/(1−p+ε)+ε) with ε = 1e-7 in place of log(p/(1−p)); better ${roundedClamp}`
  return new InputError(
    `the output of sample ${sample.id} for coalition ${members} is ${value}: ` +
      `the network gave values that are not finite${remedy}`,
    { context: { sample: sample.id, coalition } },
  )
}
