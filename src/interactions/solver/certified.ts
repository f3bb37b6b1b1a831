/** The certified solver: iterations until a primal and a dual bound are as close as was asked for. */
import { activeSet, runHalpern, startHalpern } from './halpern.js'
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

const ITERATIONS_A_CHECK = 25

/**
 * Gaps below this are sought by polishing as well: when the active set has not changed since the
 * last check, and each time iterations have grown by the factor.
 */
const FINE_GAP = 1e-4
const POLISH_FROM_GAP = 1e-3
const POLISH_GROWTH = 2

/** A last polishing may cost this many multiplications a subset and iteration: a quarter of the solve. */
const POLISH_SHARE = 20
/**
 * Tables of up to this many subsets, toy games often, are solved exactly where this many iterations
 * suffice: their optima are rarely unique, and a tie-break shows only in a gap well below its weights.
 */
const SMALL_TABLE = 64
const SMALL_TABLE_GAP = 1e-9
const SMALL_TABLE_ITERATIONS = 2000

const kernels = new Map<number, SplitKernel>()

/** The kernel of n players, made once a process. */
function kernelFor(n: number): SplitKernel {
  let kernel = kernels.get(n)
  if (kernel === undefined) {
    kernel = createKernel(n)
    kernels.set(n, kernel)
  }
  return kernel
}

/** The best of both sides so far. */
interface Best {
  point: PrimalPoint
  bounds: DualBounds
}

const weightedGap = ({ point, bounds }: Best): number =>
  relativeGap(point.objective, bounds.weighted)

const gapOf = (best: Best): number =>
  Math.max(weightedGap(best), relativeGap(best.point.l1, best.bounds.unweighted))

function isUnfinished(best: Best, small: boolean, iterations: number, options: CertifiedOptions) {
  if (iterations >= options.maxIterations) return false
  if (gapOf(best) > options.gap) return true
  return small && weightedGap(best) > SMALL_TABLE_GAP && iterations < SMALL_TABLE_ITERATIONS
}

/** Solves one problem to a relative gap, or as far as the budget of iterations goes. */
export function solveCertified(problem: SplitProblem, options: CertifiedOptions): CertifiedSplit {
  if (problem.n === 0) return solveConstant(problem)
  const size = problem.values.length
  const zero = { and: new Float64Array(size), or: new Float64Array(size) }
  const best: Best = {
    point: repairPrimal(problem, zero),
    bounds: { weighted: 0, unweighted: 0 },
  }
  const kernel = kernelFor(problem.n)
  const state = startHalpern(kernel, problem)
  let nextPolish = 0
  let polished: number | undefined
  let settled: number | undefined
  const small = size <= SMALL_TABLE
  while (isUnfinished(best, small, state.iterations, options)) {
    runHalpern(kernel, problem, state, ITERATIONS_A_CHECK)
    const active = activeSet(kernel, problem, state)
    keepPoint(best, repairPrimal(problem, active.point))
    keepBounds(best, dualBounds(problem, active.lambda))
    if ((!small && options.gap >= FINE_GAP) || weightedGap(best) > POLISH_FROM_GAP) continue
    const found = signature(active)
    if (found !== polished && (found === settled || state.iterations >= nextPolish)) {
      keepPolished(best, problem, active)
      polished = found
      nextPolish = state.iterations * POLISH_GROWTH
    }
    settled = found
  }
  if (state.iterations > 0) {
    const active = activeSet(kernel, problem, state)
    const affordable = POLISH_SHARE * size * state.iterations
    const cheap = small || polishingCost(problem, active) <= affordable
    if (cheap && signature(active) !== polished) {
      keepPolished(best, problem, active)
    }
  }
  return { ...best, gap: gapOf(best), iterations: state.iterations }
}

/** Objectives that differ by less than this share are equal but for rounding. */
const ROUNDING = 1e-12

function keepPoint(best: Best, point: PrimalPoint): void {
  if (point.objective < best.point.objective) best.point = point
}

function keepBounds(best: Best, { weighted, unweighted }: DualBounds): void {
  best.bounds = {
    weighted: Math.max(best.bounds.weighted, weighted),
    unweighted: Math.max(best.bounds.unweighted, unweighted),
  }
}

/** Keeps a polished point, which has exact zeros, also where it is no better than the best. */
function keepPolished(best: Best, problem: SplitProblem, active: ActiveSet): void {
  const { point, lambda } = polish(problem, active)
  const exact = exactPrimal(problem, point)
  if (exact !== undefined && exact.objective <= best.point.objective * (1 + ROUNDING)) {
    best.point = exact
  }
  keepBounds(best, dualBounds(problem, lambda))
}

/** No player: v is one number, which the noise may shrink. */
function solveConstant(problem: SplitProblem): CertifiedSplit {
  const [v] = problem.values
  const noise = Math.max(-problem.delta, Math.min(problem.delta, -v))
  const objective = Math.abs(v + noise)
  return {
    point: {
      and: Float64Array.of(v + noise),
      or: Float64Array.of(0),
      noise: Float64Array.of(noise),
      objective,
      l1: objective,
    },
    bounds: { weighted: objective, unweighted: objective },
    gap: 0,
    iterations: 0,
  }
}
