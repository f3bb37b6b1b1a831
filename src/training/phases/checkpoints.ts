import { lossGap, runningMedian, usablePoints } from './gap.js'
import { defaultPhaseOptions, type GapLabels, type LossPoint, type PhaseResult } from './types.js'

/** What a checkpoint is analysed for. */
type PhaseMark = 'init' | 'half-boundary' | 'boundary' | 'half-gap' | 'end'

/** A kept checkpoint and everything it stands for. */
interface PhaseCheckpoint {
  readonly step: number
  readonly marks: readonly PhaseMark[]
}

/**
 * The checkpoints that show both phases: the first, the one nearest half of t*, the one nearest
 * t*, the one where the gap first reaches half its final value after t*, and the last. Without an
 * overfitting phase: the first, the middle of training, the last. `steps` are the kept
 * checkpoints; one that is nearest to several marks is returned once, with all of them.
 */
export function phaseCheckpoints(
  steps: readonly number[],
  curve: readonly LossPoint[],
  result: PhaseResult,
): PhaseCheckpoint[] {
  if (steps.length === 0) return []
  const kept = [...new Set(steps)].sort((a, b) => a - b)
  const end = kept[kept.length - 1]
  const wanted: [PhaseMark, number][] = [['init', kept[0]]]
  if (result.boundary === undefined) wanted.push(['half-boundary', end / 2])
  else {
    wanted.push(['half-boundary', result.boundary.step / 2], ['boundary', result.boundary.step])
    const half = halfGapStep(curve, result.boundary.step, result.labels)
    if (half !== undefined) wanted.push(['half-gap', half])
  }
  wanted.push(['end', end])
  const marks = new Map<number, PhaseMark[]>()
  for (const [mark, step] of wanted) {
    const nearest = nearestStep(kept, step)
    marks.set(nearest, [...(marks.get(nearest) ?? []), mark])
  }
  return [...marks].map(([step, list]) => ({ step, marks: list })).sort((a, b) => a.step - b.step)
}

/** Of ascending steps the one at which the overfitting phase begins, nearest to t*; the first without one. */
export function boundaryCheckpoint(steps: readonly number[], { boundary }: PhaseResult): number {
  return boundary === undefined ? steps[0] : nearestStep(steps, boundary.step)
}

/**
 * Of ascending steps, the last of which is the end of training, the one at whose losses samples are
 * called hard and easy: nearest to t*, or without one to the middle of training, since before it the
 * losses are those of a network that has learnt nothing.
 */
export function difficultyCheckpoint(steps: readonly number[], { boundary }: PhaseResult): number {
  return nearestStep(steps, boundary?.step ?? steps[steps.length - 1] / 2)
}

function nearestStep(steps: readonly number[], wanted: number): number {
  return steps.reduce((best, one) =>
    Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best,
  )
}

/** First step after t* whose smoothed gap is at least half of the final one. */
function halfGapStep(
  curve: readonly LossPoint[],
  boundary: number,
  labels: GapLabels = 'given',
): number | undefined {
  const points = usablePoints(curve)
  if (points.length === 0) return undefined
  const gap = runningMedian(lossGap(points, labels).gap, defaultPhaseOptions.smoothing)
  const half = gap[gap.length - 1] / 2
  return points.find((point, index) => point.step >= boundary && gap[index] >= half)?.step
}
