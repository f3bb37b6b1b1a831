/**
 * The size of every decision of a pool (`lowlayer pool`): several independent studies at a time, taken together by the rule of real ones
 * (src/comparison/pool), at truths on the bounds of the verdict, where firm ones are wrong most often, and away from them, where they are right.
 */
import { compareNetworks } from '../src/comparison/compare.js'
import type { EffectName } from '../src/comparison/effects.js'
import { type Pool, type PooledStudy, poolStudies } from '../src/comparison/pool/poolStudies.js'
import { withoutSets } from '../src/comparison/power/verdictOdds.js'
import {
  type SimulatedDesign,
  type SimulatedShares,
  simulateScores,
} from '../src/comparison/simulate.js'
import type { Conclusion, GridName } from '../src/comparison/types.js'
import { stream } from '../src/core/random.js'
import { ALPHA, MARGIN } from './verdictStudies.js'

const firm = ['decides', 'real-but-small', 'absent'] as const satisfies readonly Conclusion[]
const shares = ['low', 'high', 'difference'] as const
type Share = (typeof shares)[number]

export const poolColumns = [
  'cell',
  'truth',
  'margin',
  ...firm,
  'low, of the truth',
  ...['low', 'high', 'low − high'].map((name) => `${name} misses above/below`),
] as const

/** Studies of one truth; `sides`: low and high seeds of each. */
export interface PoolCell {
  readonly name: string
  readonly sides: readonly number[]
  readonly shares: SimulatedShares
  readonly directions?: number
  /** By which part of it the true low share of the first study is smaller, and that of the last larger; default 0. */
  readonly spread?: number
  /** The margin as a multiple of the true low share; undefined: {@link MARGIN}. */
  readonly margin?: number
}

/** Draws of an interval. */
const DRAWS = 400

/** That of simulated networks, as far as it is told. */
const GRID: GridName = { architecture: 'simulated', regime: 'init', cut: 1 }

/** Ranks make 0.1 to 0.12 of it. */
const AT_MARGIN = 0.13

export function poolCells(): PoolCell[] {
  const truth = (low: number, high: number): SimulatedShares => ({
    low,
    high,
    sample: 0.3,
    order: 0.1,
  })
  const equal = truth(AT_MARGIN, AT_MARGIN)
  const above = truth(AT_MARGIN, 0.05)
  const differing = [
    { name: 'low = high, shares differ', shares: equal, spread: 0.6, margin: 1 },
    {
      ...{ name: 'low > high, 1 direction, shares differ', shares: above },
      ...{ directions: 1, spread: 0.6, margin: 1 },
    },
  ]
  return [
    { said: 'three of 3x3', sides: [3, 3, 3], others: differing },
    { said: 'three of 4x4', sides: [4, 4, 4], others: differing },
    { said: 'six of 4x4', sides: [4, 4, 4, 4, 4, 4], others: differing },
    { said: '3x3, 4x4 and 6x6', sides: [3, 4, 6], others: [] },
  ].flatMap(({ said, sides, others }) =>
    [
      { name: 'no effect', shares: truth(0, 0.05) },
      { name: 'low = high', shares: equal, margin: 1 },
      { name: 'low = high, 3 directions', shares: equal, directions: 3, margin: 1 },
      { name: 'low = high, 1 direction', shares: equal, directions: 1, margin: 1 },
      { name: 'low > high, 1 direction', shares: above, directions: 1, margin: 1 },
      { name: 'low > high, 1 direction, just below', shares: above, directions: 1, margin: 1.1 },
      { name: 'low > high, 1 direction, just above', shares: above, directions: 1, margin: 0.9 },
      { name: 'low 0.04', shares: truth(0.04, 0.05) },
      { name: 'low 0.2', shares: truth(0.2, 0.05) },
      { name: 'low 0.3, 3 directions', shares: truth(0.3, 0.05), directions: 3 },
      ...others,
    ].map((cell) => ({ ...cell, name: `${said}, ${cell.name}`, sides })),
  )
}

