/** Similarities of all pairs of networks, computed once. */
import { centredRanks, isConstant, scalarProduct } from '../metrics/descriptive.js'

/** Similarity of two networks, or of two cells of a grid, by their number; symmetric. */
export type PairSimilarity = (a: number, b: number) => number

/**
 * Ranks of scores, ties averaged, centred and scaled to Σ_x z(x)² = 1: the scalar product of two networks is Spearman's
 * rank correlation. No network counts more because its scores spread more. Shape [samples]. Scores must vary.
 */
export function standardisedRanks(scores: Float64Array): Float64Array {
  if (isConstant(scores)) throw new RangeError('constant scores have no ranks to standardise')
  const ranks = centredRanks(scores)
  const length = Math.sqrt(scalarProduct(ranks, ranks))
  return ranks.map((rank) => rank / length)
}

/** A table of `similarity` over `count` items, filled once. */
export function tabulated(count: number, similarity: PairSimilarity): PairSimilarity {
  const table = new Float64Array(count * count)
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      table[a * count + b] = similarity(a, b)
      table[b * count + a] = table[a * count + b]
    }
  }
  return (a, b) => table[a * count + b]
}

/** Similarity of two cells: the mean over all pairs of a network of one and a network of the other. */
export function betweenCells(
  networksOf: readonly (readonly number[])[],
  similarity: PairSimilarity,
): PairSimilarity {
  return tabulated(networksOf.length, (a, b) => {
    let sum = 0
    for (const first of networksOf[a])
      for (const second of networksOf[b]) sum += similarity(first, second)
    return sum / (networksOf[a].length * networksOf[b].length)
  })
}
