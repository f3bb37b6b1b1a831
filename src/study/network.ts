/** What a study finds on one network, over all its analysed checkpoints. */
import type { ExperimentConfig } from '../config/schema.js'
import { areaUnderRoc } from '../confusing/control.js'
import { type DifficultyGroups, difficultyGroups } from '../confusing/difficulty.js'
import { falseDiscoveryAdjusted, surrogatePValue } from '../confusing/noiseNull.js'
import { type IntraclassCorrelation, intraclassCorrelation } from '../confusing/reliability.js'
import { deltaScores } from '../confusing/scores.js'
import { confusingSet, undeterminedSamples } from '../confusing/sets.js'
import type { ConfusingSet, SampleId } from '../confusing/types.js'
import { generalizationByOrder, type OrderGeneralization } from '../metrics/generalization.js'
import type { StudyNetwork } from '../plan/types.js'
import type { CurvePoint } from '../training/curve.js'
import { detectPhases, type PhaseResult } from '../training/phases.js'
import {
  analyseCheckpoint,
  type CheckpointAnalysis,
  type CheckpointInput,
  mainRows,
  meanRange,
  scoreRows,
  thresholds,
} from './checkpoint.js'
import { interactionsOf } from './types.js'

/** `Network` is what the caller knows of the network; the analysis passes it on. */
export interface NetworkInput<Network = StudyNetwork> {
  readonly network: Network
  readonly curve: readonly CurvePoint[]
  /** Ascending by step; the last is the end. */
  readonly checkpoints: readonly CheckpointInput[]
  /** The last checkpoint decomposed at the other end of the tie-break, where that was done. */
  readonly otherEnd?: CheckpointInput
  /** The last checkpoint under other players or another baseline. */
  readonly variants?: readonly CheckpointInput[]
  /** Scores of surrogates of every sample of the main panel, at the last checkpoint. */
  readonly surrogateScores?: readonly Float64Array[]
}

/** The confusing set of one network by one rule. */
export interface RuledSet {
  readonly set: ConfusingSet
  readonly undetermined: ReadonlySet<SampleId>
}

export interface NetworkAnalysis<Network = StudyNetwork> {
  readonly network: Network
  readonly curve: readonly CurvePoint[]
  readonly phases: PhaseResult
  readonly checkpoints: readonly CheckpointAnalysis[]
  readonly generalization: readonly (readonly OrderGeneralization[])[]
  /** Ids of the main panel, in the order of all score arrays. */
  readonly samples: readonly number[]
  /** Final scores under the configured tie-break … */
  readonly scores: Float64Array
  /** … and at the other end of the L1-optimal decompositions, where that was computed. */
  readonly otherScores: Float64Array | undefined
  /** The two above by what they prefer: low orders and high orders. */
  readonly scoresLow: Float64Array | undefined
  readonly scoresHigh: Float64Array | undefined
  /** P-values of the scores against surrogates without structure, and adjusted ones. */
  readonly noise: { readonly p: readonly number[]; readonly q: Float64Array } | undefined
  /** The configured rule first, then `mad` beside it. */
  readonly sets: readonly RuledSet[]
  readonly difficulty: DifficultyGroups
  readonly reliability: IntraclassCorrelation | undefined
  /** AUC of the scores for mislabelled samples, the positive control; undefined without any. */
  readonly mislabelledAuc: number | undefined
}

/** The sections of a configuration that say how a network is analysed. */
export type AnalysisSections = Pick<ExperimentConfig, 'analysis' | 'confusing' | 'phases'>

