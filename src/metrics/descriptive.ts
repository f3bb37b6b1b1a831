/**
 * Descriptive statistics that several rooms share. All return undefined where the quantity does not
 * exist (an empty list, say), never NaN.
 */

/** A value that may be none. */
export function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}

/** Arithmetic mean; undefined for an empty list. */
export function mean(values: ArrayLike<number>): number | undefined {
  if (values.length === 0) return undefined
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index]
  return sum / values.length
}

/** Sample variance with divisor count − 1; undefined for fewer than two values. */
export function variance(values: ArrayLike<number>): number | undefined {
  const centre = mean(values)
  if (centre === undefined || values.length < 2) return undefined
  let squares = 0
  for (let index = 0; index < values.length; index++) squares += (values[index] - centre) ** 2
  return squares / (values.length - 1)
}

/**
 * Quantile by linear interpolation between order statistics (type 7 of Hyndman & Fan 1996, the
 * default of R and numpy); undefined for an empty list.
 */
export function quantile(values: ArrayLike<number>, probability: number): number | undefined {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  const position = probability * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below] + (position - below) * (sorted[above] - sorted[below])
}

/** Median; undefined for an empty list. */
export function median(values: ArrayLike<number>): number | undefined {
  return quantile(values, 0.5)
}

/** Ranks from 1 (the smallest value); tied values share their average rank. Shape as the input. */
export function midranks(values: ArrayLike<number>): Float64Array {
  const count = values.length
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  order.sort((a, b) => values[a] - values[b])
  const ranks = new Float64Array(count)
  for (let start = 0; start < count; ) {
    let end = start + 1
    while (end < count && values[order[end]] === values[order[start]]) end++
    for (let position = start; position < end; position++)
      ranks[order[position]] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}

/** Σ_i a_i b_i of two lists of one length. */
export function scalarProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += a[index] * b[index]
  return sum
}

/** Ranks, ties averaged, whose mean is taken out. Shape as the input. */
export function centredRanks(values: ArrayLike<number>): Float64Array {
  const centre = (values.length + 1) / 2
  return midranks(values).map((rank) => rank - centre)
}

/** Whether all values are equal (true for an empty list). */
export function isConstant(values: ArrayLike<number>): boolean {
  for (let index = 1; index < values.length; index++) {
    if (values[index] !== values[0]) return false
  }
  return true
}

/** Pearson's correlation of two lists of equal length; undefined when either is constant. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  if (isConstant(a) || isConstant(b)) return undefined
  const meanA = mean(a) as number
  const meanB = mean(b) as number
  let product = 0
  let squaresA = 0
  let squaresB = 0
  for (let index = 0; index < a.length; index++) {
    product += (a[index] - meanA) * (b[index] - meanB)
    squaresA += (a[index] - meanA) ** 2
    squaresB += (b[index] - meanB) ** 2
  }
  const scale = Math.sqrt(squaresA) * Math.sqrt(squaresB)
  return scale > 0 ? Math.max(-1, Math.min(1, product / scale)) : undefined
}

/** Spearman's rank correlation, ties by average ranks; undefined when either list is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  return pearson(midranks(a), midranks(b))
}
