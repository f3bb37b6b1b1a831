import { gridState, NO_USABLE_NETWORK } from '../effects.js'
import type { GridStatistics } from '../gridStatistics.js'
import type { Estimate } from '../types.js'

/** Why a study has no statistics of a grid. */
export function noGrid(statistics: GridStatistics | undefined): string {
  return statistics === undefined
    ? `${NO_USABLE_NETWORK}, those of a mirror aside, which is not judged`
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

/** `12% [5%, 20%]`, or the estimate alone. */
export function inPercent({ estimate, low, high }: Estimate): string {
  if (low === undefined || high === undefined) return percent(estimate)
  return `${percent(estimate)} [${percent(low)}, ${percent(high)}]`
}

/** A share in percent: whole ones from 10 on, a decimal below. */
export function percent(share: number): string {
  const value = 100 * share
  const rounded = Number(value.toFixed(Math.abs(value) < 9.95 ? 1 : 0))
  return `${rounded === 0 ? 0 : rounded}%`
}

/** A figure in words: three decimals, or exponents for small ones. */
export function short(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1)
  return String(Number(value.toFixed(3)))
}
