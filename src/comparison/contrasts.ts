/**
 * Network-level contrasts of a similarity on a low × high grid (our choice). Any similarity above chance
 * may come from samples that are difficult for every network, so means over pair classes are compared:
 * T_low = mean over pairs (same low, different high) − mean over pairs (both different), T_high likewise. Of Spearman's
 * correlation of scores T_low is the low share (shares.ts); of the Jaccard of sets it stands beside it.
 */
import { mean } from '../metrics/descriptive.js'
import { type GridCells, transposed } from './grid.js'
import type { PairSimilarity } from './similarity.js'

/** Mean similarities of pairs with different high seeds. */
interface PairMeans {
  /** Of those with the same low seed. */
  readonly same: number
  readonly different: number
}

/** T_low; undefined when one of its two pair classes is empty. */
export function lowContrast(cells: GridCells, similarity: PairSimilarity): number | undefined {
  const means = lowMeans(cells, similarity)
  return means && means.same - means.different
}

/** The two means whose difference is T_low; undefined when one of the two pair classes is empty. */
export function lowMeans(cells: GridCells, similarity: PairSimilarity): PairMeans | undefined {
  let same = 0
  let samePairs = 0
  let different = 0
  let differentPairs = 0
  forEachCrossPair(cells, (a, b, sameLow) => {
    const value = similarity(a, b)
    if (sameLow) {
      same += value
      samePairs++
    } else {
      different += value
      differentPairs++
    }
  })
  if (samePairs === 0 || differentPairs === 0) return undefined
  return { same: same / samePairs, different: different / differentPairs }
}

/** T_high = mean J(same high, different low) − mean J(both different). */
export function highContrast(cells: GridCells, similarity: PairSimilarity): number | undefined {
  return lowContrast(transposed(cells), similarity)
}

/** Mean similarity of all pairs whose low seeds differ. */
export function meanOverDifferentLows(
  cells: GridCells,
  similarity: PairSimilarity,
): number | undefined {
  return mean(pairsWithDifferentLows(cells).map(([a, b]) => similarity(a, b)))
}

/** All pairs of cells whose low seeds differ, whatever their high seeds. */
export function pairsWithDifferentLows({ at }: GridCells): [number, number][] {
  const pairs: [number, number][] = []
  at.forEach((row, low) => {
    for (const a of row) {
      for (const b of at.slice(0, low).flat()) {
        if (a !== undefined && b !== undefined) pairs.push([a, b])
      }
    }
  })
  return pairs
}

/** All pairs of cells with different high seeds. */
function forEachCrossPair(
  cells: GridCells,
  visit: (a: number, b: number, sameLow: boolean) => void,
) {
  cells.highs.forEach((_, high) => {
    for (let other = 0; other < high; other++) {
      cells.at.forEach((row, low) => {
        cells.at.forEach((otherRow, otherLow) => {
          const a = row[high]
          const b = otherRow[other]
          if (a !== undefined && b !== undefined) visit(a, b, low === otherLow)
        })
      })
    }
  })
}
