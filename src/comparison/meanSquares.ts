/** Mean squares of a two-way grid of score vectors, and in how many directions they lie. */
import { scalarProduct } from '../metrics/descriptive.js'
import { type LineSeeds, linesOfSeeds } from './jackknife.js'
import { meanScores } from './shares.js'

/**
 * A mean square of vectors w_1 … w_ν in the space of samples, with E‖w‖² = tr M for their covariance M: tr M itself
 * is the variance, tr M² says how it spreads over directions: (tr M)² / tr M² is 1 where all of it lies in one.
 */
export interface MeanSquare {
  /** Independent contrasts ν. */
  readonly contrasts: number
  /** Σ‖w‖²/ν, an estimate of tr M. */
  readonly value: number
  /** Unbiased estimate of tr M²; undefined for one contrast, which cannot show it. */
  readonly squared: number | undefined
}

/** The mean squares of a complete L × H grid of vectors: E = H·Σ_low + Σ_rest, L·Σ_high + Σ_rest, Σ_rest. */
export interface GridMeanSquares {
  readonly low: MeanSquare
  readonly high: MeanSquare
  readonly rest: MeanSquare
  /** What {@link low}, or {@link high}, consists of where each seed has several rows, or columns, those of its donors, as many each. */
  readonly donors?: { readonly low?: DonorMeanSquares; readonly high?: DonorMeanSquares }
  readonly lows: number
  readonly highs: number
  readonly samples: number
}

/** Rows nested within seeds, D each: E = H·D·Σ_seed + H·Σ_donor + Σ_rest between seeds, H·Σ_donor + Σ_rest within; columns likewise with L. */
interface DonorMeanSquares {
  readonly between: MeanSquare
  readonly within: MeanSquare
  readonly each: number
}

/**
 * {@link GridMeanSquares} of `cells[l][h]`, vectors over samples; L, H ≥ 2. `seeds.low[l]` is the low seed of a row, `seeds.high[h]` the
 * high seed of a column; by default each has its own.
 */
export function gridMeanSquares(
  cells: readonly (readonly Float64Array[])[],
  seeds: Partial<LineSeeds> = {},
): GridMeanSquares {
  const [lows, highs] = [cells.length, cells[0].length]
  const rows = cells.map(meanScores)
  const columns = cells[0].map((_, h) => meanScores(cells.map((row) => row[h])))
  const centre = meanScores(rows)
  const samples = centre.length
  const centred = (vector: Float64Array, scale: number) =>
    vector.map((value, x) => scale * (value - centre[x]))
  const rest = cells.flatMap((row, l) =>
    row.map((cell, h) => cell.map((value, x) => value - rows[l][x] - columns[h][x] + centre[x])),
  )
  const donors = {
    low: seeds.low && donorMeanSquares(rows, seeds.low, highs),
    high: seeds.high && donorMeanSquares(columns, seeds.high, lows),
  }
  return {
    low: meanSquare(
      rows.map((row) => centred(row, Math.sqrt(highs))),
      lows - 1,
    ),
    high: meanSquare(
      columns.map((column) => centred(column, Math.sqrt(lows))),
      highs - 1,
    ),
    rest: meanSquare(rest, (lows - 1) * (highs - 1)),
    ...(donors.low === undefined && donors.high === undefined ? {} : { donors }),
    lows,
    highs,
    samples,
  }
}

/** Of lines, means of `across` cells. Undefined where each seed has one line, or some have more than others, or there is one seed. */
function donorMeanSquares(
  lines: readonly Float64Array[],
  seeds: LineSeeds['low'],
  across: number,
): DonorMeanSquares | undefined {
  const groups = linesOfSeeds(seeds)
  const each = groups[0].length
  if (each === 1 || groups.length < 2 || groups.some(({ length }) => length !== each)) {
    return undefined
  }
  const centre = meanScores(lines)
  const means = groups.map((group) => meanScores(group.map((line) => lines[line])))
  const scaledDifference = (a: Float64Array, b: Float64Array, scale: number) =>
    a.map((value, x) => scale * (value - b[x]))
  return {
    between: meanSquare(
      means.map((mean) => scaledDifference(mean, centre, Math.sqrt(across * each))),
      groups.length - 1,
    ),
    within: meanSquare(
      groups.flatMap((group, seed) =>
        group.map((line) => scaledDifference(lines[line], means[seed], Math.sqrt(across))),
      ),
      groups.length * (each - 1),
    ),
    each,
  }
}

/**
 * From vectors that are linear combinations of ν independent ones (deviations from means): with K the matrix of
 * their scalar products, E tr K = ν tr M, E tr K² = ν(ν+1) tr M² + ν (tr M)² and E (tr K)² = ν²(tr M)² + 2ν tr M² for
 * normal w, so that tr M² = (tr K² − (tr K)²/ν)/((ν − 1)(ν + 2)) without bias.
 */
export function meanSquare(vectors: readonly Float64Array[], contrasts: number): MeanSquare {
  let trace = 0
  let squares = 0
  for (let a = 0; a < vectors.length; a++) {
    const own = scalarProduct(vectors[a], vectors[a])
    trace += own
    squares += own * own
    for (let b = 0; b < a; b++) squares += 2 * scalarProduct(vectors[a], vectors[b]) ** 2
  }
  const value = trace / contrasts
  if (contrasts < 2) return { contrasts, value, squared: undefined }
  const squared = (squares - trace ** 2 / contrasts) / ((contrasts - 1) * (contrasts + 2))
  return { contrasts, value, squared: Math.max(0, squared) }
}
