import type { PartialValues } from '../artifacts/partialValues.js'
import type { EvaluatedRow } from '../artifacts/valueFile.js'
import type { MaskedEvaluator } from '../masking/evaluation/evaluate.js'
import type { MaskedSample } from '../masking/evaluation/sampleValues.js'
import type { EvaluatedSamples, EvaluationPlan } from '../study/types.js'

/**
 * Masked evaluation of one model. Every sample goes to the disk, in `partial`, when it is done, and those
 * that a run before has left there are not evaluated again.
 */
export async function evaluateSamples(
  evaluator: MaskedEvaluator,
  samples: readonly MaskedSample[],
  partial: PartialValues,
  onSample: () => void,
): Promise<void> {
  for (let row = 0; row < partial.count; row++) onSample()
  while (partial.count < samples.length) {
    await partial.append(await evaluator.evaluate(samples[partial.count]))
    onSample()
  }
}

/** What an evaluation found besides the value tables, and these. */
export interface ModelValues {
  readonly values: EvaluatedSamples
  readonly tables: readonly Float64Array[]
}

/** Reads a whole evaluation, with all its tables. */
export async function readEvaluation(
  plan: EvaluationPlan,
  partial: PartialValues,
): Promise<ModelValues> {
  const rows: EvaluatedRow[] = []
  for await (const row of partial.rows()) rows.push(row)
  const values: EvaluatedSamples = {
    ...plan,
    prediction: Int32Array.from(rows, ({ prediction }) => prediction),
    loss: Float64Array.from(rows, ({ loss }) => loss),
    empty: Float64Array.from(rows, ({ values }) => values[0]),
    full: Float64Array.from(rows, ({ values }) => values[values.length - 1]),
  }
  return { values, tables: rows.map((row) => row.values) }
}
