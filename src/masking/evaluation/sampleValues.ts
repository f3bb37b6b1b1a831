import { InputError } from '../../core/errors.js'
import { grandCoalition, playersOf } from '../../core/subset.js'
import { type Output, predictedClass, sampleLoss, scalarOutput } from './output.js'

/** A sample to analyse. `id` is its stable name in messages and results. */
export interface MaskedSample {
  readonly id: number
  /** The network's input, flat; token ids for text. */
  readonly input: Float32Array
  /** The given label y. */
  readonly label: number
}

/** v(x_S) of one sample for all 2^n coalitions, with the plain prediction. */
export interface SampleValues {
  readonly id: number
  /** v by coalition bitmask, [2^n]. */
  readonly values: Float64Array
  /** v(∅) before it was subtracted, if it was. */
  readonly emptyValue: number
  /** The network's output on the unmasked sample, [width]. */
  readonly logits: Float32Array
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
  const count = logits.length / width
  const full = grandCoalition(Math.log2(count)) * width
  const values = new Float64Array(count)
  for (let coalition = 0; coalition < count; coalition++) {
    const value = scalarOutput(logits, coalition * width, width, sample.label, output)
    if (!Number.isFinite(value)) throw notFinite(sample, coalition, value)
    values[coalition] = value
  }
  const emptyValue = values[0]
  if (output.fromEmpty)
    for (let coalition = 0; coalition < count; coalition++) values[coalition] -= emptyValue
  return {
    id: sample.id,
    values,
    emptyValue,
    logits: logits.slice(full, full + width),
    prediction: predictedClass(logits, full, width, output.kind),
    loss: sampleLoss(logits, full, width, sample.label, output.kind),
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

function notFinite(sample: MaskedSample, coalition: number, value: number): InputError {
  const members = playersOf(coalition).join('+') || 'empty'
  return new InputError(
    `the output of sample ${sample.id} for coalition ${members} is ${value}: ` +
      'the network gave values that are not finite, or a probability of 0 or 1 (set analysis.clamp)',
    { context: { sample: sample.id, coalition } },
  )
}
