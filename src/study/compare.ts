/** Brings the analyses of all networks of a study together: rows of tables, grids and verdict. */
import { compareNetworks } from '../comparison/compare.js'
import { isMirror } from '../comparison/grid.js'
import { overlapRows } from '../comparison/pairs.js'
import type { ComparisonOptions, NetworkScores, StudyScores, Verdict } from '../comparison/types.js'
import type { ExperimentConfig } from '../config/schema.js'
import { confusingSet } from '../confusing/sets.js'
import type { SampleId, SetRule } from '../confusing/types.js'
import { InputError } from '../core/errors.js'
import { pairAgreement } from '../metrics/transferability.js'
import { layersOf } from '../plan/layers.js'
import type { StudyNetwork } from '../plan/types.js'
import type { EffectRow, MembershipRow, OverlapRow } from '../tables/tables.js'
import type { KeptAnalysis } from './network.js'
import { nextStep } from './nextStep.js'

/** The rows and the verdict that take all networks together; those of pairs are {@link pairRows}. */
interface StudyComparison {
  readonly effects: readonly EffectRow[]
  readonly memberships: readonly MembershipRow[]
  readonly verdict: Verdict
}

/**
 * Compares the networks of a study at their last checkpoint, on the samples that all were analysed on:
 * with `filter: correct` each has its own. Throws InputError where there is none.
 */
export function compareAnalyses(
  analyses: readonly KeptAnalysis[],
  facts: Pick<StudyScores, 'missing' | 'lacking' | 'trainedBy' | 'unmeasured'>,
  config: ExperimentConfig,
): StudyComparison {
  const scores = studyScores(analyses, config)
  const found = compareNetworks(
    {
      ...scores,
      omitted: new Set(analyses.flatMap(({ samples }) => samples)).size - scores.samples.length,
      mislabelled: mislabelledEverywhere(analyses),
      ...facts,
    },
    comparisonOptions(config),
  )
  const judged = found.grids.find(({ grid }) => !isMirror(grid))
  return {
    effects: found.effects,
    memberships: found.intersections.map(({ networks, names, samples }) => ({
      networks: networks.join('+'),
      names: names.join('+'),
      count: samples.length,
      samples: samples.join('+'),
    })),
    verdict: {
      ...found.verdict,
      next: nextStep(
        found.verdict,
        judged,
        { samples: scores.samples.length, networks: analyses.map(({ network }) => network) },
        config,
      ),
    },
  }
}

/**
 * The rows of `overlaps.csv`, one by one: what grows with the square of the networks is never held. Throws InputError where no sample
 * was analysed on every network.
 */
export function* pairRows(
  analyses: readonly KeptAnalysis[],
  config: ExperimentConfig,
): Generator<OverlapRow> {
  const salient = new Map(analyses.map((analysis) => [analysis.network.id, analysis.salient]))
  for (const pair of overlapRows(studyScores(analyses, config), comparisonOptions(config))) {
    const [a, b] = [salient.get(pair.network_a)!, salient.get(pair.network_b)!]
    const { signed, unsigned, iou } = pairAgreement(a, b)
    yield {
      ...pair,
      transfer: signed.share,
      expected_transfer: signed.chance,
      transfer_unsigned: unsigned.share,
      expected_transfer_unsigned: unsigned.chance,
      iou,
    }
  }
}

/** What the comparison takes of the networks, on the samples in common. */
export function studyScores(
  analyses: readonly KeptAnalysis[],
  config: SetsConfig,
): Pick<StudyScores, 'samples' | 'networks'> & { readonly samples: readonly number[] } {
  const samples = commonSamples(analyses)
  return {
    samples,
    networks: analyses.map((analysis) => networkScores(analysis, samples, config)),
  }
}

/** The samples that all networks were analysed on, in the order of the first. Throws InputError where there is none. */
export function commonSamples(analyses: readonly Pick<KeptAnalysis, 'samples'>[]): number[] {
  const [first, ...others] = analyses.map(({ samples }) => samples)
  const sets = others.map((samples) => new Set(samples))
  const common = first.filter((sample) => sets.every((set) => set.has(sample)))
  if (common.length > 0) return common
  throw new InputError(
    'no sample was analysed on every network, so that there is nothing to compare; use ' +
      'analysis.samples.filter: common-correct, or none',
  )
}

/** Wrong labels that all networks saw; networks from elsewhere may have been trained on others. */
export function mislabelledEverywhere(analyses: readonly KeptAnalysis[]): number[] {
  const [first, ...others] = analyses.map(({ mislabelled }) => mislabelled)
  return first.filter((sample) => others.every((mislabelled) => mislabelled.includes(sample)))
}

/** What the configuration says of the comparison. */
export function comparisonOptions({ comparison, confusing }: ExperimentConfig): ComparisonOptions {
  return { ...comparison, reliability: confusing.reliability.minimum }
}

/** Reads values that are given for `own` samples at some of these; shape [samples]. */
export function onSamples<Sample>(
  own: readonly Sample[],
  samples: readonly Sample[],
): (values: Float64Array) => Float64Array {
  const position = new Map(own.map((sample, index) => [sample, index]))
  const at = samples.map((sample) => position.get(sample) as number)
  return (values) => Float64Array.from(at, (index) => values[index])
}

/** What of a configuration says which samples are confusing. */
type SetsConfig = Pick<ExperimentConfig, 'confusing'>

/** The confusing samples among these, by their scores. */
export function setAmong(
  samples: readonly SampleId[],
  score: Float64Array,
  rule: SetRule,
): SampleId[] {
  return confusingSet(score, samples, rule).members.map(({ sample }) => sample)
}

/**
 * The confusing samples by another score than the one that the rule is asked for with: a threshold in units of the one says nothing of
 * the other, which takes as many samples as `own`, the set of the one, has.
 */
export function setOfOther(
  samples: readonly SampleId[],
  score: Float64Array,
  rule: SetRule,
  own: readonly SampleId[],
): SampleId[] {
  if (rule.rule !== 'absolute') return setAmong(samples, score, rule)
  const fraction = own.length / samples.length
  return own.length === 0 ? [] : setAmong(samples, score, { rule: 'top', fraction })
}

/** What the comparison knows of a network, on some of its samples, among which its confusing ones are chosen. */
export function networkScores(
  analysis: KeptAnalysis,
  samples: readonly number[],
  { confusing }: SetsConfig,
): NetworkScores {
  const { network, checkpoints, curve, phases, otherScores } = analysis
  const onThese = onSamples(analysis.samples, samples)
  const score = onThese(analysis.scores)
  return {
    ...layersOf(network),
    step: checkpoints[checkpoints.length - 1].step,
    accuracy: curve[curve.length - 1]?.testAccuracy,
    score,
    otherScore: otherScores && onThese(otherScores),
    set: setAmong(samples, score, confusing.set),
    overfitting: phases.overfitting,
    overfittingUnknown:
      phases.overfitting === undefined ? `${phases.reason}: ${howToGetPoints(network)}` : undefined,
    reliability: analysis.reliability,
  }
}

/** What gives a network's curve more points. */
function howToGetPoints(network: StudyNetwork): string {
  if (network.origin === 'trained') return 'measure losses more often (training.evaluate)'
  if (network.curveFile !== undefined)
    return 'give a curve with more points (networks.files[].curve)'
  return network.spec.kind === 'values'
    ? 'give its curve (networks.files[].curve)'
    : 'give more of its checkpoints, or its curve (networks.files[].curve)'
}
