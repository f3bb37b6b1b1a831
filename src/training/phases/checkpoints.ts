/** Which checkpoints show the two phases of training. */
import { uniqueSorted } from '../../core/uniqueSorted.js'
import { lossGap, runningMedian, usablePoints } from './gap.js'
import type { GapLabels, LossPoint, PhaseResult } from './types.js'

/**
 * The steps that show both phases, ascending: the first, the one nearest half of t*, the one nearest t*, the one nearest the first
 * evaluation after t* at which the gap is half its final value, and the last. Without an overfitting phase: the first, the middle of
 * training, the last. `steps` are the kept checkpoints; one that is nearest to several of these is returned once. `smoothing` is the
 * width of the running median that is taken of the gap, in points.
 */
export function phaseCheckpoints(
  steps: readonly number[],
  curve: readonly LossPoint[],
  result: PhaseResult,
  smoothing: number,
): number[] {
  if (steps.length === 0) return []
  const kept = uniqueSorted(steps)
  const [first, end] = [kept[0], kept[kept.length - 1]]
  const boundary = result.boundary?.step
  const between =
    boundary === undefined
      ? [end / 2]
      : [boundary / 2, boundary, halfGapStep(curve, boundary, result.labels, smoothing) ?? end]
  return uniqueSorted([first, ...between, end].map((step) => nearestStep(kept, step)))
}

/** Of ascending steps the one at which the overfitting phase begins, nearest to t*; the first without one. */
export function boundaryCheckpoint(steps: readonly number[], { boundary }: PhaseResult): number {
  return boundary === undefined ? steps[0] : nearestStep(steps, boundary.step)
}

/**
 * Of ascending steps, the last of which is the end of training, the one at whose losses samples are
 * called hard and easy: nearest to t*, or without one to the middle of training; step 0, of a network that has learnt nothing, only
 * where there is no other.
 */
export function difficultyCheckpoint(steps: readonly number[], { boundary }: PhaseResult): number {
  const trained = steps.filter((step) => step > 0)
  const end = steps[steps.length - 1]
  return nearestStep(trained.length > 0 ? trained : steps, boundary?.step ?? end / 2)
}

/** Of steps, one or more, the one nearest to another; the first of equally near ones. */
export function nearestStep(steps: readonly number[], wanted: number): number {
  return steps.reduce((best, one) =>
    Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best,
  )
}

/** First step after t* whose smoothed gap is at least half of the final one. */
function halfGapStep(
  curve: readonly LossPoint[],
  boundary: number,
  labels: GapLabels = 'given',
  smoothing: number,
): number | undefined {
  const points = usablePoints(curve)
  if (points.length === 0) return undefined
  const gap = runningMedian(lossGap(points, labels).gap, smoothing)
  const half = gap[gap.length - 1] / 2
  return points.find((point, index) => point.step >= boundary && gap[index] >= half)?.step
}
