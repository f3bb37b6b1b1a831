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

/**
 * How hard the samples of the main panel were for one network at each of its kept checkpoints, from unmasked inputs alone and against the
 * given labels. Tables are [steps, samples], row-major.
 */
export interface TrainingDynamics {
  /** Kept checkpoints, ascending; the last is the end. */
  readonly step: Int32Array
  /** Position of each sample of the main panel in its source. */
  readonly sample: Int32Array
  readonly givenLabel: Int32Array
  readonly prediction: Int32Array
  readonly loss: Float64Array
  readonly margin: Float64Array
  /** p_y */
  readonly probability: Float64Array
  readonly el2n: Float64Array
  /** GraNd of the last layer; NaN where the network's last layer could not be told. */
  readonly grand: Float64Array
}
