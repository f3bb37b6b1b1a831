/** Above this |x|, erf is ±1 to the last bit of a float64. */
const SATURATION = 6
/** Below this |x| the power series converges fast and without cancellation. */
const SERIES_LIMIT = 2.5

/**
 * erf(x) to about 1e-15: by 2/√π · e^(−x²) · Σ 2ᵏ x^(2k+1)/(2k+1)!! for small |x|, whose terms are
 * all positive, and by the continued fraction of erfc for large |x| (Abramowitz & Stegun 7.1.6,
 * 7.1.14).
 */
export function errorFunction(x: number): number {
  const size = Math.abs(x)
  if (size >= SATURATION) return Math.sign(x)
  const value = size < SERIES_LIMIT ? series(size) : 1 - complement(size)
  return Math.sign(x) * value
}

function series(x: number): number {
  let term = x
  let sum = x
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (2 * x * x) / (2 * k + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

function complement(x: number): number {
  let fraction = x
  for (let k = 60; k >= 1; k--) fraction = x + k / 2 / fraction
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI))
}