/** The studies of one pool of a cell. */
export function simulatedStudies(cell: PoolCell, index: number): PooledStudy[] {
  return cell.sides.map((side, study) => {
    const { sides, shares, directions, spread = 0 } = cell
    const place = (2 * study) / (sides.length - 1) - 1
    const design: SimulatedDesign = {
      ...{ lows: side, highs: side, orders: 1, repeats: 1, samples: 200, directions },
      shares: { ...shares, low: shares.low * (1 + spread * place) },
    }
    // Cells that differ in the margin alone are of the same studies.
    const truth = JSON.stringify({ sides, shares, directions, spread: cell.spread })
    const generator = stream(index, 'bench pool', truth, String(study)).at()
    const scores = simulateScores(design, generator)
    const { effects, verdict } = compareNetworks(withoutSets(scores), {
      ...{ alpha: ALPHA, margin: MARGIN, permutations: 199, bootstrap: DRAWS, seed: index },
    })
    const row = (effect: EffectName) => effects.find((one) => one.effect === effect)
    const estimateOf = (effect: EffectName) => {
      const { estimate = Number.NaN, ci_low: low, ci_high: high } = row(effect) ?? {}
      return { estimate, low, high }
    }
    return {
      name: String(study),
      networks: scores.networks.map(({ network }) => `${study} ${network}`),
      lowSeeds: Array.from({ length: side }, (_, seed) => `${study} ${seed}`),
      low: estimateOf('low'),
      high: estimateOf('high'),
      difference: estimateOf('low−high'),
      meanSquares: verdict.meanSquares!,
      p: row('low')?.p_value ?? 1,
      verdict: verdict.verdict,
      clauses: verdict.clauses,
    }
  })
}

/**
 * Percent of the pools of a cell that end with each firm verdict; the mean pooled low share as a part of the true one; percent of pools
 * whose interval lies above / below the truth, which is the mean estimate of all studies. `!`: of a verdict that is wrong, or of
 * an interval, above 5% by more than two standard errors.
 */
export function poolLine(cell: PoolCell, studies: readonly PooledStudy[][]): string {
  const pools = studies.length
  const meanOf = (of: (study: PooledStudy) => number) => {
    const all = studies.flat().map(of)
    return all.reduce((sum, value) => sum + value, 0) / all.length
  }
  const truth: Record<Share, number> = {
    low: meanOf(({ low }) => low.estimate),
    high: meanOf(({ high }) => high.estimate),
    difference: meanOf(({ difference }) => difference.estimate),
  }
  const margin = cell.margin === undefined ? MARGIN : cell.margin * truth.low
  const found = studies.map((one, seed) =>
    poolStudies(one, { alpha: ALPHA, margin, bootstrap: DRAWS, seed, grid: GRID }),
  )
  const most = ALPHA + 2 * Math.sqrt((ALPHA * (1 - ALPHA)) / pools)
  const rate = (is: (pool: Pool) => boolean) => found.filter(is).length / pools
  const percent = (share: number) => (100 * share).toFixed(1)
  const rates = firm.map((verdict) => {
    const share = rate((pool) => pool.verdict === verdict)
    return `${percent(share)}${isWrong(verdict, cell) && share > most ? '!' : ''}`
  })
  const misses = shares.map((name) => {
    const above = rate((pool) => pool[name].low > truth[name])
    const below = rate((pool) => pool[name].high < truth[name])
    return `${percent(above)}/${percent(below)}${above + below > most ? '!' : ''}`
  })
  const pooled = found.reduce((sum, { low }) => sum + low.estimate, 0) / pools
  const hasEffect = cell.shares.low > 0
  return [
    cell.name,
    hasEffect ? truth.low.toFixed(3) : '0',
    margin.toFixed(3),
    ...rates,
    hasEffect ? (pooled / truth.low).toFixed(2) : '-',
    ...misses,
  ].join(' | ')
}

/** Whether a verdict is wrong of a cell's truth; on a bound every firm one that takes a side of it is. */
function isWrong(
  verdict: (typeof firm)[number],
  { shares: { low, high }, margin }: PoolCell,
): boolean {
  if (low === 0) return verdict !== 'absent'
  const isAbove = margin === undefined ? low > AT_MARGIN : margin <= 1
  const isBelow = margin === undefined ? low < AT_MARGIN : margin >= 1
  if (verdict === 'decides') return isBelow || low <= high
  return verdict === 'absent' ? isAbove : isAbove && low >= high
}