/** Everything that the tables and the comparison need of one network. */
export function analyseNetwork<Network>(
  input: NetworkInput<Network>,
  config: AnalysisSections,
): NetworkAnalysis<Network> {
  const { network, curve, checkpoints } = input
  const { salience } = config.analysis
  const { confusing } = config
  const last = checkpoints[checkpoints.length - 1]
  const finalRange = meanRange(last.values)
  const tausOf = (checkpoint: CheckpointInput, scale = 1) =>
    thresholds(checkpoint, salience, finalRange, scale)
  const phases = detectPhases(curve, config.phases)
  const boundary = nearestCheckpoint(checkpoints, phases)
  const analysed = checkpoints.map((checkpoint) =>
    analyseCheckpoint(checkpoint, tausOf(checkpoint), confusing),
  )
  const finalScores = (end: CheckpointInput, scale = 1): Float64Array => {
    const scores = scoreRows(end, tausOf(end, scale), confusing)
    if (confusing.phase === 'end') return scores
    return deltaScores(scores, scoreRows(boundary, tausOf(boundary, scale), confusing))
  }
  const samples = mainRows(last.values).map((row) => last.values.sample[row])
  const scores = finalScores(last)
  const other = input.otherEnd === undefined ? undefined : finalScores(input.otherEnd)
  const ownEndIsLow = config.analysis.tieBreak !== 'high'
  return {
    network,
    curve,
    phases,
    checkpoints: analysed,
    generalization: checkpoints.map((checkpoint) =>
      generalizationOf(checkpoint, tausOf(checkpoint)),
    ),
    samples,
    scores,
    otherScores: other,
    scoresLow: other === undefined ? undefined : ownEndIsLow ? scores : other,
    scoresHigh: other === undefined ? undefined : ownEndIsLow ? other : scores,
    noise: noiseOf(scores, input.surrogateScores),
    sets: ruledSets(scores, other, samples, config),
    difficulty: difficultyGroups(
      Float64Array.from(mainRows(boundary.values), (row) => boundary.values.loss[row]),
      samples,
      confusing.extremes,
    ),
    mislabelledAuc: areaUnderRoc(
      scores,
      mainRows(last.values).map((row) => last.values.label[row] !== last.values.givenLabel[row]),
    ),
    reliability: intraclassCorrelation([
      scores,
      ...(confusing.reliability.salience ? [finalScores(last, 0.5), finalScores(last, 2)] : []),
      ...(confusing.reliability.tieBreak && other !== undefined ? [other] : []),
      ...(input.variants ?? []).map((variant) =>
        scoreRows(variant, thresholds(variant, salience), confusing),
      ),
    ]),
  }
}

/** The checkpoint nearest to where the overfitting phase begins; the first when there is none. */
function nearestCheckpoint(
  checkpoints: readonly CheckpointInput[],
  phases: PhaseResult,
): CheckpointInput {
  const target = phases.boundary?.step
  if (target === undefined) return checkpoints[0]
  const distance = ({ step }: CheckpointInput) => Math.abs(step - target)
  return checkpoints.reduce((best, next) => (distance(next) < distance(best) ? next : best))
}

function noiseOf(
  scores: Float64Array,
  surrogateScores: readonly Float64Array[] | undefined,
): NetworkAnalysis['noise'] {
  if (surrogateScores === undefined) return undefined
  const p = surrogateScores.map((draws, position) => surrogatePValue(scores[position], draws) ?? 1)
  return { p, q: falseDiscoveryAdjusted(p) }
}

function ruledSets(
  scores: Float64Array,
  other: Float64Array | undefined,
  samples: readonly number[],
  { confusing }: AnalysisSections,
): RuledSet[] {
  const rules =
    confusing.set.rule === 'mad' ? [confusing.set] : [confusing.set, { rule: 'mad' as const }]
  return rules.map((rule) => {
    const set = confusingSet(scores, samples, rule)
    const otherSet = other === undefined ? undefined : confusingSet(other, samples, rule)
    return { set, undetermined: undeterminedSamples(set, otherSet) }
  })
}

function generalizationOf(
  { values, decompositions }: CheckpointInput,
  taus: Float64Array,
): readonly OrderGeneralization[] {
  const labelled = (panel: number) =>
    [...values.panel.keys()]
      .filter((row) => values.panel[row] === panel)
      .map((row) => ({
        label: values.givenLabel[row],
        interactions: interactionsOf(decompositions, row),
      }))
  const held = labelled(1)
  if (held.length === 0) return []
  return generalizationByOrder(labelled(0), held, { tau: taus[0], seed: 0 })
}
