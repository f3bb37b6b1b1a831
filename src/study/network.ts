/** What a study finds on one network, over all its analysed checkpoints. */
import type { ConfusingConfig } from '../config/confusing.js'
import type { ExperimentConfig } from '../config/schema.js'
import { areaUnderRoc } from '../confusing/control.js'
import { type DifficultyGroups, difficultyGroups } from '../confusing/difficulty.js'
import { type Reliability, reliabilityByKind } from '../confusing/reliability.js'
import { deltaScores } from '../confusing/scores.js'
import { confusingSet, undeterminedSamples } from '../confusing/sets.js'
import type { ConfusingSet, SampleId } from '../confusing/types.js'
import { generalizationByOrder, type OrderGeneralization } from '../metrics/generalization.js'
import { type SalientSets, salientSets } from '../metrics/transferability.js'
import type { StudyNetwork, VariantName } from '../plan/types.js'
import type { CurvePoint } from '../training/curve.js'
import { boundaryCheckpoint, difficultyCheckpoint } from '../training/phases/checkpoints.js'
import { detectPhases } from '../training/phases/detect.js'
import type { PhaseResult } from '../training/phases/types.js'
import {
  analyseCheckpoint,
  type CheckpointAnalysis,
  type CheckpointInput,
  mainRows,
  meanRange,
  otherRows,
  panelRows,
  RowScorer,
  thresholds,
} from './checkpoint.js'
import { interactionsOf, type TrainingDynamics } from './types.js'

/** The checkpoints that a score takes: the end, last; before it, for its growth, where overfitting begins. */
export type ScoredCheckpoints = readonly CheckpointInput[]

/** The checkpoints of the score under other players or another baseline. */
interface Variant {
  readonly name: VariantName
  readonly scored: ScoredCheckpoints
}

/** `Network` is what the caller knows of the network; the analysis passes it on. */
export interface NetworkInput<Network = StudyNetwork> {
  readonly network: Network
  readonly curve: readonly CurvePoint[]
  /** Ascending by step; the last is the end. */
  readonly checkpoints: readonly CheckpointInput[]
  /** The checkpoints of the score decomposed at the other end of the tie-break, where that was done. */
  readonly otherEnd?: ScoredCheckpoints
  /** The checkpoints of the score under other players or another baseline. */
  readonly variants?: readonly Variant[]
  /** How hard the samples were at every kept checkpoint; undefined where that is not known, of values of another tool. */
  readonly dynamics?: TrainingDynamics
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
  /** At the last checkpoint, under the τ that each sample was analysed with. */
  readonly salient: SalientSets
  /** Ids of the main panel, in the order of all score arrays. */
  readonly samples: readonly number[]
  /** Final scores under the configured tie-break … */
  readonly scores: Float64Array
  /** … and at the other end of the L1-optimal decompositions, where that was computed. */
  readonly otherScores: Float64Array | undefined
  /** The two above by what they prefer: low orders and high orders. */
  readonly scoresLow: Float64Array | undefined
  readonly scoresHigh: Float64Array | undefined
  /** The configured rule first, then `mad` beside it. */
  readonly sets: readonly RuledSet[]
  readonly difficulty: DifficultyGroups
  readonly dynamics: TrainingDynamics | undefined
  /** The panel of the other split with its final scores; empty where there is none. */
  readonly otherPanel: { readonly samples: readonly number[]; readonly scores: Float64Array }
  /** ICC of the scores under each kind of other choice that was measured. */
  readonly reliability: Reliability
  /** Samples that training saw with a wrong label. */
  readonly mislabelled: readonly number[]
  /** AUC of the scores for mislabelled samples, the positive control; undefined without any. */
  readonly mislabelledAuc: number | undefined
}

/** What is kept of a network once the rows of its own samples are made: the samples of many networks would not fit into memory. */
export type KeptAnalysis = Omit<NetworkAnalysis, 'checkpoints' | 'generalization'> & {
  readonly checkpoints: readonly Pick<CheckpointAnalysis, 'step' | 'values'>[]
}

/** {@link KeptAnalysis} of a network. */
export function keptOf({ generalization: _, ...analysis }: NetworkAnalysis): KeptAnalysis {
  const checkpoints = analysis.checkpoints.map(({ step, values }) => ({ step, values }))
  return { ...analysis, checkpoints }
}

/** The sections of a configuration that say how a network is analysed. */
type AnalysisSections = Pick<ExperimentConfig, 'analysis' | 'confusing' | 'phases'>

