/** How a value table was split into an AND and an OR part (method: docs/method.md, "The split"). */
export type SolverName = 'certified' | 'sgd-reference' | 'and' | 'or'

/** Which end of the set of L1-optimal solutions is taken: low orders, high orders, or any. */
export type TieBreak = 'low' | 'high' | 'none'

/**
 * v(S) rewritten as AND and OR interactions, with the evidence of how exact that is. Orders 0 and 1,
 * where AND and OR are the same function, are merged into `and`; `or` is 0 there.
 */
export interface Decomposition {
  readonly n: number
  /** I_and(T) by bitmask, shape [2^n]. */
  readonly and: Float64Array
  /** I_or(T) by bitmask, shape [2^n]. */
  readonly or: Float64Array
  readonly solver: SolverName
  /** Bound δ on every |q_S|, the noise that the split may leave out. */
  readonly noiseBound: number
  /** Σ|I| over every AND and OR interaction after the merge, ∅ included. */
  readonly l1: number
  /** Dual lower bound on the smallest possible `l1`; NaN for the plain transforms. */
  readonly lowerBound: number
  /** Relative gap (upper − lower) / upper of the problem that was solved, tie-break weights included. */
  readonly gap: number
  /** Whether `gap`, and (l1 − lowerBound) / l1, are within the gap that was asked for. */
  readonly converged: boolean
  /** max_S |h(S) − (v + q)(S)|. */
  readonly matchingError: number
  readonly iterations: number
  readonly milliseconds: number
}
