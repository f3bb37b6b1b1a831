/**
 * The linear programme of the split, scaled, with its certificate.
 *
 *   minimise Σ_T w(T) (|x(T)| + |y(T)|)  subject to  A x + B y = v + q,  |q(S)| ≤ δ,
 *
 * x = I_and, y = I_or (orders ≥ 2; orders 0 and 1 are in x), weights w(T) = 1 + tilt · |T| / n (notation: certified.ts).
 * Its dual, whose every feasible point bounds the optimum from below:
 *
 *   maximise vᵀλ − δ‖λ‖₁  subject to  |Aᵀλ| ≤ w,  |Bᵀλ| ≤ w.
 *
 * Source: method of arXiv 2502.08625 (objective); duality of linear programmes; tie-break weights are
 * our choice.
 */
import { orders } from '../../core/subset.js'
import {
  type AndOrPair,
  andAdjoint,
  andInteractions,
  l1Norm,
  mergeLowOrders,
  orAdjoint,
  orInteractions,
  synthesize,
  synthesizeAnd,
  synthesizeOr,
} from '../andOr.js'

/** One sample's linear programme, scaled so that max|v| = 1 (or v = 0). */
export interface SplitProblem {
  readonly n: number
  /** Scaled values, shape [2^n]. */
  readonly values: Float64Array
  /** Scaled noise bound δ. */
  readonly delta: number
  /** What scaled values are multiplied by to get the user's. */
  readonly scale: number
  /** Weights of the AND columns, shape [2^n]. */
  readonly andWeights: Float64Array
  /** Weights of the OR columns; +∞ for orders 0 and 1, which have none. */
  readonly orWeights: Float64Array
}

/** Scales a value table and sets the weights 1 + tilt · |T| / n. */
export function splitProblem(values: Float64Array, noiseBound: number, tilt: number): SplitProblem {
  const n = Math.log2(values.length)
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const scale = largest === 0 ? 1 : largest
  const order = orders(n)
  const andWeights = Float64Array.from(order, (k) => (n === 0 ? 1 : 1 + (tilt * k) / n))
  const orWeights = andWeights.map((weight, mask) => (order[mask] > 1 ? weight : Infinity))
  return {
    n,
    values: values.map((value) => value / scale),
    delta: noiseBound / scale,
    scale,
    andWeights,
    orWeights,
  }
}

/** A feasible point of the primal problem, in scaled units. */
export interface PrimalPoint extends AndOrPair {
  /** q(S) within ±δ, shape [2^n]. */
  readonly q: Float64Array
  /** Σ_T w(T) (|x(T)| + |y(T)|), the objective. */
  readonly objective: number
  /** Σ_T (|x(T)| + |y(T)|). */
  readonly l1: number
}

/**
 * Makes any (x, y) feasible: q = clip(A x + B y − v, ±δ), half of what remains goes to each part, and
 * the interactions of the two parts are computed anew and merged for orders 0 and 1.
 */
export function repairPrimal(problem: SplitProblem, { and, or }: AndOrPair): PrimalPoint {
  const { values, delta } = problem
  const fromAnd = synthesizeAnd(and)
  const fromOr = synthesizeOr(or)
  const q = new Float64Array(values.length)
  for (let mask = 0; mask < values.length; mask++) {
    const excess = fromAnd[mask] + fromOr[mask] - values[mask]
    q[mask] = Math.min(delta, Math.max(-delta, excess))
    const half = (excess - q[mask]) / 2
    fromAnd[mask] -= half
    fromOr[mask] -= half
  }
  const repaired = { and: andInteractions(fromAnd), or: orInteractions(fromOr) }
  mergeLowOrders(repaired)
  return primalPoint(problem, repaired, q)
}

function primalPoint(problem: SplitProblem, pair: AndOrPair, q: Float64Array): PrimalPoint {
  return { ...pair, q, objective: weightedNorm(problem, pair), l1: l1Norm(pair) }
}

/** Largest |A x + B y − q − v|, in scaled units, that passes for rounding. */
const EXACT = 1e-11

/** (x, y) as it is, zeros included, where it fulfils the equations but for rounding. */
export function exactPrimal(problem: SplitProblem, pair: AndOrPair): PrimalPoint | undefined {
  const { values, delta } = problem
  const h = synthesize(pair)
  const q = new Float64Array(values.length)
  for (let mask = 0; mask < values.length; mask++) {
    const excess = h[mask] - values[mask]
    q[mask] = Math.min(delta, Math.max(-delta, excess))
    if (!(Math.abs(excess - q[mask]) <= EXACT)) return undefined
  }
  return primalPoint(problem, pair, q)
}

/** Σ_T w(T) (|x(T)| + |y(T)|) of merged interactions. */
function weightedNorm({ andWeights, orWeights }: SplitProblem, { and, or }: AndOrPair) {
  let sum = 0
  for (let mask = 0; mask < and.length; mask++) {
    sum += andWeights[mask] * Math.abs(and[mask])
    if (or[mask] !== 0) sum += orWeights[mask] * Math.abs(or[mask])
  }
  return sum
}

/** Lower bounds that one dual vector proves. */
export interface DualBounds {
  /** On the weighted problem. */
  readonly weighted: number
  /** On the problem with every weight 1: on the smallest possible Σ|I|. */
  readonly unweighted: number
}

/**
 * The bounds that the direction of λ proves. The dual objective grows with the multiple of λ that is taken, so λ is
 * scaled, up or down, until a constraint is tight: (vᵀλ − δ‖λ‖₁) / max_T (|Aᵀλ|(T) / w(T), |Bᵀλ|(T) / w(T)). 0, which
 * λ = 0 proves, where that is negative or does not exist.
 */
export function dualBounds(problem: SplitProblem, lambda: Float64Array): DualBounds {
  const { values, delta, andWeights, orWeights } = problem
  const a = andAdjoint(lambda)
  const b = orAdjoint(lambda)
  let [value, weightedExcess, unweightedExcess] = [0, 0, 0]
  for (let mask = 0; mask < lambda.length; mask++) {
    value += values[mask] * lambda[mask] - delta * Math.abs(lambda[mask])
    const inAnd = Math.abs(a[mask])
    const inOr = orWeights[mask] === Infinity ? 0 : Math.abs(b[mask])
    weightedExcess = Math.max(weightedExcess, inAnd / andWeights[mask], inOr / orWeights[mask])
    unweightedExcess = Math.max(unweightedExcess, inAnd, inOr)
  }
  const bound = (excess: number) => (excess > 0 && value > 0 ? value / excess : 0)
  return { weighted: bound(weightedExcess), unweighted: bound(unweightedExcess) }
}

/** (upper − lower) / upper, and 0 where both are 0. */
export function relativeGap(upper: number, lower: number): number {
  return upper > 0 ? Math.max(0, (upper - lower) / upper) : 0
}
