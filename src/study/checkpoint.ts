/** What one checkpoint of one network says of every analysed sample. */

import type { AnalysisConfig } from '../config/analysis.js'
import type { ConfusingConfig } from '../config/confusing.js'
import { confusingScore, nongeneralizable } from '../confusing/scores.js'
import { InputError } from '../core/errors.js'
import { groupBy } from '../core/groupBy.js'
import { type SalienceRule, salienceThreshold } from '../interactions/salience.js'
import {
  type Agreement,
  agreementByChance,
  agreementWith,
  type SignRule,
} from '../metrics/agreement.js'
import { type Complexity, complexity } from '../metrics/complexity.js'
import { orderDistribution } from '../metrics/orderDistribution.js'
import { meanInteractions, type ThresholdedInteractions } from '../metrics/similarity.js'
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
  /** How far references have its interactions, where the study has references. */
  readonly agreement: Agreement | undefined
  /** How far they would by chance. */
  readonly agreementByChance: Agreement | undefined
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
  /** The last checkpoints of the references of the network, on the same samples, masked and decomposed as this one. */
  readonly references?: readonly Omit<CheckpointInput, 'references'>[]
}

/** τ of every row of a checkpoint, and of the same rows in each of its references. */
interface Thresholds {
  readonly rows: Float64Array
  readonly references: readonly Float64Array[]
}

/** Rows of the main panel, 0, or of that of the other split, 1, which serves comparison only. */
export function panelRows({ panel }: Pick<EvaluatedSamples, 'panel'>, which: number): number[] {
  return [...panel.keys()].filter((row) => panel[row] === which)
}

/** Rows of the main panel. */
export function mainRows(values: Pick<EvaluatedSamples, 'panel'>): number[] {
  return panelRows(values, 0)
}

/** The given label of each sample of the main panel, which all checkpoints of a network have. */
export function labelsOf(
  checkpoints: readonly Pick<CheckpointInput, 'values'>[],
): Map<number, number> {
  const { values } = checkpoints[checkpoints.length - 1]
  return new Map(mainRows(values).map((row) => [values.sample[row], values.givenLabel[row]]))
}

/** Rows of the other split's panel, of the classes that the main panel has, which a score may be held against. */
export function otherRows({ panel, givenLabel }: EvaluatedSamples): number[] {
  const known = new Set(mainRows({ panel }).map((row) => givenLabel[row]))
  return panelRows({ panel }, 1).filter((row) => known.has(givenLabel[row]))
}

/** mean |v(N) − v(∅)| over the main panel: what τ is a fraction of by default. */
export function meanRange(values: EvaluatedSamples): number {
  const ranges = mainRows(values).map((row) => Math.abs(values.full[row] - values.empty[row]))
  return ranges.reduce((sum, range) => sum + range, 0) / Math.max(1, ranges.length)
}

/**
 * τ of every row, by the same rule for references: theirs is a share of their own range. `fixed-final` takes the mean
 * range of the last checkpoint, `finalRange`, where it is given; `scale` multiplies τ (for reliability under another τ).
 */
export function thresholds(
  input: CheckpointInput,
  salience: AnalysisConfig['salience'],
  finalRange?: number,
  scale = 1,
): Thresholds {
  return {
    rows: rowThresholds(input, salience, finalRange, scale),
    references: (input.references ?? []).map((reference) =>
      rowThresholds(reference, salience, undefined, scale),
    ),
  }
}

function rowThresholds(
  { values, decompositions }: CheckpointInput,
  salience: AnalysisConfig['salience'],
  finalRange: number | undefined,
  scale: number,
): Float64Array {
  const range = (salience.rule === 'fixed-final' ? finalRange : undefined) ?? meanRange(values)
  const rule: SalienceRule =
    salience.rule === 'fixed-final' ? { ...salience, rule: 'mean-output' } : salience
  return Float64Array.from(
    { length: values.count },
    (_, row) => scale * salienceThreshold(rule, interactionsOf(decompositions, row), range),
  )
}

