/** The permutation test of whether low seeds matter, and the smallest p-value that a design can reach. */
import type { Generator } from '../core/random.js'
import { sizeOf } from '../core/tensor.js'
import { lowContrast } from './contrasts.js'
import type { GridCells } from './grid.js'
import type { PairSimilarity } from './similarity.js'

/** Most relabellings that are enumerated one by one. */
const MOST_ENUMERATED = 2_000_000

/** Random relabellings when all of them were asked for and there are too many. */
const MANY_RANDOM = 20_000

export interface PermutationTest {
  /** One-sided: share of relabellings whose contrast is at least the observed one. */
  readonly pValue: number
  /** Whether all relabellings were enumerated. */
  readonly exact: boolean
  /** Relabellings that were looked at. */
  readonly relabellings: number
  /** The smallest p-value that a grid of this shape can give. */
  readonly smallestPValue: number
  /** Standard error of a Monte Carlo p-value, √(p(1 − p)/B); 0 when exact. */
  readonly standardError: number
}

/** The cells of one high seed: `column[l]` is the one that is labelled with low seed l, if any. */
type Column = readonly (number | undefined)[]

/**
 * Tests T_low by permuting the low labels independently within each high column, which is exact when
 * low seeds do not matter: the networks of a column are then exchangeable. A full L × H grid has
 * (L!)^(H−1) distinct relabellings (a common permutation of all columns changes nothing). They are
 * enumerated when there are few enough; else p = (1 + #{T* ≥ T}) / (1 + B) over B random ones. For T_high pass the
 * transposed grid. Undefined when the contrast does not exist.
 */
export function permutationTest(
  cells: GridCells,
  similarity: PairSimilarity,
  permutations: 'all' | number,
  generator: Generator,
): PermutationTest | undefined {
  if (lowContrast(cells, similarity) === undefined) return undefined
  const columns = cells.highs.map((_, high): Column => cells.at.map((row) => row[high]))
  const complete = columns.every((column) => presentLows(column).length === column.length)
  const relabelled = complete ? columns.slice(1) : columns
  const total = sizeOf(relabelled.map((column) => factorial(presentLows(column).length)))
  const smallest = smallestPOf(cells)
  const limit = permutations === 'all' ? MOST_ENUMERATED : permutations
  if (total <= limit) {
    const { reached, seen } = enumerate(columns, complete, similarity)
    return {
      pValue: reached / seen,
      exact: true,
      relabellings: seen,
      smallestPValue: smallest,
      standardError: 0,
    }
  }
  const draws = permutations === 'all' ? MANY_RANDOM : permutations
  const pValue = (1 + countRandom(columns, similarity, draws, generator)) / (1 + draws)
  return {
    pValue,
    exact: false,
    relabellings: draws,
    smallestPValue: Math.max(smallest, 1 / (1 + draws)),
    standardError: Math.sqrt((pValue * (1 - pValue)) / draws),
  }
}

/**
 * The smallest p-value that the test of the low seeds can give on a full grid, 1/(L!)^(H−1): no design
 * decides anything where it is not below α. For the high seeds exchange the two.
 */
export function smallestAttainableP(lows: number, highs: number): number {
  return lows < 2 || highs < 2 ? 1 : factorial(lows) ** -(highs - 1)
}

/** {@link smallestAttainableP} of a grid with its gaps: one over the relabellings that are not the same grid again. */
export function smallestPOf(cells: GridCells): number {
  const { lows, highs } = cells
  const present = highs.map((_, high) => cells.at.filter((row) => row[high] !== undefined).length)
  if (present.every((count) => count === lows.length)) {
    return smallestAttainableP(lows.length, highs.length)
  }
  return symmetries(cells) / sizeOf(present.map(factorial))
}

function presentLows(column: Column): number[] {
  return column.flatMap((network, low) => (network === undefined ? [] : [low]))
}

/** Permutations of all low labels at once that keep every column's set of labels. */
function symmetries(cells: GridCells): number {
  const patterns = new Map<string, number>()
  for (const row of cells.at) {
    const pattern = row.map((cell) => (cell === undefined ? '-' : 'x')).join('')
    patterns.set(pattern, (patterns.get(pattern) ?? 0) + 1)
  }
  return sizeOf([...patterns.values()].map(factorial))
}

/**
 * Similarity over the pairs of two columns that share a low label. T_low rises with the sum of this over
 * all pairs of columns, since the total over all pairs and both numbers of pairs stay as they are.
 */
