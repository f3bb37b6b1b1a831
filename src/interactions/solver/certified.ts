/** The certified solver: ADMM until a primal and a dual bound are as close as was asked for. */
import { type AdmmState, changeRho, initialState, iterate, NOISE_WEIGHT } from './admm.js'
import { type NormalMatrix, normalMatrix } from './normalMatrix.js'
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
  /** −ρλ/max(…): the dual vector behind `bounds`, for warm starts. */
  readonly state: AdmmState
}

export interface CertifiedOptions {
  /** Relative gap to stop at. */
  readonly gap: number
  readonly maxIterations: number
}

const INITIAL_RHO = 400
const ITERATIONS_A_ROUND = 25
const ROUNDS_BETWEEN_RHO_CHANGES = 4
const IMBALANCE = 5

const matrices = new Map<string, NormalMatrix>()

/** The factored normal matrix of n players, computed once a process. */
function matrixFor(n: number, noiseWeight: number): NormalMatrix {
  const key = `${n} ${noiseWeight}`
  let matrix = matrices.get(key)
  if (matrix === undefined) {
    matrix = normalMatrix(n, noiseWeight)
    matrices.set(key, matrix)
  }
  return matrix
}

/** Solves one problem to a relative gap, or as far as the budget of iterations goes. */
export function solveCertified(problem: SplitProblem, options: CertifiedOptions): CertifiedSplit {
  const size = problem.values.length
  const matrix = matrixFor(problem.n, problem.delta > 0 ? NOISE_WEIGHT : 0)
  const state = initialState(size, INITIAL_RHO)
  let point = repairPrimal(problem, { and: new Float64Array(size), or: new Float64Array(size) })
  let bounds: DualBounds = { weighted: 0, unweighted: 0 }
  let iterations = 0
  for (let round = 1; ; round++) {
    const gap = relativeGap(point.objective, bounds.weighted)
    if (gap <= options.gap || iterations >= options.maxIterations) {
      return { point, bounds, gap, iterations, state }
    }
    const residuals = iterate(problem, matrix, state, ITERATIONS_A_ROUND)
    iterations += ITERATIONS_A_ROUND
    const candidate = repairPrimal(problem, state.sparse)
    if (candidate.objective < point.objective) point = candidate
    const proved = dualBounds(
      problem,
      state.lambda.map((value) => -value),
    )
    bounds = {
      weighted: Math.max(bounds.weighted, proved.weighted),
      unweighted: Math.max(bounds.unweighted, proved.unweighted),
    }
    if (round % ROUNDS_BETWEEN_RHO_CHANGES === 0) {
      if (residuals.primal > IMBALANCE * residuals.dual) changeRho(state, 2)
      else if (residuals.dual > IMBALANCE * residuals.primal) changeRho(state, 0.5)
    }
  }
}
