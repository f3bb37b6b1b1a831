import type { AnalysisConfig } from '../config/analysis.js'
import { InputError } from '../core/errors.js'
import type { MaskedEvaluator } from '../masking/evaluate.js'
import type { ForeignClassifier } from '../masking/foreignEvaluator.js'
import { type Output, parseOutput } from '../masking/output.js'
import type { EvaluatedSamples, EvaluationPlan } from '../study/types.js'
import type { PartialValues } from '../tasks/partialValues.js'
import type { EvaluatedRow } from '../tasks/valueFile.js'
import type { AnalyzedSample } from './samples.js'

/**
 * The scalar output of a model: the configured one, except where the log-odds of logits are asked for
 * and the model gives probabilities (a softmax or sigmoid is part of it) or one logit (a binary head): then
 * it is the same log-odds, computed from those. `assume` is told, and of what was guessed. Throws InputError
 * where probabilities are asked for and the model gives none, or a temperature where it gives them.
 */
export function modelOutput(
  analysis: AnalysisConfig,
  { model, probabilities, guessed, width }: ForeignClassifier,
  assume: (message: string) => void,
): Output {
  const wanted = parseOutput(analysis.output, analysis.temperature, analysis.clamp)
  if (wanted.kind === 'prob-log-odds' && !probabilities) {
    throw new InputError(
      `${model.file}: analysis.output ${analysis.output} needs probabilities, but the outputs of this model do ` +
        'not lie between 0 and 1 and add up to 1; use log-odds',
    )
  }
  const ofProbabilities = probabilities && wanted.kind !== 'logit'
  if (ofProbabilities && wanted.temperature !== 1) {
    throw new InputError(
      `${model.file} gives probabilities, but analysis.temperature ${wanted.temperature} divides logits; ` +
        'set it to 1, or export the model without its softmax or sigmoid',
    )
  }
  const suffix = wanted.fromEmpty ? '-v0' : ''
  if (ofProbabilities && wanted.kind !== 'prob-log-odds') {
    assume(`${model.file} gives probabilities: v is their log-odds (output prob-log-odds)`)
    if (guessed) {
      assume(
        `${model.file} was read by its values, which lie between 0 and 1, since its graph does not tell whether ` +
          `they are probabilities; if they are logits: --set analysis.output=binary${suffix}`,
      )
    }
    return { ...wanted, kind: 'prob-log-odds' }
  }
  if (wanted.kind !== 'log-odds' || width > 1) return wanted
  assume(`${model.file} has one output: its sign by the label is v (output binary)`)
  if (guessed) {
    assume(
      `${model.file} was read as a logit, but its values on training samples lie between 0 and 1, and it has no ` +
        `Sigmoid at its end; if they are probabilities: --set analysis.output=prob-log-odds${suffix}`,
    )
  }
  return { ...wanted, kind: 'binary' }
}

/**
 * Masked evaluation of one model. Every sample goes to the disk, in `partial`, when it is done, and those
 * that a run before has left there are not evaluated again.
 */
export async function evaluateSamples(
  evaluator: MaskedEvaluator,
  samples: readonly AnalyzedSample[],
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
