/** What the checkpoints of a network say of how hard one sample is, taken together. */
import { finite } from '../metrics/descriptive.js'
import type { DifficultyRow } from '../tables/tables.js'
import type { TrainingDynamics } from './types.js'

/** One sample at one kept checkpoint; counts and spreads are over the trained checkpoints up to it. */
export interface DynamicsPoint {
  readonly step: number
  readonly correct: boolean
  readonly loss: number
  readonly margin: number
  readonly probability: number
  readonly el2n: number
  /** GraNd of the last layer; undefined where that is not known. */
  readonly grand: number | undefined
  /** Forgetting events: correct at one trained checkpoint and wrong at the next (Toneva et al. 2019). */
  readonly forgetting: number
  /** Whether any trained checkpoint was right about it. */
  readonly learned: boolean
  /**
   * Standard deviation of p_y over trained checkpoints, divisor their number (Swayamdipta et al. 2020, "variability");
   * undefined for fewer than two.
   */
  readonly variability: number | undefined
}

/**
 * The course of the sample at a position of the panel, in the order of the checkpoints. The untrained network at step 0 has
 * its own point, and enters no count and no spread: what it happens to predict was not learnt, and cannot be forgotten.
 */
export function courseOf(dynamics: TrainingDynamics, position: number): DynamicsPoint[] {
  const { step: steps, sample, givenLabel } = dynamics
  let forgetting = 0
  let learned = false
  let wasCorrect = false
  let trained = 0
  let mean = 0
  let squares = 0
  return Array.from(steps, (step, checkpoint): DynamicsPoint => {
    const at = checkpoint * sample.length + position
    const correct = dynamics.prediction[at] === givenLabel[position]
    const probability = dynamics.probability[at]
    if (step > 0) {
      if (wasCorrect && !correct) forgetting++
      wasCorrect = correct
      learned ||= correct
      // Welford's update, which does not cancel.
      trained++
      const away = probability - mean
      mean += away / trained
      squares += away * (probability - mean)
    }
    return {
      step,
      correct,
      loss: dynamics.loss[at],
      margin: dynamics.margin[at],
      probability,
      el2n: dynamics.el2n[at],
      grand: finite(dynamics.grand[at]),
      forgetting,
      learned,
      variability: trained < 2 ? undefined : Math.sqrt(squares / trained),
    }
  })
}

/** What is known of how hard samples were for a network. */
interface Followed<Network> {
  readonly network: Network
  readonly dynamics: TrainingDynamics | undefined
}

/** Rows of `difficulty.csv`, checkpoint by checkpoint; none where nothing is known. */
export function difficultyRows({
  network,
  dynamics,
}: Followed<{ readonly id: string }>): DifficultyRow[] {
  if (dynamics === undefined) return []
  const { step: steps, sample: samples } = dynamics
  const courses = Array.from(samples, (_, position) => courseOf(dynamics, position))
  return Array.from(steps).flatMap((_, checkpoint) =>
    courses.map((course, position): DifficultyRow => {
      const { loss, margin, ...point } = course[checkpoint]
      return {
        network: network.id,
        sample: samples[position],
        ...point,
        loss: finite(loss),
        margin: finite(margin),
      }
    }),
  )
}

/** What is not known of how hard samples are, a line each with the networks. */
export function unknownDifficulty(
  analyses: readonly Followed<{ readonly name: string }>[],
): string[] {
  const namesOf = (those: typeof analyses) => those.map(({ network }) => network.name).join(', ')
  const without = analyses.filter(({ dynamics }) => dynamics === undefined)
  const withoutLayer = analyses.filter(({ dynamics }) => dynamics?.grand.some(Number.isNaN))
  return [
    ...(without.length === 0
      ? []
      : [
          `how hard samples are is not known (difficulty.csv): there is no network to run of ${namesOf(without)}`,
        ]),
    ...(withoutLayer.length === 0
      ? []
      : [
          `GraNd is empty in difficulty.csv: the last linear layer could not be told of ${namesOf(withoutLayer)}`,
        ]),
  ]
}
