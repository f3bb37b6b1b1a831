import { median } from '../../metrics/descriptive.js'
import { lossGap, runningMedian } from './gap.js'
import { type LossPoint, noOverfitting, type PhaseOptions, type PhaseResult } from './types.js'

/** t* is the first point from which the gap stays, `hold` points long, above its minimum so far. */
export function detectThreshold(
  points: readonly LossPoint[],
  options: PhaseOptions & { readonly detector: 'threshold' },
): PhaseResult {
  const { gap: raw, labels } = lossGap(points, options.labels)
  const gap = runningMedian(raw, options.smoothing)
  const noise = noiseOf(raw)
  const range = Math.max(...gap) - Math.min(...gap)
  const threshold = Math.max(options.rise * range, options.deviations * noise)
  let lowest = Number.POSITIVE_INFINITY
  let held = 0
  for (let index = 0; index < gap.length; index++) {
    lowest = Math.min(lowest, gap[index])
    held = gap[index] - lowest > threshold ? held + 1 : 0
    if (held < options.hold) continue
    const { step, epoch } = points[index - held + 1]
    const reason = `the gap stays more than ${threshold.toPrecision(3)} above its minimum from epoch ${epoch}`
    return { labels, overfitting: true, boundary: { step, epoch }, reason }
  }
  return noOverfitting(
    `the gap never stays more than ${threshold.toPrecision(3)} above its minimum`,
    labels,
  )
}

/**
 * Standard deviation of independent noise on a smooth curve: 1.4826 · median |g_{i−1} − 2g_i + g_{i+1}|
 * / √6, since that difference cancels lines and has six times the variance of the noise.
 */
function noiseOf(gap: Float64Array): number {
  const bends = Array.from({ length: gap.length - 2 }, (_, index) =>
    Math.abs(gap[index] - 2 * gap[index + 1] + gap[index + 2]),
  )
  return (1.4826 * (median(bends) as number)) / Math.sqrt(6)
}
