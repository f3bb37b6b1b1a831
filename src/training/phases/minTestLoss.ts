import { runningMedian } from './gap.js'
import { type LossPoint, noOverfitting, type PhaseOptions, type PhaseResult } from './types.js'

/** t* is the minimum of the smoothed test loss, unless that is reached at the end. */
export function detectMinimum(
  points: readonly LossPoint[],
  options: PhaseOptions & { readonly detector: 'min-test-loss' },
): PhaseResult {
  const losses = runningMedian(
    points.map((point) => point.testLoss),
    options.smoothing,
  )
  const lowest = losses.indexOf(Math.min(...losses))
  if (losses[lowest] === losses[losses.length - 1]) {
    return noOverfitting('the test loss is lowest at the end')
  }
  const { step, epoch } = points[lowest]
  const reason = `the test loss is lowest at epoch ${epoch}`
  return { labels: undefined, overfitting: true, boundary: { step, epoch }, reason }
}
