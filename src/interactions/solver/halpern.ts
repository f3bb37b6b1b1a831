/**
 * Restarted Halpern iteration of the Peaceman–Rachford operator for the split.
 *
 * The operator alternates between soft thresholds (the L1 norm and the box of the noise) and the
 * projection onto the equations A x + B y − √ω r = v, one solve with K (notation: certified.ts). Halpern's rule pulls every
 * step towards the point where the current restart began, with weight 1/(k + 1) at its k-th step; the
 * step size ρ and the weight ω of the noise are set anew at every restart from how far the
 * primal and the dual parts have moved.
 * Source: Chen, Sun, Yuan, Zhang & Zhao, "HPR-LP" (arXiv 2408.12179) and Lu & Yang, "Restarted Halpern
 * PDHG for linear programming" (arXiv 2407.16144) for method and restarts; the balance of the noise
 * block is our own.
 */
import { type AndOrPair, andAdjoint, orAdjoint, synthesize } from '../andOr.js'
import type { SplitKernel } from './kernel.js'
import type { SplitProblem } from './problem.js'

/** A restart when the residual has fallen to this share of its first value since the last … */
const SUFFICIENT = 0.2
/** … or to this share, and has begun to rise … */
const NECESSARY = 0.8
/** … or when this share of all iterations has passed since the last. */
const LONG = 0.36
const LEAST_BEFORE_LONG = 20

/** ρ changes by the square root of the imbalance, and the imbalance counts up to this factor. */
const MOST_IMBALANCE = 4

/** Exponents of 2 that ω takes. */
const NOISE_EXPONENTS = { least: -10, most: 20 }

/** The iteration's state besides the kernel's tables. */
export interface HalpernState {
  rho: number
  /** ω = 2^noiseExponent; unused when no noise is allowed. */
  noiseExponent: number
  iterations: number
  sinceRestart: number
  firstResidual: number
  lastResidual: number
}

/** ρ at the start, for values scaled to max|v| = 1. Measured: 4 … 64 differ by 5%. */
const INITIAL_RHO = 16

/** Puts a problem into the kernel, at s = 0. */
export function startHalpern(kernel: SplitKernel, problem: SplitProblem): HalpernState {
  kernel.values.set(problem.values)
  setWeights(kernel, problem)
  for (const table of [kernel.iterate, kernel.noiseIterate]) table.fill(0)
  const state: HalpernState = {
    rho: INITIAL_RHO,
    noiseExponent: Math.max(NOISE_EXPONENTS.least, problem.n - 6),
    iterations: 0,
    sinceRestart: 0,
    firstResidual: 0,
    lastResidual: 0,
  }
  kernel.setNoiseWeight(problem.delta > 0 ? 2 ** state.noiseExponent : 0)
  restart(kernel, state)
  return state
}

function setWeights(kernel: SplitKernel, { andWeights, orWeights }: SplitProblem): void {
  for (let mask = 0; mask < andWeights.length; mask++) {
    kernel.weights[2 * mask] = andWeights[mask]
    kernel.weights[2 * mask + 1] = orWeights[mask]
  }
}

/** Goes on from the last iterate with other weights; values and noise bound stay. */
export function continueHalpern(
  kernel: SplitKernel,
  problem: SplitProblem,
  state: HalpernState,
): HalpernState {
  setWeights(kernel, problem)
  const next = { ...state, iterations: 0 }
  restart(kernel, next)
  return next
}

function restart(kernel: SplitKernel, state: HalpernState): void {
  kernel.anchor.set(kernel.iterate)
  kernel.noiseAnchor.set(kernel.noiseIterate)
  state.sinceRestart = 0
}

/** √ω and δ/√ω, or zeros without noise. */
function noiseSettings({ delta }: SplitProblem, state: HalpernState) {
  const scale = delta > 0 ? Math.sqrt(2 ** state.noiseExponent) : 0
  return { scale, limit: delta > 0 ? delta / scale : 0 }
}

