/** What is written at the head of a value file: the samples, their labels, players and baseline. */
import type { EvaluationPlan } from './types.js'

/** What is known of an analysed sample besides its input. */
interface PlannedSample {
  readonly id: number
  /** 0: main panel; 1: panel of the other split. */
  readonly panel: number
  /** The given label. */
  readonly label: number
  readonly trueLabel: number
}

/** The evaluation of samples with n players and a baseline of this fingerprint, one row per sample. */
export function evaluationPlan(
  samples: readonly PlannedSample[],
  n: number,
  baseline: string,
): EvaluationPlan {
  return {
    n,
    count: samples.length,
    sample: Int32Array.from(samples, ({ id }) => id),
    panel: Int32Array.from(samples, ({ panel }) => panel),
    label: Int32Array.from(samples, ({ trueLabel }) => trueLabel),
    givenLabel: Int32Array.from(samples, ({ label }) => label),
    baseline,
  }
}
