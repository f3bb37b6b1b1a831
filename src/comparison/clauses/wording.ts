import type { ArmStatistics } from '../arm.js'
import { gridState } from '../effects.js'
import type { Estimate } from '../types.js'

/** Why a study has no contrasts. */
export function noGrid(statistics: ArmStatistics | undefined): string {
  return statistics === undefined
    ? 'no network has known seeds, usable scores and a confusing set'
    : `the low × high grid is ${gridState(statistics)}: the smallest attainable p is 1; a test needs 2 × 2 networks`
}

/** An estimate and the ends of its interval as figures of a clause. */
export function intervalFigures(
  name: string,
  { estimate, low, high }: Estimate,
): Record<string, number> {
  return {
    [name]: estimate,
    ...(low === undefined ? {} : { ci_low: low }),
    ...(high === undefined ? {} : { ci_high: high }),
  }
}

/** `0.12 [0.05, 0.2]`, or the estimate alone. */
export function withInterval({ estimate, low, high }: Estimate): string {
  if (low === undefined || high === undefined) return short(estimate)
  return `${short(estimate)} [${short(low)}, ${short(high)}]`
}

/** A figure in words: three decimals, or exponents for small ones. */
export function short(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1)
  return String(Number(value.toFixed(3)))
}
