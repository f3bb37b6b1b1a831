/**
 * First-order autoregressive noise, e_i = ρ e_{i−1} + √(1 − ρ²) ε_i with variance 1: neighbouring points of a curve
 * err alike, since they are of one network on the same samples.
 */
import type { Generator } from '../../core/random.js'
import { quantile } from '../../metrics/descriptive.js'

/** Correlations at which the estimator is simulated; beyond the last a curve cannot be told from a random walk. */
const CORRELATIONS = [0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]

/** Noise of one curve, stationary from its first point on; shape [count]. */
export function correlatedNoise(count: number, rho: number, generator: Generator): Float64Array {
  const innovations = Float64Array.from({ length: count }, () => generator.normal())
  return fromInnovations(innovations, rho)
}

/** The noise that starts with the first innovation and goes on by √(1 − ρ²) times the others. */
function fromInnovations(innovations: Float64Array, rho: number): Float64Array {
  const scale = Math.sqrt(1 - rho ** 2)
  let before = innovations[0]
  return innovations.map((innovation, index) => {
    if (index > 0) before = rho * before + scale * innovation
    return before
  })
}

/** Lag-one autocorrelation Σ r_i r_{i−1} / Σ r_i² of residuals; 0 where all are 0. */
export function lagOne(residuals: Float64Array): number {
  let products = 0
  let squares = 0
  residuals.forEach((value, index) => {
    squares += value ** 2
    if (index > 0) products += value * residuals[index - 1]
  })
  return squares === 0 ? 0 : products / squares
}

/** Correlations of the noise of a curve, from those of its residuals. */
interface NoiseCorrelation {
  /** Median-unbiased: as many curves with it have a larger lag-one autocorrelation of residuals as have a smaller one. */
  readonly estimate: number
  /** Upper end of the one-sided 90% interval. */
  readonly upper: number
}

/** The correlation of the noise of a curve, by the lag-one autocorrelation of its residuals. */
export type CorrelationOf = (observed: number) => NoiseCorrelation

/**
 * What tells the correlation of the noise of curves of `count` points from the lag-one autocorrelation of their residuals.
 * That of residuals is far smaller on few points, since the fit follows the noise; how much smaller is simulated:
 * `autocorrelationOf` gives that of the residuals of a curve which is noise alone (Andrews 1993, "Exactly
 * median-unbiased estimation of first order autoregressive/unit root models", Econometrica 61, by simulation;
 * within [0, 0.99]).
 */
export function correlationScale(
  count: number,
  autocorrelationOf: (curve: Float64Array) => number,
  curves: readonly Generator[],
): CorrelationOf {
  const noises = curves.map((generator) =>
    Float64Array.from({ length: count }, () => generator.normal()),
  )
  const found = CORRELATIONS.map((rho) =>
    Float64Array.from(noises, (noise) => autocorrelationOf(fromInnovations(noise, rho))),
  )
  const [middle, lower] = [0.5, 0.1].map((probability) =>
    found.map((values) => quantile(values, probability) as number),
  )
  return (observed) => ({
    estimate: interpolated(observed, middle),
    upper: interpolated(observed, lower),
  })
}

/** The correlation at which a growing function of it, given at CORRELATIONS, has a value. */
function interpolated(value: number, at: readonly number[]): number {
  const next = at.findIndex((one) => one > value)
  if (next === 0) return CORRELATIONS[0]
  if (next === -1) return CORRELATIONS[CORRELATIONS.length - 1]
  const share = (value - at[next - 1]) / (at[next] - at[next - 1])
  return CORRELATIONS[next - 1] + share * (CORRELATIONS[next] - CORRELATIONS[next - 1])
}
