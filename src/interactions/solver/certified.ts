/**
 * The certified solver: iterations until a primal and a dual bound are as close as was asked for.
 *
 * Notation of this folder. S and T are subsets of the players as bitmasks, tables have shape [2^n], and all but v and δ
 * of the user are in units in which max|v| = 1.
 *
 * | symbol | in code | meaning |
 * |---|---|---|
 * | v(S) | `values` | the value table that is split |
 * | q(S), δ | `q`, `delta` | noise that the split may leave out, |q(S)| ≤ δ; always u_and + u_or = v + q |
 * | x(T), y(T) | `and`, `or` | AND and OR interactions; y has none of orders 0 and 1, which are in x |
 * | A, B | `synthesizeAnd`, `synthesizeOr` | what they make: A x = u_and, B y = u_or; Aᵀ, Bᵀ: `andAdjoint`, `orAdjoint` |
 * | w(T) | `andWeights`, `orWeights` | weights of the objective Σ w (|x| + |y|): 1 but for the tie-break |
 * | λ(S) | `lambda` | dual variables of the equations A x + B y = v + q |
 * | ω, r | `noiseWeight`, `noiseExponent` | the noise enters the iteration as q = √ω r: ω weighs it against x and y |
 * | C, K | `applyNormalMatrix` | all columns (A B −√ω I), the last ones only with noise, and K = CCᵀ = AAᵀ + BBᵀ + ωI |
 * | s | `iterate`, `noiseIterate` | what the iteration moves: a number for each column of C |
 * | z | `sparsePoint`, `noiseAtBound` | (x, y, r) of s: x and y soft-thresholded at w/ρ, r clipped to ±δ/√ω |
 * | ρ | `rho` | step size of the iteration |
 * | μ(S) | `multiplier` | solution of K μ = C(2z − s) − v; −ρμ estimates λ |
 */
import { getOrMake } from '../../core/getOrMake.js'
import {
  continueHalpern,
  dualPoint,
  type HalpernState,
  noiseAtBound,
  projectPoint,
  runHalpern,
  sparsePoint,
  startHalpern,
} from './halpern.js'
import { createKernel, type SplitKernel } from './kernel.js'
import { type ActiveSet, polish, polishingCost, signature } from './polish.js'
import {
  type DualBounds,
  dualBounds,
  exactPrimal,
  type PrimalPoint,
  relativeGap,
  repairPrimal,
  type SplitProblem,
} from './problem.js'

/** What the solver found, in scaled units, with the evidence. */
export interface CertifiedSplit {
  readonly point: PrimalPoint
  readonly bounds: DualBounds
  /** The larger of the relative gaps of the weighted problem and of Σ|I|. */
  readonly gap: number
  readonly iterations: number
}

export interface CertifiedOptions {
  /** Relative gap to stop at. */
  readonly gap: number
  readonly maxIterations: number
}

/** Both bounds are computed after this many iterations, or this share of all so far. */
const LEAST_BETWEEN_CHECKS = 25
const SHARE_BETWEEN_CHECKS = 1 / 16

/**
 * Gaps below FINE_GAP are sought by polishing as well: when the active set has not changed since the
 * last check, and each time iterations have grown by the factor.
 */
const FINE_GAP = 1e-4
const POLISH_FROM_GAP = 1e-3
const POLISH_GROWTH = 2

/** An iteration takes about this many multiplications a subset and player. */
const WORK_OF_ITERATION = 8
/** All polishing together may take this many times the work of the iterations … */
const POLISH_SHARE = 4
/** … and a last try, where no fine gap is sought, this share of it. */
const LAST_POLISH_SHARE = 0.1

/**
 * Tables of up to this many subsets, toy games often, are solved exactly where this many iterations
 * suffice: their optima are rarely unique, and a tie-break shows only in a gap well below its weights.
 */
const SMALL_TABLE = 64
const SMALL_TABLE_GAP = 1e-9
const SMALL_TABLE_ITERATIONS = 2000

/** Objectives that differ by less than this share are equal but for rounding. */
const ROUNDING = 1e-12

const kernels = new Map<number, SplitKernel>()

/** The kernel of n players, made once a process. */
function kernelFor(n: number): SplitKernel {
  return getOrMake(kernels, n, () => createKernel(n))
}

/** One solve under way: the best of both sides so far, and what polishing has seen and cost. */
interface Search {
  readonly problem: SplitProblem
  readonly options: CertifiedOptions
  readonly small: boolean
  point: PrimalPoint
  bounds: DualBounds
  /** Signature of the active set at the last check, and of the one polished last. */
  settled?: number
  polished?: number
  /** Iterations from which the active set is polished even if it has not settled. */
  nextPolish: number
  polishingWork: number
}

function startSearch(problem: SplitProblem, options: CertifiedOptions): Search {
  const size = problem.values.length
  const nothing = { and: new Float64Array(size), or: new Float64Array(size) }
  return {
    problem,
    options,
    small: size <= SMALL_TABLE,
    point: repairPrimal(problem, nothing),
    bounds: { weighted: 0, unweighted: 0 },
    nextPolish: 0,
    polishingWork: 0,
  }
}

