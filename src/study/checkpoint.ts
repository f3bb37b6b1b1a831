/** What one checkpoint of one network says of every analysed sample. */
import type { AnalysisConfig } from '../config/analysis.js'
import type { ConfusingConfig } from '../config/confusing.js'
import { confusingScore } from '../confusing/scores.js'
import { InputError } from '../core/errors.js'
import { type SalienceRule, salienceThreshold } from '../interactions/salience.js'
import { type Complexity, complexity } from '../metrics/complexity.js'
import { orderDistribution } from '../metrics/orderDistribution.js'
import { meanInteractions } from '../metrics/similarity.js'
import type { Interactions, OrderDistribution } from '../metrics/types.js'
import {
  type Decompositions,
  type EvaluatedSamples,
  interactionsOf,
  type SolverFigures,
} from './types.js'

/** One analysed sample at one checkpoint. */
export interface SampleAnalysis {
  readonly row: number
  readonly sample: number
  readonly tau: number
  readonly complexity: Complexity
  readonly and: OrderDistribution
  readonly or: OrderDistribution
  readonly score: number
}

/** The main panel at one checkpoint. Interactions are not kept: a study has too many to hold. */
export interface CheckpointAnalysis {
  readonly step: number
  readonly values: EvaluatedSamples
  readonly solver: SolverFigures
  readonly samples: readonly SampleAnalysis[]
}

export interface CheckpointInput {
  readonly step: number
  readonly values: EvaluatedSamples
  readonly decompositions: Decompositions
}

/** Rows of the main panel (the panel of the other split serves comparison only). */
export function mainRows({ panel }: Pick<EvaluatedSamples, 'panel'>): number[] {
  return [...panel.keys()].filter((row) => panel[row] === 0)
}

/** mean |v(N) − v(∅)| over the main panel: what τ is a fraction of by default. */
export function meanRange(values: EvaluatedSamples): number {
  const ranges = mainRows(values).map((row) => Math.abs(values.full[row] - values.empty[row]))
  return ranges.reduce((sum, range) => sum + range, 0) / Math.max(1, ranges.length)
}

/**
 * τ of every row. `fixed-final` takes the mean range of the last checkpoint, `finalRange`, where it
 * is given; `scale` multiplies τ (for reliability under another τ).
 */
export function thresholds(
  { values, decompositions }: CheckpointInput,
  salience: AnalysisConfig['salience'],
  finalRange?: number,
  scale = 1,
): Float64Array {
  const range = (salience.rule === 'fixed-final' ? finalRange : undefined) ?? meanRange(values)
  const rule = salienceRule(salience)
  return Float64Array.from(
    { length: values.count },
    (_, row) => scale * salienceThreshold(rule, interactionsOf(decompositions, row), range),
  )
}

function salienceRule(salience: AnalysisConfig['salience']): SalienceRule {
  return salience.rule === 'fixed-final' ? { ...salience, rule: 'mean-output' } : salience
}

/** Metrics and score of every sample of the main panel. */
export function analyseCheckpoint(
  input: CheckpointInput,
  taus: Float64Array,
  confusing: ConfusingConfig,
): CheckpointAnalysis {
  const rows = mainRows(input.values)
  const scores = scoreRows(input, taus, confusing)
  const samples = rows.map((row, position): SampleAnalysis => {
    const interactions = interactionsOf(input.decompositions, row)
    return {
      row,
      sample: input.values.sample[row],
      tau: taus[row],
      complexity: complexity(interactions, taus[row]),
      and: orderDistribution(interactions, taus[row], 'and'),
      or: orderDistribution(interactions, taus[row], 'or'),
      score: scores[position],
    }
  })
  const { l1, lowerBound, gap, matchingError, converged, iterations } = input.decompositions
  const solver = { l1, lowerBound, gap, matchingError, converged, iterations }
  return { step: input.step, values: input.values, solver, samples }
}

/** Confusing scores of the main panel, shape [main rows]. */
export function scoreRows(
  input: CheckpointInput,
  taus: Float64Array,
  confusing: ConfusingConfig,
): Float64Array {
  const score = rowScorer(input, taus, confusing)
  return Float64Array.from(mainRows(input.values), (row) =>
    score(row, interactionsOf(input.decompositions, row)),
  )
}

/** The score of a row of the main panel, had it these interactions (its own, or a surrogate's). */
export function rowScorer(
  { values, decompositions }: CheckpointInput,
  taus: Float64Array,
  { score, offsetScope }: ConfusingConfig,
): (row: number, interactions: Interactions) => number {
  if (score !== 'nongeneralizable-mass') {
    return (row, interactions) =>
      confusingScore(interactions, { score, tau: taus[row], offsetScope })
  }
  const references = classReferences(values, decompositions, taus)
  return (row, interactions) => {
    const label = values.givenLabel[row]
    const reference = references.get(label)
    if (reference === undefined) {
      throw new InputError(
        `score nongeneralizable-mass: no sample of class ${label} in the other split to compare with; ` +
          'raise analysis.samples.testCount',
      )
    }
    return confusingScore(interactions, { score, tau: taus[row], reference })
  }
}

/** Mean interactions of the other split's samples, class by class: what a score can be held against. */
function classReferences(
  values: EvaluatedSamples,
  decompositions: Decompositions,
  taus: Float64Array,
): Map<number, Interactions> {
  const byClass = new Map<number, number[]>()
  for (let row = 0; row < values.count; row++) {
    if (values.panel[row] === 0) continue
    const rows = byClass.get(values.givenLabel[row])
    if (rows === undefined) byClass.set(values.givenLabel[row], [row])
    else rows.push(row)
  }
  const references = new Map<number, Interactions>()
  for (const [label, rows] of byClass) {
    const mean = meanInteractions(
      rows.map((row) => ({ interactions: interactionsOf(decompositions, row), tau: taus[row] })),
    )
    if (mean !== undefined) references.set(label, mean)
  }
  return references
}
