/** Compares the networks of a study two by two: overlap of their sets, correlation of their scores. */
import type { SampleId } from '../confusing/types.js'
import { bitCount } from '../core/subset.js'
import { isConstant, scalarProduct } from '../metrics/descriptive.js'
import { commonStep } from './commonStep.js'
import { cutCells } from './effects.js'
import { type Overlap, overlapOfSizes } from './overlap.js'
import { relationOf } from './relation.js'
import { standardisedRanks } from './similarity.js'
import type { ComparisonOptions, Lack, NetworkScores, StudyScores } from './types.js'

/** Standardised ranks of the networks of a study; undefined where scores are not fit for them. */
export function studyRanks({ networks, samples }: StudyScores): (Float64Array | undefined)[] {
  return networks.map(({ score }) => usableRanks(score, samples.length))
}

/** Standardised ranks of the scores of so many samples; undefined where they are not fit for them. */
export function usableRanks(score: Float64Array, samples: number): Float64Array | undefined {
  return scoreProblem(score, samples) === undefined ? standardisedRanks(score) : undefined
}

/** How the sets of two networks overlap, by their positions in the study; asked of every pair, so as fast as can be. */
export type PairOverlap = (a: number, b: number) => Overlap

/**
 * {@link PairOverlap} of a study. Sets are bits over the panel, and what follows from the sizes of two sets and of their intersection
 * alone is computed once. Throws RangeError when a set is larger than the panel.
 */
export function pairOverlaps({ networks, samples }: StudyScores): PairOverlap {
  const population = samples.length
  const position = new Map(samples.map((sample, index) => [sample, index]))
  const words = Math.ceil(population / 32)
  const bits = new Int32Array(networks.length * words)
  networks.forEach(({ set }, network) => {
    for (const sample of set) {
      const at = position.get(sample) as number
      bits[network * words + (at >> 5)] |= 1 << (at & 31)
    }
  })
  const sizes = networks.map(({ set }) => set.length)
  const known = new Map<number, Overlap>()
  return (a, b) => {
    const [first, second] = a < b ? [a, b] : [b, a]
    let shared = 0
    for (let word = 0; word < words; word++) {
      shared += bitCount(bits[first * words + word] & bits[second * words + word])
    }
    const key = (sizes[first] * (population + 1) + sizes[second]) * (population + 1) + shared
    let found = known.get(key)
    if (found === undefined) {
      found = overlapOfSizes(population, sizes[first], sizes[second], shared)
      known.set(key, found)
    }
    return found
  }
}

/**
 * The rows of `overlaps.csv` but for the interactions that two networks share: every pair of networks, in the study's order (a before
 * b), one by one, since there are too many to be held. Figures that a pair does not have (empty sets, constant or damaged scores,
 * unknown accuracies) are undefined.
 */
export function* overlapRows(
  scores: StudyScores,
  { accuracyTolerance }: Pick<ComparisonOptions, 'accuracyTolerance'>,
) {
  const study = withinPanel(scores)
  const { networks } = study
  const ranks = studyRanks(study)
  const overlapOf = pairOverlaps(study)
  for (const [second, b] of networks.entries()) {
    for (let first = 0; first < second; first++) {
      const a = networks[first]
      const [ranksA, ranksB] = [ranks[first], ranks[second]]
      const gap = accuracyGap(a, b)
      const isUsable = ranksA !== undefined && ranksB !== undefined
      const found = overlapOf(first, second)
      // Without a confusing sample there is nothing to overlap with; contrasts of sets go without such networks, too.
      const hasSets = isUsable && found.sizeA > 0 && found.sizeB > 0
      const overlap: Partial<Overlap> = hasSets ? found : {}
      yield {
        network_a: a.network,
        name_a: a.name,
        network_b: b.network,
        name_b: b.name,
        relation: relationOf(a, b),
        ...cutCells(a.cut === b.cut ? a.cut : undefined),
        step: commonStep([a, b]),
        size_a: found.sizeA,
        size_b: found.sizeB,
        shared: found.shared,
        jaccard: overlap.jaccard,
        expected_jaccard: overlap.expectedJaccard,
        overlap_coefficient: overlap.coefficient,
        kappa: overlap.kappa,
        p_value: overlap.pValue,
        spearman: isUsable ? correlation(ranksA, ranksB) : undefined,
        accuracy_gap: gap,
        similar_accuracy: gap === undefined ? undefined : isWithin(gap, accuracyTolerance),
      }
    }
  }
}

/** How many pairs of networks there are, and of how many it is known that their accuracies differ by more than the tolerance. */
export function countAccuracyGaps(
  { networks }: StudyScores,
  { accuracyTolerance }: Pick<ComparisonOptions, 'accuracyTolerance'>,
): { readonly pairs: number; readonly wide: number } {
  let wide = 0
  networks.forEach((b, second) => {
    for (let first = 0; first < second; first++) {
      const gap = accuracyGap(networks[first], b)
      if (gap !== undefined && !isWithin(gap, accuracyTolerance)) wide++
    }
  })
  return { pairs: (networks.length * (networks.length - 1)) / 2, wide }
}

function accuracyGap(a: NetworkScores, b: NetworkScores): number | undefined {
  if (a.accuracy === undefined || b.accuracy === undefined) return undefined
  return Math.abs(a.accuracy - b.accuracy)
}

/** Accuracies are multiples of 1/samples: the last bit must not decide. */
function isWithin(gap: number, tolerance: number): boolean {
  return gap <= tolerance + 1e-12
}

/** The study with sets that name no sample twice and none outside the panel. */
export function withinPanel(study: StudyScores): StudyScores {
  const panel = new Set(study.samples)
  const inPanel = (set: readonly SampleId[]) =>
    [...new Set(set)].filter((sample) => panel.has(sample))
  return {
    ...study,
    networks: study.networks.map((network) => ({ ...network, set: inPanel(network.set) })),
  }
}

/** Rounding must not take a correlation beyond 1. */
function correlation(a: Float64Array, b: Float64Array): number {
  return Math.max(-1, Math.min(1, scalarProduct(a, b)))
}

/** Networks that cannot enter the statistics of scores, each with its reason. */
export function findExclusions(study: StudyScores): Lack[] {
  return study.networks.flatMap(({ network, score }) => {
    const reason = scoreProblem(score, study.samples.length)
    return reason === undefined ? [] : [{ network, reason }]
  })
}

function scoreProblem(score: Float64Array, samples: number): string | undefined {
  if (score.length !== samples) return `it has ${score.length} scores for ${samples} samples`
  if (score.some((value) => !Number.isFinite(value))) return 'a score is not a finite number'
  if (isConstant(score)) return 'every sample has the same score'
  return undefined
}
