/** Shares and p-values of several studies taken together. */
import { groupBy } from '../../core/groupBy.js'
import type { Generator } from '../../core/random.js'
import type { GridMeanSquares } from '../meanSquares.js'
import { groupWeights, type ShareIntervals, shareIntervals } from '../shareIntervals.js'
import { studentTQuantile } from '../studentT.js'
import type { Estimate } from '../types.js'

/** What one study found of its shares. */
export interface StudyShares extends ShareIntervals {
  /** What the shares are computed from. */
  readonly squares: GridMeanSquares
  /** Studies of one group share networks: what one says, the others say again in part. */
  readonly group: string
}

interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

export interface PooledEstimate extends Interval {
  /** Weight of each study, in their order; they add up to 1. For the difference those of its low share. */
  readonly weights: readonly number[]
  /** Groups that count as independent. */
  readonly groups: number
  /** Deviation of the true values between studies, τ. */
  readonly between: number
  /** Cochran's Q over groups, with groups − 1 degrees of freedom. */
  readonly q: number
  /** Share of the spread that is not chance, max(0, (Q − df)/Q). */
  readonly iSquared: number
}

export type PooledShares = Readonly<Record<keyof ShareIntervals, PooledEstimate>>

/** Degrees at which Student's t is the normal distribution but for 0.2%. */
const NORMAL = 1000

/**
 * Shares of independent groups of studies together: the mean by numbers of contrasts, with an interval from the mean squares of all
 * (shareIntervals.ts), to which comes what true shares differ between groups. Weights by precision would count studies whose share
 * happens to be small, and whose interval is narrow therefore, for more, and find too small a share (Shuster, Statistics in Medicine 29, 2010, of
 * weights that depend on estimates). Between groups τ² is that of DerSimonian & Laird (Controlled Clinical Trials 7, 1986, eq. 8)
 * with s = width/(2z) of the studies' own intervals, and ends move out to
 *
 *     θ − √((θ − l)² + t²τ²Σc²)   …   θ + √((u − θ)² + t²τ²Σc²)
 *
 * with the weights c and Student's t of groups − 1 degrees (our choice). One study is itself. Ends are cut at ±1, beyond which there is no
 * share and no difference of two. `draws` and `level` are those of the intervals. Throws RangeError without studies, and where one has no interval.
 */
export function poolShares(
  studies: readonly StudyShares[],
  options: { readonly draws: number; readonly level: number },
  generator: Generator,
): PooledShares {
  const grouped = groupBy(studies, ({ group }) => group)
  const [names, groups] = [[...grouped.keys()], [...grouped.values()]]
  const squares = groups.map((group) => group.map((study) => study.squares))
  const together = shareIntervals(squares, options, generator)
  const [low, high] = (['low', 'high'] as const).map((side) => groupWeights(squares, side))
  const pooled = (name: keyof ShareIntervals, weights: readonly (readonly number[])[]) => {
    const { tauSquared, q } = betweenStudies(
      groups.map((group) => averaged(group.map((study) => study[name]))),
      options.level,
    )
    const degrees = groups.length - 1
    const t = degrees > 0 ? studentTQuantile(options.level, degrees) : 0
    const spread = t * Math.sqrt(tauSquared) * Math.max(...weights.map((all) => Math.hypot(...all)))
    const { estimate, low: from = -1, high: to = 1 } = together[name]
    return {
      estimate,
      low: Math.max(-1, from - further(estimate - from, spread)),
      high: Math.min(1, to + further(to - estimate, spread)),
      weights: studies.map(({ group }) => {
        const g = names.indexOf(group)
        return weights[0][g] / groups[g].length
      }),
      groups: groups.length,
      between: Math.sqrt(tauSquared),
      q,
      iSquared: degrees > 0 && q > degrees ? (q - degrees) / q : 0,
    }
  }
  return {
    low: pooled('low', [low]),
    high: pooled('high', [high]),
    difference: pooled('difference', [low, high]),
  }
}

/** How far √(arm² + spread²) reaches beyond the arm of an interval, which is 0 where the estimate lies outside, as that of donors may. */
function further(arm: number, spread: number): number {
  const own = Math.max(0, arm)
  return Math.hypot(own, spread) - own
}

function averaged(members: readonly Estimate[]): Interval {
  const mean = (of: (one: Estimate) => number | undefined) =>
    members.reduce((sum, one) => {
      const value = of(one)
      if (value === undefined) throw new RangeError('a share has no interval')
      return sum + value
    }, 0) / members.length
  return {
    estimate: mean(({ estimate }) => estimate),
    low: mean(({ low }) => low),
    high: mean(({ high }) => high),
  }
}

/** τ² of DerSimonian & Laird, and Cochran's Q. */
function betweenStudies(
  groups: readonly Interval[],
  level: number,
): { readonly tauSquared: number; readonly q: number } {
  const z = studentTQuantile(level, NORMAL)
  const errors = groups.map(({ low, high }) => ((high - low) / (2 * z)) ** 2)
  // A study without width counts as surest, but not alone; where none has any, all count alike.
  const widest = Math.max(...errors)
  const squares = errors.map((square) => (widest === 0 ? 1 : Math.max(square, 1e-12 * widest)))
  const weights = squares.map((square) => 1 / square)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const mean = groups.reduce((total, one, g) => total + (weights[g] * one.estimate) / sum, 0)
  const q = groups.reduce((total, one, g) => total + weights[g] * (one.estimate - mean) ** 2, 0)
  const scale = sum - weights.reduce((total, weight) => total + weight ** 2, 0) / sum
  // Of one group q is 0 but for rounding.
  const excess = groups.length > 1 ? q - (groups.length - 1) : 0
  return { tauSquared: excess > 0 && scale > 0 ? excess / scale : 0, q }
}

/**
 * One p-value of several: inside a group the smallest times their number (Bonferroni, which needs no independence);
 * between groups Fisher's method, P(χ²_{2k} ≥ −2 Σ ln p). One study is itself. Steps of permutation tests make it
 * larger than it need be, never smaller.
 */
export function poolPValues(
  studies: readonly { readonly p: number; readonly group: string }[],
): number {
  const groups = [...groupBy(studies, ({ group }) => group).values()].map((members) =>
    Math.min(1, members.length * Math.min(...members.map(({ p }) => p))),
  )
  const half = groups.reduce((sum, p) => sum - Math.log(p), 0)
  // The upper tail of χ² with an even number of degrees is that of a sum of exponentials.
  let term = 1
  let sum = 1
  for (let k = 1; k < groups.length; k++) {
    term *= half / k
    sum += term
  }
  return Math.min(1, Math.exp(-half) * sum)
}
