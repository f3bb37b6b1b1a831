/**
 * The two phases of training, from losses alone (arXiv 2405.10262, 2407.19198: in the learning phase
 * the gap between test and training loss stays near 0, in the overfitting phase it rises). The papers
 * mark the boundary t* by hand; the detectors are our choice. "No overfitting phase" is a result.
 */
import { usablePoints } from './gap.js'
import { detectHinge } from './hinge.js'
import { detectMinimum } from './minTestLoss.js'
import { detectThreshold } from './threshold.js'
import {
  defaultPhaseOptions,
  type LossPoint,
  noOverfitting,
  type PhaseOptions,
  type PhaseResult,
} from './types.js'

/** Fewer points than this tell nothing about two phases. */
export const FEWEST_POINTS = 6

/**
 * Splits training into a learning and an overfitting phase by g(t) = L_test(t) − L_train(t), after a
 * running median:
 * - `hinge`: least squares of g = a + b·max(0, x − x*) over x = log(1 + epoch), x* on a grid; there is
 *   an overfitting phase when b is larger than noise that is correlated from point to point would make it;
 * - `min-test-loss`: t* is the minimum of the smoothed test loss, if that is not the last point;
 * - `threshold`: t* is the first point from which, `hold` points long, g exceeds its minimum so far by
 *   more than max(rise · range(g), deviations · noise).
 *
 * With fewer than six points `overfitting` is undefined. Points with a loss that is not finite are left out. `seed` names the bootstrap's random stream.
 */
export function detectPhases(
  curve: readonly LossPoint[],
  options: PhaseOptions = defaultPhaseOptions,
  seed = 0,
): PhaseResult {
  const points = usablePoints(curve)
  if (points.length < FEWEST_POINTS) {
    const reason = `${points.length} evaluation points; at least ${FEWEST_POINTS} are needed`
    return { ...noOverfitting(reason), overfitting: undefined }
  }
  if (options.detector === 'hinge') return detectHinge(points, options, seed)
  if (options.detector === 'min-test-loss') return detectMinimum(points, options)
  return detectThreshold(points, options)
}

/** Phase of a step: up to t*, as a whole step, and where there is no overfitting phase all of training, it is `learning`. */
export function phaseAt(step: number, result: PhaseResult): 'learning' | 'overfitting' {
  return result.boundary !== undefined && step > Math.round(result.boundary.step)
    ? 'overfitting'
    : 'learning'
}
