/** Words and numbers that the reasons of several clauses have in common. */
import { gridState, NO_USABLE_NETWORK } from '../effects.js'
import type { GridStatistics } from '../gridStatistics.js'
import type { Estimate } from '../types.js'

/** Why a study has no statistics of a grid. */
export function noGrid(statistics: GridStatistics | undefined): string {
  return statistics === undefined
    ? `${NO_USABLE_NETWORK}, those of a mirror aside, which is not judged`
    : `the low × high grid is ${gridState(statistics)}: the smallest attainable p is 1; a test needs 2 × 2 networks`
}

/** Why it has none of the confusing sets. */
export function noSets(statistics: GridStatistics | undefined): string {
  return statistics?.tests.low === undefined
    ? noGrid(statistics)
    : 'too few networks have a confusing set'
}

/** An estimate and the ends of its interval as figures of a clause, by these names. */
export function intervalFigures(
  name: string,
  { estimate, low, high }: Estimate,
  ends = { low: 'ci_low', high: 'ci_high' },
): Record<string, number> {
  return {
    [name]: estimate,
    ...(low === undefined ? {} : { [ends.low]: low }),
    ...(high === undefined ? {} : { [ends.high]: high }),
  }
}

/** `0.12 [0.05, 0.2]`, or the estimate alone. */
export function withInterval({ estimate, low, high }: Estimate): string {
  if (low === undefined || high === undefined) return short(estimate)
  return `${short(estimate)} [${short(low)}, ${short(high)}]`
}

/** Puts an estimate and its interval into words. */
export type SaysEstimate = (estimate: Estimate) => string

/** Least of what a share, and a difference of two, can truly be; the most is 1. */
const least = { share: 0, difference: -1 } as const

/** Said in the place of an interval that rules nothing out. */
export const NOT_BOUNDED = 'not bounded by this design: too few seeds'

/** Whether the interval holds everything that a share, or a difference of two, can be. */
export function boundsNothing(
  { low, high }: Pick<Estimate, 'low' | 'high'>,
  kind: keyof typeof least = 'share',
): boolean {
  return low !== undefined && high !== undefined && low <= least[kind] && high >= 1
}

/** A share: `12% [5%, 20%]`, the estimate alone without an interval, {@link NOT_BOUNDED} beside it where that says nothing. */
export const inPercent: SaysEstimate = (estimate) => percentOf(estimate, 'share')

/** The same of a difference of two shares. */
export const differenceInPercent: SaysEstimate = (estimate) => percentOf(estimate, 'difference')

function percentOf(found: Estimate, kind: keyof typeof least): string {
  const { estimate, low, high } = found
  if (low === undefined || high === undefined) return percent(estimate)
  const interval = `[${percent(low)}, ${percent(high)}]`
  return `${percent(estimate)} ${boundsNothing(found, kind) ? `(${NOT_BOUNDED})` : interval}`
}

/** A share in percent: whole ones from 10 on, a decimal below. */
export function percent(share: number): string {
  const value = 100 * share
  const rounded = Number(value.toFixed(Math.abs(value) < 9.95 ? 1 : 0))
  return `${rounded === 0 ? 0 : rounded}%`
}

/** The level of an interval, 1 − α: `95%`, `97.5%`. */
export function levelInPercent(level: number): string {
  return `${Number((100 * level).toPrecision(6))}%`
}

/** What is nothing but rounding. */
const ROUNDING = 1e-12

/** A figure in words: three decimals, or exponents for small ones. */
export function short(value: number): string {
  if (Math.abs(value) < ROUNDING) return '0'
  if (Math.abs(value) < 0.001) return value.toExponential(1)
  return String(Number(value.toFixed(3)))
}