function sharedSum(a: Column, b: Column, similarity: PairSimilarity): number {
  let sum = 0
  for (let low = 0; low < a.length; low++) {
    const [first, second] = [a[low], b[low]]
    if (first !== undefined && second !== undefined) sum += similarity(first, second)
  }
  return sum
}

function totalSharedSum(columns: readonly Column[], similarity: PairSimilarity): number {
  let sum = 0
  columns.forEach((column, index) => {
    for (let earlier = 0; earlier < index; earlier++) {
      sum += sharedSum(columns[earlier], column, similarity)
    }
  })
  return sum
}

/** The observed sum, less what rounding can do: sums that differ by that only count as equal. */
function thresholdOf(columns: readonly Column[], similarity: PairSimilarity): number {
  const observed = totalSharedSum(columns, similarity)
  return observed - 1e-9 * Math.max(1, Math.abs(observed))
}

function enumerate(columns: readonly Column[], complete: boolean, similarity: PairSimilarity) {
  const threshold = thresholdOf(columns, similarity)
  const arrangements = columns.map((column, index) =>
    index === 0 && complete ? [column] : arrangementsOf(column),
  )
  // sums[c][e][i][j]: what arrangement i of column c shares with arrangement j of the earlier column e.
  const sums = arrangements.map((list, index) =>
    arrangements
      .slice(0, index)
      .map((earlier) =>
        list.map((column) =>
          Float64Array.from(earlier, (other) => sharedSum(column, other, similarity)),
        ),
      ),
  )
  const chosen = new Uint32Array(columns.length)
  let reached = 0
  let seen = 0
  const descend = (column: number, sum: number) => {
    if (column === columns.length) {
      seen++
      if (sum >= threshold) reached++
      return
    }
    for (let choice = 0; choice < arrangements[column].length; choice++) {
      chosen[column] = choice
      let next = sum
      for (let earlier = 0; earlier < column; earlier++) {
        next += sums[column][earlier][choice][chosen[earlier]]
      }
      descend(column + 1, next)
    }
  }
  descend(0, 0)
  return { reached, seen }
}

/** By sums over tables of similarities between columns, which are looked up by index: the draws are many. */
function countRandom(
  columns: readonly Column[],
  similarity: PairSimilarity,
  draws: number,
  generator: Generator,
): number {
  const threshold = thresholdOf(columns, similarity)
  const height = columns[0].length
  const lows = columns.map(presentLows)
  // between[c][e][i·L + j]: of the network at i of column c and that at j of the earlier column e; 0 at gaps.
  const between = columns.map((column, index) =>
    columns.slice(0, index).map((earlier) =>
      Float64Array.from({ length: height * height }, (_, place) => {
        const [a, b] = [column[Math.floor(place / height)], earlier[place % height]]
        return a === undefined || b === undefined ? 0 : similarity(a, b)
      }),
    ),
  )
  // from[c][l]: where in column c the network comes from that is labelled l; gaps keep their place.
  const from = columns.map(() => Uint32Array.from({ length: height }, (_, low) => low))
  let reached = 0
  for (let draw = 0; draw < draws; draw++) {
    // A shuffle of the last arrangement is as uniform as one of the first.
    for (let column = 0; column < columns.length; column++) {
      shuffle(from[column], lows[column], generator)
    }
    let sum = 0
    for (let column = 1; column < columns.length; column++) {
      for (let earlier = 0; earlier < column; earlier++) {
        const table = between[column][earlier]
        for (let low = 0; low < height; low++) {
          sum += table[from[column][low] * height + from[earlier][low]]
        }
      }
    }
    if (sum >= threshold) reached++
  }
  return reached
}

/** Shuffles what stands at `places` among themselves (Fisher & Yates). */
function shuffle(items: Uint32Array, places: readonly number[], generator: Generator): void {
  for (let last = places.length - 1; last > 0; last--) {
    const [a, b] = [places[last], places[generator.below(last + 1)]]
    const swapped = items[a]
    items[a] = items[b]
    items[b] = swapped
  }
}

/** All ways to give the cells of a column its low labels. */
function arrangementsOf(column: Column): Column[] {
  const lows = presentLows(column)
  return permutationsOf(lows).map((order) => {
    const arranged = [...column]
    lows.forEach((low, position) => {
      arranged[low] = column[order[position]]
    })
    return arranged
  })
}

function permutationsOf(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((first, position) =>
    permutationsOf(items.filter((_, other) => other !== position)).map((rest) => [first, ...rest]),
  )
}

function factorial(count: number): number {
  return count < 2 ? 1 : count * factorial(count - 1)
}
