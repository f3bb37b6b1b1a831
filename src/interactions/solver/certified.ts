/** The certified solver: iterations until a primal and a dual bound are as close as was asked for. */
import { dualPoint, runHalpern, sparsePoint, startHalpern } from './halpern.js'
import { createKernel, type SplitKernel } from './kernel.js'
import {
  type DualBounds,
  dualBounds,
  type PrimalPoint,
  relativeGap,
  repairPrimal,
  type SplitProblem,
} from './problem.js'

/** What the solver found, in scaled units, with the evidence. */
export interface CertifiedSplit {
  readonly point: PrimalPoint
  readonly bounds: DualBounds
  readonly gap: number
  readonly iterations: number
}

export interface CertifiedOptions {
  /** Relative gap to stop at. */
  readonly gap: number
  readonly maxIterations: number
}

const ITERATIONS_A_CHECK = 25

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

/** Solves one problem to a relative gap, or as far as the budget of iterations goes. */
export function solveCertified(problem: SplitProblem, options: CertifiedOptions): CertifiedSplit {
  if (problem.n === 0) return solveConstant(problem)
  const size = problem.values.length
  let point = repairPrimal(problem, { and: new Float64Array(size), or: new Float64Array(size) })
  let bounds: DualBounds = { weighted: 0, unweighted: 0 }
  let gap = relativeGap(point.objective, bounds.weighted)
  const kernel = kernelFor(problem.n)
  const state = startHalpern(kernel, problem)
  while (gap > options.gap && state.iterations < options.maxIterations) {
    runHalpern(kernel, problem, state, ITERATIONS_A_CHECK)
    const candidate = repairPrimal(problem, sparsePoint(kernel, state.rho))
    if (candidate.objective < point.objective) point = candidate
    const proved = dualBounds(problem, dualPoint(kernel, state.rho))
    bounds = {
      weighted: Math.max(bounds.weighted, proved.weighted),
      unweighted: Math.max(bounds.unweighted, proved.unweighted),
    }
    gap = relativeGap(point.objective, bounds.weighted)
  }
  return { point, bounds, gap, iterations: state.iterations }
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
    },
    bounds: { weighted: objective, unweighted: objective },
    gap: 0,
    iterations: 0,
  }
}
