/**
 * AND–OR interactions of a value table, with the evidence of how good they are.
 * Source: Theorem 2.1 of arXiv 2502.08625; see docs/method.md, "The split".
 */
import { InputError } from '../core/errors.js'
import { MAX_PLAYERS, playersFromTableLength, unfitValue } from '../core/subset.js'
import {
  type AndOrPair,
  andInteractions,
  l1Norm,
  matchingError,
  mergeLowOrders,
  orInteractions,
} from './andOr.js'
import { defaultGap, defaultMaxIterations, defaultNoise, imageSettings } from './defaults.js'
import { outputRange } from './salience.js'
import {
  type CertifiedOptions,
  type CertifiedSplit,
  solveCertified,
  solveCertifiedPair,
} from './solver/certified.js'
import { relativeGap, type SplitProblem, splitProblem } from './solver/problem.js'
import { type SgdSettings, sgdSplit } from './solver/sgdReference.js'
import type { Decomposition, SolverName, TieBreak } from './types.js'

export interface DecomposeOptions {
  /** Default `certified`. */
  readonly solver?: SolverName
  /** δ as a fraction of |v(N) − v(∅)|: |q(S)| ≤ δ. Default 0.04. */
  readonly noise?: number
  /** δ itself, in units of v; goes before `noise`. */
  readonly noiseBound?: number
  /** Relative gap between the certified bounds to stop at. Default 1e-3. */
  readonly gap?: number
  /** Which end of the optimal solutions to take. Default `low`; `high` is searched for from there, so that it is the same whether both are asked for. */
  readonly tieBreak?: TieBreak
  /** Budget of the certified solver; `converged` is false where it did not suffice. */
  readonly maxIterations?: number
  /** Settings of `sgd-reference`. Default: learning rate 1e-5, 10,000 iterations. */
  readonly reference?: SgdSettings
}

/**
 * Most that η of the tie-break weights 1 ± η |T| / n may be (our choice). It is half the gap that was
 * asked for where that is smaller: bounds on the plain Σ|I| differ by up to η however far the weighted
 * problem is solved, and have to come within the gap too.
 */
const tieBreakTilt = 1e-3

const tieBreakSigns: Readonly<Record<TieBreak, number>> = { low: 1, high: -1, none: 0 }

/**
 * Rewrites v(S) as AND and OR interactions.
 *
 * - `certified`: minimises Σ|I| over every split v + q = u_and + u_or with |q| ≤ δ, until a dual bound
 *   proves the relative gap; `converged` says whether it did.
 * - `sgd-reference`: the lab's optimiser. Its `lowerBound` and `gap` are NaN: it has none.
 * - `and`: u_and = v, Harsanyi dividends. `or`: u_or = v.
 *
 * @param values v(S) by bitmask (bit i ↔ player i), shape [2^n]; n = 0 … 14 for solvers that search
 * @throws InputError when the length is no power of two, n is too large, a value is not finite, or
 *   an option is out of range
 */
export function decompose(values: Float64Array, options: DecomposeOptions = {}): Decomposition {
  const solver = options.solver ?? 'certified'
  const noiseBound = checkedNoiseBound(values, solver, options)
  const start = performance.now()
  const split = solvers[solver](values, noiseBound, options)
  const milliseconds = performance.now() - start
  const usesNoise = solver === 'certified' || solver === 'sgd-reference'
  return decompositionOf(split, solver, usesNoise ? noiseBound : 0, milliseconds)
}

/**
 * Both ends of the L1-optimal decompositions: low orders preferred, then high ones, with weights
 * 1 ± η |T| / n. What differs between them is not determined by v. The second solve goes on from the
 * first and takes a fifth of its iterations. Throws as {@link decompose} does.
 */
export function decomposeBothEnds(
  values: Float64Array,
  options: Omit<DecomposeOptions, 'solver' | 'tieBreak' | 'reference'> = {},
): { readonly low: Decomposition; readonly high: Decomposition } {
  const noiseBound = checkedNoiseBound(values, 'certified', options)
  const certified = certifiedOptions(options)
  const start = performance.now()
  const low = tiltedProblem(values, noiseBound, 'low', certified.gap)
  const high = tiltedProblem(values, noiseBound, 'high', certified.gap)
  const solutions = solveCertifiedPair([low, high], certified)
  const milliseconds = (performance.now() - start) / 2
  const [atLow, atHigh] = solutions.map((solution, index) => {
    const split = splitOf(values, [low, high][index], solution, certified.gap)
    return decompositionOf(split, 'certified', noiseBound, milliseconds)
  })
  return { low: atLow, high: atHigh }
}

function checkedNoiseBound(
  values: Float64Array,
  solver: SolverName,
  options: DecomposeOptions,
): number {
  checkValues(values, solver)
  checkOptions(options)
  return noiseBoundOf(values, options)
}

function decompositionOf(
  split: Split,
  solver: SolverName,
  noiseBound: number,
  milliseconds: number,
): Decomposition {
  return {
    n: Math.log2(split.and.length),
    and: split.and,
    or: split.or,
    solver,
    noiseBound,
    l1: l1Norm(split),
    lowerBound: split.lowerBound ?? Number.NaN,
    gap: split.gap ?? Number.NaN,
    converged: split.converged ?? true,
    matchingError: matchingError(split, split.target),
    iterations: split.iterations ?? 0,
    milliseconds,
  }
}

/** What a solver returns: merged interactions, what they should match, and evidence where it has any. */
interface Split extends AndOrPair {
  /** v + q, shape [2^n]. */
  readonly target: Float64Array
  readonly lowerBound?: number
  readonly gap?: number
  readonly converged?: boolean
  readonly iterations?: number
}