/**
 * Runs iterations, with restarts where they are due. Ends early at a restart, where the residual is
 * lowest and so the bounds are best.
 */
export function runHalpern(
  kernel: SplitKernel,
  problem: SplitProblem,
  state: HalpernState,
  iterations: number,
): void {
  const noise = noiseSettings(problem, state)
  for (let done = 0; done < iterations; done++) {
    state.iterations++
    state.sinceRestart++
    const residual = kernel.step(state.rho, noise.scale, noise.limit, state.sinceRestart)
    if (state.sinceRestart === 1) state.firstResidual = residual
    if (isRestartDue(state, residual)) {
      rebalance(kernel, problem, state)
      restart(kernel, state)
      return
    }
    state.lastResidual = residual
  }
}

function isRestartDue(state: HalpernState, residual: number): boolean {
  const { sinceRestart, firstResidual, lastResidual, iterations } = state
  if (sinceRestart <= 2) return false
  if (residual <= SUFFICIENT * firstResidual) return true
  if (residual <= NECESSARY * firstResidual && residual > lastResidual) return true
  return sinceRestart > LEAST_BEFORE_LONG && sinceRestart >= LONG * iterations
}

/** Squared distances between anchor and iterate: of the primal part z, of the dual part z − s. */
interface Movement {
  primal: number
  dual: number
}

/** How far one block of tables has moved since the restart, z = s − clip(s, ±limit) or clip. */
function tally(
  movement: Movement,
  from: Float64Array,
  to: Float64Array,
  limitOf: (index: number) => number,
): void {
  for (let index = 0; index < to.length; index++) {
    const limit = limitOf(index)
    const before = Math.min(limit, Math.max(-limit, from[index]))
    const after = Math.min(limit, Math.max(-limit, to[index]))
    const inside = after - before
    const outside = to[index] - from[index] - inside
    movement.primal += outside * outside
    movement.dual += inside * inside
  }
}

/** Sets ρ and ω for the next restart, and rescales s so that z and the dual stay. */
function rebalance(kernel: SplitKernel, problem: SplitProblem, state: HalpernState): void {
  const { rho } = state
  const noise = noiseSettings(problem, state)
  const terms: Movement = { primal: 0, dual: 0 }
  // Where no column is, s = 0 and nothing moves.
  const limitOf = (index: number) => kernel.weights[index] / rho
  tally(terms, kernel.anchor, kernel.iterate, limitOf)
  let noiseChange = 0
  if (problem.delta > 0) {
    // For the noise, the clipped part is the primal one.
    const inverse: Movement = { primal: 0, dual: 0 }
    tally(inverse, kernel.noiseAnchor, kernel.noiseIterate, () => noise.limit)
    const ofNoise: Movement = { primal: inverse.dual, dual: inverse.primal }
    noiseChange = noiseExponentChange(terms, ofNoise)
    terms.primal += ofNoise.primal
    terms.dual += ofNoise.dual
  }
  const imbalance = Math.sqrt(terms.dual / terms.primal)
  if (imbalance > 0 && Number.isFinite(imbalance)) {
    const capped = Math.min(MOST_IMBALANCE, Math.max(1 / MOST_IMBALANCE, imbalance))
    state.rho = rho * Math.sqrt(capped)
  }
  const before = state.noiseExponent
  const { least, most } = NOISE_EXPONENTS
  state.noiseExponent = Math.min(most, Math.max(least, before + noiseChange))
  rescaleTerms(kernel, rho, state.rho)
  if (problem.delta > 0) {
    const root = Math.sqrt(2 ** (state.noiseExponent - before))
    rescaleNoise(kernel.noiseIterate, noise.limit, 1 / root, (rho / state.rho) * root)
    if (state.noiseExponent !== before) kernel.setNoiseWeight(2 ** state.noiseExponent)
  }
}