/** Metrics and score of every sample of the main panel. */
export function analyseCheckpoint(
  input: CheckpointInput,
  taus: Thresholds,
  confusing: ConfusingConfig,
): CheckpointAnalysis {
  const rows = mainRows(input.values)
  const scorer = new RowScorer(input, taus, rows)
  const scores = scorer.scores(confusing)
  const sign = confusing.references?.sign ?? 'ignore'
  const agreements = scorer.agreements(sign)
  const inReferences = referenceRows(input, taus)
  const samples = rows.map((row, position): SampleAnalysis => {
    const interactions = interactionsOf(input.decompositions, row)
    const agreement = agreements?.[position]
    return {
      row,
      sample: input.values.sample[row],
      tau: taus.rows[row],
      complexity: complexity(interactions, taus.rows[row]),
      and: orderDistribution(interactions, taus.rows[row], 'and'),
      or: orderDistribution(interactions, taus.rows[row], 'or'),
      score: scores[position],
      agreement,
      agreementByChance:
        agreement && inReferences && agreementByChance(agreement, inReferences(row), sign),
    }
  })
  const { l1, lowerBound, gap, matchingError, converged, iterations } = input.decompositions
  const solver = { l1, lowerBound, gap, matchingError, converged, iterations }
  return { step: input.step, values: input.values, solver, samples }
}

/** Scores of some rows of a checkpoint by any rule: what is found in references is found once for all rules of one sign. */
export class RowScorer {
  private readonly found = new Map<SignRule, readonly Agreement[]>()

  /** @param rows by default those of the main panel */
  constructor(
    private readonly input: CheckpointInput,
    private readonly taus: Thresholds,
    private readonly rows = mainRows(input.values),
  ) {}

  /** Shape [rows]. Throws InputError where a score lacks what it holds samples against. */
  scores({ score, offsetScope, references }: ConfusingConfig): Float64Array {
    const { values, decompositions } = this.input
    if (score === 'nongeneralizable') {
      const agreements = references && this.agreements(references.sign)
      if (agreements === undefined || references === undefined) {
        throw new InputError('score nongeneralizable: there are no reference networks')
      }
      return Float64Array.from(agreements, (agreement) => nongeneralizable(agreement, references))
    }
    const referenceOf =
      score === 'nongeneralizable-mass' ? classMeanOf(this.input, this.taus.rows) : undefined
    return Float64Array.from(this.rows, (row) =>
      confusingScore(interactionsOf(decompositions, row), {
        score,
        tau: this.taus.rows[row],
        offsetScope,
        reference: referenceOf?.(values.panel[row], values.givenLabel[row]),
      }),
    )
  }

  /** How far references have the interactions of each row; undefined without references. */
  agreements(sign: SignRule): readonly Agreement[] | undefined {
    const known = this.found.get(sign)
    if (known !== undefined) return known
    const inReferences = referenceRows(this.input, this.taus)
    if (inReferences === undefined) return undefined
    const found = this.rows.map((row) =>
      agreementWith(
        interactionsOf(this.input.decompositions, row),
        this.taus.rows[row],
        inReferences(row),
        sign,
      ),
    )
    this.found.set(sign, found)
    return found
  }
}

/** Mean interactions of a class in the panel that a row is not in. Throws InputError where there are none. */
function classMeanOf(
  { values, decompositions }: CheckpointInput,
  taus: Float64Array,
): (panel: number, label: number) => Interactions {
  const means = [1, 0].map((other) => classReferences(values, decompositions, taus, other))
  return (panel, label) => {
    const reference = means[panel].get(label)
    if (reference !== undefined) return reference
    throw new InputError(
      `score nongeneralizable-mass: no sample of class ${label} in the other split to compare with; ` +
        'raise analysis.samples.testCount',
    )
  }
}

/**
 * The interactions that references have on the sample of a row; undefined without references. Throws InputError where
 * one was evaluated on other samples.
 */
function referenceRows(
  { values, references = [] }: CheckpointInput,
  taus: Thresholds,
): ((row: number) => ThresholdedInteractions[]) | undefined {
  if (references.length === 0) return undefined
  for (const reference of references) {
    const isAlike =
      reference.values.n === values.n &&
      reference.values.count === values.count &&
      reference.values.sample.every((sample, row) => sample === values.sample[row])
    if (!isAlike) {
      throw new InputError('a reference network was evaluated on other samples than the network')
    }
  }
  return (row) =>
    references.map(({ decompositions }, index) => ({
      interactions: interactionsOf(decompositions, row),
      tau: taus.references[index][row],
    }))
}

/** Mean interactions of the samples of one panel, class by class: what a score in the other can be held against. */
function classReferences(
  values: EvaluatedSamples,
  decompositions: Decompositions,
  taus: Float64Array,
  panel: number,
): Map<number, Interactions> {
  const byClass = groupBy(panelRows(values, panel), (row) => values.givenLabel[row])
  const meanOf = (rows: readonly number[]) =>
    meanInteractions(
      rows.map((row) => ({ interactions: interactionsOf(decompositions, row), tau: taus[row] })),
    ) as Interactions
  return new Map([...byClass].map(([label, rows]) => [label, meanOf(rows)]))
}
