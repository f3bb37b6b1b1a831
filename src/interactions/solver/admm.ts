/**
 * Over-relaxed ADMM for the split: alternate between soft thresholds (the L1 norm and the box of the
 * noise) and the projection onto A x + B y − √w e = v.
 *
 * The scaled multiplier of the projection is always Cᵀλ with C = [A, B, −√w I], so that one vector λ
 * carries it, and one iteration is
 *   z ← prox(s),  λ⁺ = λ + α K⁻¹ (C z − v),  s⁺ = α z + (1 − α) p + Cᵀλ − 2 Cᵀλ⁺,
 * where p is the projected point. ρλ tends to the optimum of the dual.
 * Source: Boyd, Parikh, Chu, Peleato & Eckstein, "Distributed optimization and statistical learning
 * via ADMM" (2011), §6.2 basis pursuit and §3.4.1 residual balancing; the form in λ is our own.
 */
import { zeta, zetaAdjoint } from '../mobius.js'
import type { NormalMatrix } from './normalMatrix.js'
import type { SplitProblem } from './problem.js'

const OVER_RELAXATION = 1.6

/** Weight w of the noise block in K; 0 when no noise is allowed. Measured best of 0.5 … 8. */
export const NOISE_WEIGHT = 2

/** The blocks of one iterate: AND, OR and noise, shape [2^n] each. */
interface Blocks {
  readonly and: Float64Array
  readonly or: Float64Array
  readonly noise: Float64Array
}

const blocks = (size: number): Blocks => ({
  and: new Float64Array(size),
  or: new Float64Array(size),
  noise: new Float64Array(size),
})

/** The state of the iteration. */
export interface AdmmState {
  /** Sparse point: soft-thresholded interactions, clipped noise. */
  readonly sparse: Blocks
  /** Point that satisfies the equations. */
  readonly projected: Blocks
  /** Cᵀλ. */
  readonly multiplier: Blocks
  readonly lambda: Float64Array
  rho: number
}

/** A state at zero. */
export function initialState(size: number, rho: number): AdmmState {
  return {
    sparse: blocks(size),
    projected: blocks(size),
    multiplier: blocks(size),
    lambda: new Float64Array(size),
    rho,
  }
}

/** ‖sparse − projected‖ and ρ‖change of projected‖ after the last iteration. */
export interface Residuals {
  readonly primal: number
  readonly dual: number
}

/** Runs iterations on a state, in place. */
export function iterate(
  problem: SplitProblem,
  matrix: NormalMatrix,
  state: AdmmState,
  iterations: number,
): Residuals {
  const { values, delta } = problem
  const { sparse, projected, multiplier, lambda, rho } = state
  const size = values.length
  const noiseScale = delta > 0 ? Math.sqrt(NOISE_WEIGHT) : 0
  const noiseLimit = delta > 0 ? delta / noiseScale : 0
  const step = new Float64Array(size)
  const a = new Float64Array(size)
  const b = new Float64Array(size)
  let residuals: Residuals = { primal: 0, dual: 0 }
  for (let iteration = 0; iteration < iterations; iteration++) {
    softThreshold(sparse.and, projected.and, multiplier.and, problem.andWeights, rho)
    softThreshold(sparse.or, projected.or, multiplier.or, problem.orWeights, rho)
    for (let mask = 0; mask < size; mask++) {
      const s = projected.noise[mask] - multiplier.noise[mask]
      sparse.noise[mask] = Math.min(noiseLimit, Math.max(-noiseLimit, s))
    }
    a.set(sparse.and)
    zeta(a)
    b.set(sparse.or)
    zeta(b)
    const total = b[size - 1]
    for (let mask = 0; mask < size; mask++) {
      const synthesis = a[mask] + total - b[size - 1 - mask] - noiseScale * sparse.noise[mask]
      step[mask] = synthesis - values[mask]
    }
    matrix.solve(step)
    for (let mask = 0; mask < size; mask++) lambda[mask] += OVER_RELAXATION * step[mask]
    a.set(lambda)
    zetaAdjoint(a)
    b.set(lambda)
    zeta(b)
    b.reverse()
    const sum = a[0]
    for (let mask = 0; mask < size; mask++) b[mask] = sum - b[mask]
    const noise = step
    for (let mask = 0; mask < size; mask++) noise[mask] = -noiseScale * lambda[mask]
    const last = iteration === iterations - 1
    const tally = { primal: 0, dual: 0 }
    advance(sparse.and, projected.and, multiplier.and, a, last ? tally : undefined)
    advance(sparse.or, projected.or, multiplier.or, b, last ? tally : undefined, problem.orWeights)
    if (delta > 0) {
      advance(sparse.noise, projected.noise, multiplier.noise, noise, last ? tally : undefined)
    }
    if (last) residuals = { primal: Math.sqrt(tally.primal), dual: rho * Math.sqrt(tally.dual) }
  }
  return residuals
}

/** z(T) = sign(s) · max(0, |s| − w(T)/ρ) at s = projected − multiplier. */
function softThreshold(
  sparse: Float64Array,
  projected: Float64Array,
  multiplier: Float64Array,
  weights: Float64Array,
  rho: number,
): void {
  for (let mask = 0; mask < sparse.length; mask++) {
    const s = projected[mask] - multiplier[mask]
    const limit = weights[mask] / rho
    sparse[mask] = s > limit ? s - limit : s < -limit ? s + limit : 0
  }
}

/** p⁺ = α z + (1 − α) p + Cᵀλ − Cᵀλ⁺, and the multiplier becomes Cᵀλ⁺. */
function advance(
  sparse: Float64Array,
  projected: Float64Array,
  multiplier: Float64Array,
  next: Float64Array,
  tally?: { primal: number; dual: number },
  weights?: Float64Array,
): void {
  for (let mask = 0; mask < sparse.length; mask++) {
    const before = projected[mask]
    const relaxed = OVER_RELAXATION * sparse[mask] + (1 - OVER_RELAXATION) * before
    projected[mask] = relaxed + multiplier[mask] - next[mask]
    multiplier[mask] = next[mask]
    if (tally !== undefined && weights?.[mask] !== Infinity) {
      tally.primal += (sparse[mask] - projected[mask]) ** 2
      tally.dual += (projected[mask] - before) ** 2
    }
  }
}

/** Changes ρ; λ is rescaled so that ρλ, the estimate of the dual optimum, stays. */
export function changeRho(state: AdmmState, factor: number): void {
  state.rho *= factor
  for (const table of [state.lambda, ...Object.values(state.multiplier)] as Float64Array[]) {
    for (let mask = 0; mask < table.length; mask++) table[mask] /= factor
  }
}
