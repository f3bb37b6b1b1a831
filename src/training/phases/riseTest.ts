import type { Generator } from '../../core/random.js'
import { scalarProduct } from '../../metrics/descriptive.js'
import { correlatedNoise } from './autocorrelation.js'
import { Ramps } from './hingeFit.js'

/**
 * P-value of a rise of a curve over noise of a known autocorrelation: the largest share of squares that a rising hinge
 * explains, by generalised least squares (x_i − ρ x_{i−1} in the place of x_i, Prais & Winsten 1954), against that of
 * curves which are noise alone: p = (1 + #{share* ≥ share}) / (1 + curves). The share depends on no level and no scale,
 * so that for Gaussian noise of that ρ the test is exact.
 */
export function riseTest(
  times: Float64Array,
  curve: Float64Array,
  rho: number,
  noises: readonly Generator[],
): number {
  const share = riseShare(times, rho)
  const observed = share(curve)
  const reached = noises.filter(
    (generator) => share(correlatedNoise(times.length, rho, generator)) >= observed,
  ).length
  return (1 + reached) / (1 + noises.length)
}

/** Share of the squares of a whitened curve, its constant taken out, that the best rising hinge explains. */
function riseShare(times: Float64Array, rho: number): (curve: Float64Array) => number {
  const constant = whitened(new Float64Array(times.length).fill(1), rho)
  const length = scalarProduct(constant, constant)
  const projected = (values: Float64Array) => {
    const white = whitened(values, rho)
    const level = scalarProduct(white, constant) / length
    return white.map((value, index) => value - level * constant[index])
  }
  const ramps = new Ramps(times, projected)
  return (curve) => {
    const white = projected(curve)
    const all = scalarProduct(white, white)
    return all === 0 ? 0 : ramps.best(white, true).explained / all
  }
}

/** Noise of that autocorrelation becomes independent, of equal variance. */
function whitened(values: Float64Array, rho: number): Float64Array {
  const first = Math.sqrt(1 - rho ** 2)
  return values.map((value, index) =>
    index === 0 ? first * value : value - rho * values[index - 1],
  )
}