/** By how many powers of two ω should change so that noise and terms are in balance: −2 … 2. */
function noiseExponentChange(terms: Movement, noise: Movement): number {
  const ratio = (terms.dual / terms.primal) * (noise.primal / noise.dual)
  const exponent = Math.log2(ratio) / 2
  if (!Number.isFinite(exponent) || Math.abs(exponent) <= 0.5) return 0
  return Math.sign(exponent) * (Math.abs(exponent) > 1.5 ? 2 : 1)
}

/** s ← z − (z − s) · ρ/ρ⁺, so that z and ρ (z − s) stay. */
function rescaleTerms({ iterate, weights }: SplitKernel, rho: number, next: number): void {
  const factor = rho / next
  for (let index = 0; index < iterate.length; index++) {
    const limit = weights[index] / rho
    const clipped = Math.min(limit, Math.max(-limit, iterate[index]))
    iterate[index] += (factor - 1) * clipped
  }
}

/** s ← z · primal − (z − s) · dual, z = clip(s, ±limit). */
function rescaleNoise(s: Float64Array, limit: number, primal: number, dual: number): void {
  for (let index = 0; index < s.length; index++) {
    const z = Math.min(limit, Math.max(-limit, s[index]))
    s[index] = z * primal - (z - s[index]) * dual
  }
}

/** The sparse point z of the current iterate: AND and OR interactions, shape [2^n] each. */
export function sparsePoint(kernel: SplitKernel, { rho }: HalpernState): AndOrPair {
  const size = kernel.values.length
  const and = new Float64Array(size)
  const or = new Float64Array(size)
  for (let mask = 0; mask < size; mask++) {
    and[mask] = softThreshold(kernel.iterate[2 * mask], kernel.weights[2 * mask] / rho)
    or[mask] = softThreshold(kernel.iterate[2 * mask + 1], kernel.weights[2 * mask + 1] / rho)
  }
  return { and, or }
}

function softThreshold(s: number, limit: number): number {
  return s > limit ? s - limit : s < -limit ? s + limit : 0
}

/**
 * The point nearest to (x, y) that fulfils A x + B y = v + q, with q = clip(A x + B y − v, ±δ): adds
 * (A B)ᵀ(AAᵀ + BBᵀ)⁻¹ of what the noise does not take up. Raises Σ|I| much less than giving the rest to
 * u_and and u_or, which the Möbius transform would amplify. Overwrites the multiplier.
 */
export function projectPoint(
  kernel: SplitKernel,
  { values, delta, orWeights }: SplitProblem,
  point: AndOrPair,
): AndOrPair {
  const h = synthesize(point)
  for (let mask = 0; mask < h.length; mask++) {
    const excess = h[mask] - values[mask]
    kernel.multiplier[mask] = Math.min(delta, Math.max(-delta, excess)) - excess
  }
  kernel.solveWithoutNoise()
  const mu = kernel.multiplier.slice()
  const and = andAdjoint(mu)
  const or = orAdjoint(mu)
  for (let mask = 0; mask < h.length; mask++) {
    and[mask] += point.and[mask]
    or[mask] = orWeights[mask] === Infinity ? 0 : or[mask] + point.or[mask]
  }
  return { and, or }
}

/** The estimate −ρμ of the dual optimum, shape [2^n]. */
export function dualPoint({ multiplier }: SplitKernel, { rho }: HalpernState): Float64Array {
  const lambda = new Float64Array(multiplier.length)
  for (let mask = 0; mask < lambda.length; mask++) lambda[mask] = -rho * multiplier[mask]
  return lambda
}

/** Sign of q(S) where the noise is at its bound, 0 elsewhere; all 0 without noise. Shape [2^n]. */
export function noiseAtBound(
  { noiseIterate }: SplitKernel,
  problem: SplitProblem,
  state: HalpernState,
): Int8Array {
  const signs = new Int8Array(noiseIterate.length)
  const { limit } = noiseSettings(problem, state)
  if (limit === 0) return signs
  for (let mask = 0; mask < signs.length; mask++) {
    const s = noiseIterate[mask]
    signs[mask] = s >= limit ? 1 : s <= -limit ? -1 : 0
  }
  return signs
}
