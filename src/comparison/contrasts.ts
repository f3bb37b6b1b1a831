/**
 * Network-level contrasts of set overlap on a low × high grid (our choice). Any overlap above chance
 * may come from samples that are difficult for every network, so means over pair classes are compared:
 * T_low = mean J(same low, different high) − mean J(both different), T_high likewise.
 */
import { mean } from '../metrics/descriptive.js'
import { type Grid, transposed } from './grid.js'

/** Similarity of the networks at two positions; symmetric. */
export type PairSimilarity = (a: number, b: number) => number

/** T_low; undefined when one of its two pair classes is empty. */
export function lowContrast(grid: Grid, similarity: PairSimilarity): number | undefined {
  let same = 0
  let samePairs = 0
  let different = 0
  let differentPairs = 0
  forEachCrossPair(grid, (a, b, sameLow) => {
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
  return same / samePairs - different / differentPairs
}

/** T_high = mean J(same high, different low) − mean J(both different). */
export function highContrast(grid: Grid, similarity: PairSimilarity): number | undefined {
  return lowContrast(transposed(grid), similarity)
}

/** T_low − T_high. */
export function contrastDifference(grid: Grid, similarity: PairSimilarity): number | undefined {
  const low = lowContrast(grid, similarity)
  const high = highContrast(grid, similarity)
  return low === undefined || high === undefined ? undefined : low - high
}

/** Mean similarity of all pairs whose low seeds differ. */
export function meanOverDifferentLows(grid: Grid, similarity: PairSimilarity): number | undefined {
  return mean(pairsWithDifferentLows(grid).map(([a, b]) => similarity(a, b)))
}

/** All pairs of networks whose low seeds differ, whatever their high seeds. */
export function pairsWithDifferentLows({ cells }: Grid): [number, number][] {
  const pairs: [number, number][] = []
  cells.forEach((row, low) => {
    for (const a of row) {
      for (const b of cells.slice(0, low).flat()) {
        if (a !== undefined && b !== undefined) pairs.push([a, b])
      }
    }
  })
  return pairs
}

/** All pairs of networks with different high seeds. */
function forEachCrossPair(grid: Grid, visit: (a: number, b: number, sameLow: boolean) => void) {
  grid.highs.forEach((_, high) => {
    for (let other = 0; other < high; other++) {
      grid.cells.forEach((row, low) => {
        grid.cells.forEach((otherRow, otherLow) => {
          const a = row[high]
          const b = otherRow[other]
          if (a !== undefined && b !== undefined) visit(a, b, low === otherLow)
        })
      })
    }
  })
}
