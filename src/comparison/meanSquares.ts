/** Mean squares of a two-way grid of score vectors, and in how many directions they lie. */
import { scalarProduct } from '../metrics/descriptive.js'

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
  readonly lows: number
  readonly highs: number
  readonly samples: number
}

/** {@link GridMeanSquares} of `cells[l][h]`, vectors over samples; L, H ≥ 2. */
export function gridMeanSquares(cells: readonly (readonly Float64Array[])[]): GridMeanSquares {
  const [lows, highs] = [cells.length, cells[0].length]
  const rows = cells.map(meanVector)
  const columns = cells[0].map((_, h) => meanVector(cells.map((row) => row[h])))
  const centre = meanVector(rows)
  const samples = centre.length
  const centred = (vector: Float64Array, scale: number) =>
    vector.map((value, x) => scale * (value - centre[x]))
  const rest = cells.flatMap((row, l) =>
    row.map((cell, h) => cell.map((value, x) => value - rows[l][x] - columns[h][x] + centre[x])),
  )
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
    lows,
    highs,
    samples,
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

function meanVector(vectors: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(vectors[0].length)
  for (const vector of vectors) for (let x = 0; x < sum.length; x++) sum[x] += vector[x]
  return sum.map((value) => value / vectors.length)
}
