/** Estimates and p-values of several studies taken together. */
import { studentTQuantile } from '../studentT.js'

/** An estimate of a share, or of a difference of two, of one study with its interval, and which studies it shares networks with. */
export interface StudyEstimate {
  readonly estimate: number
  readonly low: number
  readonly high: number
  /** Studies of one group share networks: what one says, the other says again in part. */
  readonly group: string
}

export interface PooledEstimate {
  readonly estimate: number
  readonly low: number
  readonly high: number
  /** Weight of each study, in their order; they add up to 1. */
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

/** Degrees at which Student's t is the normal distribution but for 0.2%. */
const NORMAL = 1000

/**
 * Random-effects mean of independent groups of studies. Inside a group, whose studies are not independent, estimates
 * and ends of intervals are averaged, as if they were one measurement. Between groups τ² is that of DerSimonian & Laird
 * (Controlled Clinical Trials 7, 1986, eq. 8), weights are c ∝ 1/(s² + τ²) with s = width/(2z), and the interval is
 *
 *     θ − √Σ c²[(θ_g − l_g)² + t²τ²]   …   θ + √Σ c²[(u_g − θ_g)² + t²τ²]
 *
 * which combines the ends as they are, unequal arms included (Zou & Donner, Statistics in Medicine 27, 2008, eq. 2),
 * and adds the spread between studies at Student's t with groups − 1 degrees (our choice). One study is itself; k equal
 * ones have an interval narrower by √k. Ends are cut at ±1, beyond which there is no share and no difference of two. `level` is
 * that of the intervals. Throws RangeError without studies.
 */
export function poolEstimates(studies: readonly StudyEstimate[], level: number): PooledEstimate {
  if (studies.length === 0) throw new RangeError('there is nothing to pool')
  const z = studentTQuantile(level, NORMAL)
  const groups = byGroup(studies).map(averaged)
  const errors = groups.map(({ low, high }) => ((high - low) / (2 * z)) ** 2)
  // A study without width counts as surest, but not alone; where none has any, all count alike.
  const widest = Math.max(...errors)
  const squares = errors.map((square) => (widest === 0 ? 1 : Math.max(square, 1e-12 * widest)))
  const { tauSquared, q } = betweenStudies(groups, squares)
  const raw = squares.map((square) => 1 / (square + tauSquared))
  const sum = raw.reduce((total, weight) => total + weight, 0)
  const shares = raw.map((weight) => weight / sum)
  const estimate = groups.reduce((total, one, g) => total + shares[g] * one.estimate, 0)
  const degrees = groups.length - 1
  const t = degrees > 0 ? studentTQuantile(level, degrees) : 0
  const arm = (reach: (one: (typeof groups)[number]) => number) =>
    Math.sqrt(
      groups.reduce((total, one, g) => {
        return total + shares[g] ** 2 * (reach(one) ** 2 + t ** 2 * tauSquared)
      }, 0),
    )
  return {
    estimate,
    low: Math.max(-1, estimate - arm((one) => one.estimate - one.low)),
    high: Math.min(1, estimate + arm((one) => one.high - one.estimate)),
    weights: studies.map((study) => {
      const g = groups.findIndex(({ group }) => group === study.group)
      return shares[g] / groups[g].studies
    }),
    groups: groups.length,
    between: Math.sqrt(tauSquared),
    q,
    iSquared: degrees > 0 && q > degrees ? (q - degrees) / q : 0,
  }
}

function byGroup<T extends { readonly group: string }>(studies: readonly T[]): T[][] {
  const names = [...new Set(studies.map(({ group }) => group))]
  return names.map((name) => studies.filter(({ group }) => group === name))
}

function averaged(members: readonly StudyEstimate[]) {
  const mean = (of: (study: StudyEstimate) => number) =>
    members.reduce((sum, study) => sum + of(study), 0) / members.length
  return {
    group: members[0].group,
    studies: members.length,
    estimate: mean(({ estimate }) => estimate),
    low: mean(({ low }) => low),
    high: mean(({ high }) => high),
  }
}

/** τ² of DerSimonian & Laird, and Cochran's Q. */
function betweenStudies(
  groups: readonly { readonly estimate: number }[],
  squares: readonly number[],
): { readonly tauSquared: number; readonly q: number } {
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
  const groups = byGroup(studies).map((members) =>
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
