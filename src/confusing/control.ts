/** The positive control: whether scores of confusion find samples that were given a wrong label. */
import type { Generator } from '../core/random.js'
import { midranks } from '../metrics/descriptive.js'

/** Fewest mislabelled samples for a positive control: fewer would let a good score fail by chance too often. */
export const FEWEST_MISLABELLED = 5

/** Relabellings of samples in {@link controlTest}. */
const CONTROL_DRAWS = 9999

/**
 * Area under the ROC curve of scores as a detector of flagged samples, (R₊ − m(m+1)/2) / (m·(N−m))
 * with R₊ the rank sum of the m flagged ones (Mann & Whitney 1947; ties count ½). Positive control:
 * samples with planted wrong labels. Undefined when no sample, or every sample, is flagged.
 */
export function areaUnderRoc(
  scores: ArrayLike<number>,
  flagged: ArrayLike<boolean>,
): number | undefined {
  const ranks = midranks(scores)
  let rankSum = 0
  let positives = 0
  for (let sample = 0; sample < ranks.length; sample++) {
    if (!flagged[sample]) continue
    rankSum += ranks[sample]
    positives++
  }
  const negatives = ranks.length - positives
  if (positives === 0 || negatives === 0) return undefined
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

/** Area under the ROC curve of the networks' mean ranks, and whether it is above ½. */
interface ControlTest {
  readonly auc: number
  /** One-sided: share of random choices of as many samples whose AUC is at least as large. */
  readonly pValue: number
}

/**
 * Whether scores of several networks on one panel see the flagged samples: the AUC of the mean over networks of the
 * ranks of the scores, with p = (1 + #{AUC* ≥ AUC})/(1 + 9999) over random choices of as many flagged samples, exact
 * if flags say nothing of scores. The sample is the unit, whatever networks have in common. Throws RangeError where
 * none or all are flagged.
 */
export function controlTest(
  scores: readonly Float64Array[],
  flagged: readonly boolean[],
  generator: Generator,
): ControlTest {
  const sums = new Float64Array(flagged.length)
  for (const ranks of scores.map(midranks)) {
    for (let sample = 0; sample < sums.length; sample++) sums[sample] += ranks[sample]
  }
  const auc = areaUnderRoc(sums, flagged)
  if (auc === undefined) throw new RangeError('a control needs flagged and other samples')
  const ranks = midranks(sums)
  const count = flagged.filter(Boolean).length
  const observed = ranks.reduce((sum, rank, sample) => sum + (flagged[sample] ? rank : 0), 0)
  let reached = 0
  for (let draw = 0; draw < CONTROL_DRAWS; draw++) {
    // The first `count` places of a random permutation.
    let sum = 0
    for (let place = 0; place < count; place++) {
      const other = place + generator.below(ranks.length - place)
      const swapped = ranks[place]
      ranks[place] = ranks[other]
      ranks[other] = swapped
      sum += ranks[place]
    }
    if (sum >= observed) reached++
  }
  return { auc, pValue: (1 + reached) / (1 + CONTROL_DRAWS) }
}