/** Everything that the tables and the comparison need of one network. */
export function analyseNetwork<Network>(
  input: NetworkInput<Network>,
  config: AnalysisSections,
): NetworkAnalysis<Network> {
  const { network, curve, checkpoints } = input
  const { analysis, confusing } = config
  const last = checkpoints[checkpoints.length - 1]
  const finalRange = meanRange(last.values)
  const tausOf = (checkpoint: CheckpointInput) =>
    thresholds(checkpoint, analysis.salience, finalRange)
  const phases = detectPhases(curve, config.phases)
  const steps = checkpoints.map(({ step }) => step)
  const { values: middle } = checkpoints[steps.indexOf(difficultyCheckpoint(steps, phases))]
  const analysed = checkpoints.map((checkpoint) =>
    analyseCheckpoint(checkpoint, tausOf(checkpoint), confusing),
  )
  const scored = scoredCheckpoints(checkpoints, phases, config)
  const samples = mainRows(last.values).map((row) => last.values.sample[row])
  const scores = finalScorer(scored, analysis)(confusing)
  const other = input.otherEnd && finalScorer(input.otherEnd, analysis)(confusing)
  const mislabelled = mainRows(last.values).map(
    (row) => last.values.label[row] !== last.values.givenLabel[row],
  )
  const ownEndIsLow = config.analysis.tieBreak !== 'high'
  return {
    network,
    curve,
    phases,
    checkpoints: analysed,
    generalization: checkpoints.map((checkpoint) =>
      generalizationOf(checkpoint, tausOf(checkpoint).rows),
    ),
    salient: salientSets(
      analysed[analysed.length - 1].samples.map(({ row, sample, tau }) => ({
        sample,
        interactions: interactionsOf(last.decompositions, row),
        tau,
      })),
    ),
    samples,
    scores,
    otherScores: other,
    scoresLow: other === undefined ? undefined : ownEndIsLow ? scores : other,
    scoresHigh: other === undefined ? undefined : ownEndIsLow ? other : scores,
    sets: ruledSets(scores, other, samples, config),
    difficulty: difficultyGroups(
      Float64Array.from(mainRows(middle), (row) => middle.loss[row]),
      samples,
      confusing.extremes,
    ),
    dynamics: input.dynamics,
    otherPanel: {
      samples: otherRows(last.values).map((row) => last.values.sample[row]),
      scores: finalScorer(scored, analysis, 1, otherRows(last.values))(confusing),
    },
    mislabelled: samples.filter((_, index) => mislabelled[index]),
    mislabelledAuc: areaUnderRoc(scores, mislabelled),
    reliability: reliabilityByKind(scores, {
      salience: confusing.reliability.salience
        ? [0.5, 2].map((scale) => finalScorer(scored, analysis, scale)(confusing))
        : [],
      'tie-break': confusing.reliability.tieBreak && other !== undefined ? [other] : [],
      ...Object.fromEntries(
        (input.variants ?? []).map((variant) => [
          variant.name,
          [finalScorer(variant.scored, analysis)(confusing)],
        ]),
      ),
    }),
  }
}

/** The checkpoints that the score is taken from: the last and, for its growth, before it the one nearest to t*. */
export function scoredCheckpoints(
  checkpoints: readonly CheckpointInput[],
  phases: PhaseResult,
  { confusing }: Pick<AnalysisSections, 'confusing'>,
): ScoredCheckpoints {
  const last = checkpoints[checkpoints.length - 1]
  const steps = checkpoints.map(({ step }) => step)
  const boundary = checkpoints[steps.indexOf(boundaryCheckpoint(steps, phases))]
  return confusing.phase === 'end' || boundary === last ? [last] : [boundary, last]
}

/**
 * Scores at the end or, for the phase `delta`, their growth since overfitting began, by any rule; τ times `scale`. Of the
 * main panel, or of these rows.
 */
export function finalScorer(
  scored: ScoredCheckpoints,
  { salience }: ExperimentConfig['analysis'],
  scale = 1,
  rows?: number[],
): (confusing: ConfusingConfig) => Float64Array {
  const finalRange = meanRange(scored[scored.length - 1].values)
  const scorers = scored.map(
    (checkpoint) =>
      new RowScorer(checkpoint, thresholds(checkpoint, salience, finalRange, scale), rows),
  )
  return (confusing) => {
    const end = scorers[scorers.length - 1].scores(confusing)
    return confusing.phase === 'end' ? end : deltaScores(end, scorers[0].scores(confusing))
  }
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
    panelRows(values, panel).map((row) => ({
      label: values.givenLabel[row],
      interactions: interactionsOf(decompositions, row),
      tau: taus[row],
    }))
  const held = labelled(1)
  if (held.length === 0) return []
  return generalizationByOrder(labelled(0), held, { seed: 0 })
}