const weightedGap = ({ point, bounds }: Search): number =>
  relativeGap(point.objective, bounds.weighted)

const gapOf = (search: Search): number =>
  Math.max(weightedGap(search), relativeGap(search.point.l1, search.bounds.unweighted))

/** Solves one problem to a relative gap, or as far as the budget of iterations goes. */
export function solveCertified(problem: SplitProblem, options: CertifiedOptions): CertifiedSplit {
  if (problem.n === 0) return solveConstant(problem)
  const kernel = kernelFor(problem.n)
  return solve(kernel, startHalpern(kernel, problem), problem, options)
}

/**
 * Solves two problems that differ in their weights alone, the second from where the first ended: it
 * takes a fifth of the iterations that it would take from scratch.
 */
export function solveCertifiedPair(
  problems: readonly [SplitProblem, SplitProblem],
  options: CertifiedOptions,
): [CertifiedSplit, CertifiedSplit] {
  const [first, second] = problems
  if (first.n === 0) return [solveConstant(first), solveConstant(second)]
  const kernel = kernelFor(first.n)
  const state = startHalpern(kernel, first)
  const solved = solve(kernel, state, first, options)
  return [solved, solve(kernel, continueHalpern(kernel, second, state), second, options)]
}

function solve(
  kernel: SplitKernel,
  state: HalpernState,
  problem: SplitProblem,
  options: CertifiedOptions,
): CertifiedSplit {
  const search = startSearch(problem, options)
  while (isUnfinished(search, state.iterations)) {
    const share = Math.floor(state.iterations * SHARE_BETWEEN_CHECKS)
    const left = options.maxIterations - state.iterations
    runHalpern(kernel, problem, state, Math.min(left, Math.max(LEAST_BETWEEN_CHECKS, share)))
    const point = sparsePoint(kernel, state)
    const lambda = dualPoint(kernel, state)
    keepPoint(search, repairPrimal(problem, projectPoint(kernel, problem, point)))
    keepBounds(search, dualBounds(problem, lambda))
    if (isPolishingTime(search, state.iterations)) {
      const atBound = noiseAtBound(kernel, problem, state)
      polishWhereDue(search, { point, lambda, atBound }, state.iterations)
    }
  }
  return {
    point: search.point,
    bounds: search.bounds,
    gap: gapOf(search),
    iterations: state.iterations,
  }
}

function isUnfinished(search: Search, iterations: number): boolean {
  const { options, small } = search
  if (iterations >= options.maxIterations) return false
  if (gapOf(search) > options.gap) return true
  return small && weightedGap(search) > SMALL_TABLE_GAP && iterations < SMALL_TABLE_ITERATIONS
}

const isFine = ({ small, options }: Search): boolean => small || options.gap < FINE_GAP

/** Near a fine gap, and at the end. */
function isPolishingTime(search: Search, iterations: number): boolean {
  const isNear = isFine(search) && weightedGap(search) <= POLISH_FROM_GAP
  return isNear || !isUnfinished(search, iterations)
}

/** Polishes an active set that has settled, or the last one, where the work is in proportion. */
function polishWhereDue(search: Search, active: ActiveSet, iterations: number): void {
  const { problem } = search
  const found = signature(active)
  const isLast = !isUnfinished(search, iterations)
  const isDue = isLast || found === search.settled || iterations >= search.nextPolish
  search.settled = found
  if (!isDue || found === search.polished) return
  const work = search.polishingWork + polishingCost(problem, active)
  const share = isFine(search) ? POLISH_SHARE : LAST_POLISH_SHARE
  const allowed = share * WORK_OF_ITERATION * problem.n * problem.values.length * iterations
  if (work > allowed && !search.small) return
  search.polishingWork = work
  search.polished = found
  search.nextPolish = iterations * POLISH_GROWTH
  keepPolished(search, active)
}

function keepPoint(search: Search, point: PrimalPoint): void {
  if (point.objective < search.point.objective) search.point = point
}

function keepBounds(search: Search, { weighted, unweighted }: DualBounds): void {
  search.bounds = {
    weighted: Math.max(search.bounds.weighted, weighted),
    unweighted: Math.max(search.bounds.unweighted, unweighted),
  }
}

/** Keeps a polished point, which has exact zeros, also where it is no better than the best. */
function keepPolished(search: Search, active: ActiveSet): void {
  const { problem } = search
  const { point, lambda } = polish(problem, active)
  const exact = exactPrimal(problem, point)
  if (exact !== undefined && exact.objective <= search.point.objective * (1 + ROUNDING)) {
    search.point = exact
  }
  keepBounds(search, dualBounds(problem, lambda))
}

/** No player: v is one number, which the noise may shrink. */
function solveConstant(problem: SplitProblem): CertifiedSplit {
  const [v] = problem.values
  const q = Math.max(-problem.delta, Math.min(problem.delta, -v))
  const objective = Math.abs(v + q)
  return {
    point: {
      and: Float64Array.of(v + q),
      or: Float64Array.of(0),
      q: Float64Array.of(q),
      objective,
      l1: objective,
    },
    bounds: { weighted: objective, unweighted: objective },
    gap: 0,
    iterations: 0,
  }
}
