import { midranks } from '../metrics/descriptive.js'

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
