import { mean } from '../metrics/descriptive.js'
import { jackknifeInterval } from './jackknife.js'
import type { Estimate, Seed } from './types.js'

/** The similarity of two networks of one grid, and the seeds of both. */
export interface SeededPair {
  readonly lows: readonly [Seed, Seed]
  readonly highs: readonly [Seed, Seed]
  readonly value: number
}

/** {@link pairInterval} of the mean over the pairs of a class. */
export function classInterval(pairs: readonly SeededPair[], level: number): Estimate | undefined {
  return pairInterval(pairs, (own) => mean(own.map(({ value }) => value)), level)
}

/**
 * A statistic of pairs with its interval over the choice of seeds, by
 * {@link jackknifeInterval}: each low seed, then each high seed, is left out with all pairs that have
 * it. Undefined where the pairs do not give it; ends are undefined for fewer than three low or high seeds.
 */
export function pairInterval<Pair extends Omit<SeededPair, 'value'>>(
  pairs: readonly Pair[],
  statistic: (pairs: readonly Pair[]) => number | undefined,
  level: number,
): Estimate | undefined {
  const estimate = statistic(pairs)
  if (estimate === undefined) return undefined
  const seedsOf = (side: 'lows' | 'highs') => [...new Set(pairs.flatMap((pair) => pair[side]))]
  const deletions = (side: 'lows' | 'highs') =>
    seedsOf(side).map((seed) => statistic(pairs.filter((pair) => !pair[side].includes(seed))))
  return jackknifeInterval({ estimate, lows: deletions('lows'), highs: deletions('highs') }, level)
}
