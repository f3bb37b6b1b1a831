/** What the analysis of one checkpoint of one network starts from. */
import type { Decomposition } from '../interactions/types.js'

/** Which samples are evaluated, one row each: the main panel first, then that of the other split. */
export interface EvaluationPlan {
  readonly n: number
  readonly count: number
  /** Position of the sample in its source. */
  readonly sample: Int32Array
  /** 0: main panel; 1: panel of the other split. */
  readonly panel: Int32Array
  readonly label: Int32Array
  readonly givenLabel: Int32Array
  /** Fingerprint of the baseline that masked players were replaced by. */
  readonly baseline: string
}

/** What masked evaluation found of every row besides its value table, which is read when needed. */
export interface EvaluatedSamples extends EvaluationPlan {
  readonly prediction: Int32Array
  /** Cross-entropy of the unmasked sample against the given label, nats. */
  readonly loss: Float64Array
  /** v(∅) */
  readonly empty: Float64Array
  /** v(N) */
  readonly full: Float64Array
}

/** What the solver says of the decomposition of every row of a {@link EvaluatedSamples}. */
export interface SolverFigures {
  readonly l1: Float64Array
  readonly lowerBound: Float64Array
  readonly gap: Float64Array
  readonly matchingError: Float64Array
  /** 1 where the gap asked for was reached. */
  readonly converged: Int32Array
  readonly iterations: Int32Array
}

/** Decompositions of every row of a {@link EvaluatedSamples}. */
export interface Decompositions extends SolverFigures {
  readonly n: number
  readonly count: number
  /** Merged I_and and I_or, [count, 2^n]. */
  readonly and: Float64Array
  readonly or: Float64Array
}

/** The interactions of one row, views of shape [2^n]. */
export function interactionsOf(
  { n, and, or }: Decompositions,
  row: number,
): Pick<Decomposition, 'n' | 'and' | 'or'> {
  const from = row * 2 ** n
  const to = from + 2 ** n
  return { n, and: and.subarray(from, to), or: or.subarray(from, to) }
}
