import type { AnalysisConfig } from '../config/analysis.js'
import type { MaskedEvaluator } from '../masking/evaluate.js'
import type { ForeignClassifier } from '../masking/foreignEvaluator.js'
import { type Output, parseOutput } from '../masking/output.js'
import type { ValueTables } from '../study/types.js'
import type { AnalyzedSample } from './samples.js'

/**
 * The scalar output of a model: the configured one, except where the log-odds of logits are asked for
 * and the model gives probabilities (a softmax is part of it) or one logit (a binary head): then it
 * is the same log-odds, computed from those. `notice` is told.
 */
export function modelOutput(
  analysis: AnalysisConfig,
  { model, probabilities, width }: ForeignClassifier,
  notice: (message: string) => void,
): Output {
  const wanted = parseOutput(analysis.output, analysis.temperature, analysis.clamp)
  if (wanted.kind !== 'log-odds') return wanted
  if (width === 1) {
    notice(`${model.file} has one output: its sign by the label is v (output binary)`)
    return { ...wanted, kind: 'binary' }
  }
  if (!probabilities) return wanted
  notice(`${model.file} gives probabilities: v is their log-odds (output prob-log-odds)`)
  return { ...wanted, kind: 'prob-log-odds' }
}

/** Value tables of one model, one row a sample. */
export async function evaluateSamples(
  evaluator: MaskedEvaluator,
  samples: readonly AnalyzedSample[],
  n: number,
  onSample: () => void,
): Promise<ValueTables> {
  const subsets = 2 ** n
  const tables: ValueTables = {
    n,
    count: samples.length,
    values: new Float64Array(samples.length * subsets),
    sample: Int32Array.from(samples, ({ id }) => id),
    panel: Int32Array.from(samples, ({ panel }) => panel),
    label: Int32Array.from(samples, ({ trueLabel }) => trueLabel),
    givenLabel: Int32Array.from(samples, ({ label }) => label),
    prediction: new Int32Array(samples.length),
    loss: new Float64Array(samples.length),
  }
  for (const [row, sample] of samples.entries()) {
    const found = await evaluator.evaluate(sample)
    tables.values.set(found.values, row * subsets)
    tables.prediction[row] = found.prediction
    tables.loss[row] = found.loss
    onSample()
  }
  return tables
}