type Solver = (values: Float64Array, noiseBound: number, options: DecomposeOptions) => Split

const solvers: Readonly<Record<SolverName, Solver>> = {
  certified: certifiedSplit,
  'sgd-reference': sgdReferenceSplit,
  and: (values) => ({
    and: andInteractions(values),
    or: new Float64Array(values.length),
    target: values,
  }),
  or: (values) =>
    merged({ and: new Float64Array(values.length), or: orInteractions(values) }, values),
}

function merged(pair: AndOrPair, target: Float64Array): Split {
  mergeLowOrders(pair)
  return { ...pair, target }
}

function certifiedSplit(
  values: Float64Array,
  noiseBound: number,
  options: DecomposeOptions,
): Split {
  const certified = certifiedOptions(options)
  const { tieBreak = 'low' } = options
  const problem = tiltedProblem(values, noiseBound, tieBreak, certified.gap)
  const found =
    tieBreak === 'high'
      ? solveCertifiedPair(
          [tiltedProblem(values, noiseBound, 'low', certified.gap), problem],
          certified,
        )[1]
      : solveCertified(problem, certified)
  return splitOf(values, problem, found, certified.gap)
}

function certifiedOptions({ gap, maxIterations }: DecomposeOptions): CertifiedOptions {
  return { gap: gap ?? defaultGap, maxIterations: maxIterations ?? defaultMaxIterations }
}

function tiltedProblem(values: Float64Array, noiseBound: number, end: TieBreak, gap: number) {
  return splitProblem(values, noiseBound, tieBreakSigns[end] * Math.min(tieBreakTilt, gap / 2))
}

/** A solution in the units of v. */
function splitOf(
  values: Float64Array,
  { scale }: SplitProblem,
  solution: CertifiedSplit,
  gap: number,
): Split {
  const { and, or, q, objective } = solution.point
  const pair = { and: and.map((value) => value * scale), or: or.map((value) => value * scale) }
  return {
    ...pair,
    target: values.map((value, mask) => value + q[mask] * scale),
    // Rounding may lift the bound above the norm where both meet.
    lowerBound: Math.min(solution.bounds.unweighted * scale, l1Norm(pair)),
    gap: relativeGap(objective, solution.bounds.weighted),
    converged: solution.gap <= gap,
    iterations: solution.iterations,
  }
}

function sgdReferenceSplit(
  values: Float64Array,
  noiseBound: number,
  options: DecomposeOptions,
): Split {
  const settings = options.reference ?? imageSettings
  const { p, q } = sgdSplit(values, noiseBound, settings)
  const target = values.map((value, mask) => value + q[mask])
  const pair = {
    and: andInteractions(target.map((value, mask) => value / 2 + p[mask])),
    or: orInteractions(target.map((value, mask) => value / 2 - p[mask])),
  }
  return { ...merged(pair, target), iterations: settings.iterations }
}

/** δ of the options: `noiseBound`, or `noise` · |v(N) − v(∅)|. */
function noiseBoundOf(
  values: Float64Array,
  { noise = defaultNoise, noiseBound }: Pick<DecomposeOptions, 'noise' | 'noiseBound'>,
): number {
  const bound = noiseBound ?? noise * outputRange(values)
  if (!(bound >= 0 && Number.isFinite(bound))) {
    throw new InputError(
      `the noise bound must be a number of 0 or above, not ${noiseBound ?? noise}`,
    )
  }
  return bound
}

function checkOptions({ gap = defaultGap, maxIterations = 1 }: DecomposeOptions): void {
  if (!(gap >= 0 && gap < 1)) throw new InputError(`the gap must be between 0 and 1, not ${gap}`)
  if (!(Number.isInteger(maxIterations) && maxIterations >= 0)) {
    throw new InputError(`maxIterations must be a whole number, not ${maxIterations}`)
  }
}

/** Measured at n = 14 and growing threefold with every player (bench/README.md, "Solver"). */
const SECONDS_AT_LIMIT = 3
const GROWTH = 3
const BYTES_A_SUBSET = 400

/**
 * Throws InputError, with the cost, where there are more players than a solver searches with. AND or OR interactions alone
 * need no search, and have no limit but memory.
 */
export function checkPlayers(n: number, solver: SolverName): void {
  if (n <= MAX_PLAYERS || solver === 'and' || solver === 'or') return
  const seconds = SECONDS_AT_LIMIT * GROWTH ** (n - MAX_PLAYERS)
  const time =
    seconds < 120 ? `${Math.round(seconds)} s` : `${(seconds / 3600).toPrecision(2)} hours`
  const mebibytes = (BYTES_A_SUBSET * 2 ** n) / 2 ** 20
  throw new InputError(
    `${n} players are beyond the limit of ${MAX_PLAYERS} for the solver ${solver}: a sample would take about ` +
      `${time} and ${Math.round(mebibytes)} MiB; choose fewer players, or solver "and" or "or", which have no limit`,
  )
}

function checkValues(values: Float64Array, solver: SolverName): void {
  const n = playersFromTableLength(values.length)
  if (n === undefined) {
    throw new InputError(
      `a value table has 2^n entries, one for each subset of n players; this one has ${values.length}`,
    )
  }
  checkPlayers(n, solver)
  const bad = values.findIndex((value) => unfitValue(value, n) !== undefined)
  if (bad >= 0)
    throw new InputError(`v(S) is ${values[bad]} at S = ${bad}: ${unfitValue(values[bad], n)}`)
}

/** {@link decompose} for several tables of any sizes, in order. */
export function decomposeMany(
  tables: readonly Float64Array[],
  options: DecomposeOptions = {},
): Decomposition[] {
  return tables.map((values) => decompose(values, options))
}
