import type { SampleId } from '../confusing/types.js'
import { isConstant, scalarProduct } from '../metrics/descriptive.js'
import { overlap } from './overlap.js'
import { relationOf } from './relation.js'
import { standardisedRanks } from './similarity.js'
import type { ComparisonOptions, Exclusion, OverlapRow, StudyScores } from './types.js'

/** Standardised ranks of the networks of a study; undefined where scores are not fit for them. */
export function studyRanks({ networks, samples }: StudyScores): (Float64Array | undefined)[] {
  return networks.map(({ score }) =>
    scoreProblem(score, samples.length) === undefined ? standardisedRanks(score) : undefined,
  )
}

/**
 * Every pair of networks, in the study's order (a before b). Figures that a pair does not have (empty
 * sets, constant or damaged scores, unknown accuracies) are undefined. `ranks` are {@link studyRanks}.
 */
export function overlapRows(
  study: StudyScores,
  ranks: readonly (Float64Array | undefined)[],
  { accuracyTolerance }: Pick<ComparisonOptions, 'accuracyTolerance'>,
): OverlapRow[] {
  const population = study.samples.length
  const sets = study.networks.map((network) => new Set<SampleId>(network.set))
  const rows: OverlapRow[] = []
  study.networks.forEach((b, second) => {
    for (let first = 0; first < second; first++) {
      const a = study.networks[first]
      const [ranksA, ranksB] = [ranks[first], ranks[second]]
      const gap =
        a.accuracy === undefined || b.accuracy === undefined
          ? undefined
          : Math.abs(a.accuracy - b.accuracy)
      rows.push({
        a: a.network,
        b: b.network,
        relation: relationOf(a, b),
        cut: a.cut === b.cut ? a.cut : undefined,
        step: study.step,
        ...overlap(sets[first], sets[second], population),
        spearman: ranksA && ranksB && correlation(ranksA, ranksB),
        accuracyGap: gap,
        // Accuracies are multiples of 1/samples: the last bit must not decide.
        similarAccuracy: gap === undefined ? undefined : gap <= accuracyTolerance + 1e-12,
      })
    }
  })
  return rows
}

/** Rounding must not take a correlation beyond 1. */
function correlation(a: Float64Array, b: Float64Array): number {
  return Math.max(-1, Math.min(1, scalarProduct(a, b)))
}

/** Networks that cannot enter the statistics of scores, each with its reason. */
export function findExclusions(study: StudyScores): Exclusion[] {
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
