import { type Generator, stream } from '../../core/random.js'
import { quantile } from '../../metrics/descriptive.js'
import { lossGap, runningMedian } from './gap.js'
import { type LossPoint, noOverfitting, type PhaseOptions, type PhaseResult } from './types.js'

/** Rises below this share of the largest loss are rounding, not overfitting. */
const SMALLEST_RISE = 1e-6

/** g = intercept + slope · max(0, x − knot). */
type Hinge = { readonly intercept: number; readonly slope: number; readonly knot: number }

/** The hinge of least squared error, with the bootstrap intervals of its slope and its knot. */
export function detectHinge(
  points: readonly LossPoint[],
  options: PhaseOptions & { readonly detector: 'hinge' },
  seed: number,
): PhaseResult {
  const times = Float64Array.from(points, (point) => Math.log1p(point.epoch))
  const gap = lossGap(points)
  const knots = knotGrid(times)
  const fit = (values: Float64Array) =>
    fitHinge(times, runningMedian(values, options.smoothing), knots)
  const hinge = fit(gap)
  const generator = stream(seed, 'phases', 'hinge').at()
  const fits = bootstrapHinges(times, gap, hinge, fit, options.bootstrap, generator)
  const slopes = Float64Array.from(fits, (refitted) => refitted.slope)
  const tail = (1 - options.level) / 2
  const low = quantile(slopes, tail) as number
  const high = quantile(slopes, 1 - tail) as number
  const slope = { estimate: hinge.slope, low, high }
  const interval = `[${low.toPrecision(3)}, ${high.toPrecision(3)}]`
  const rise = hinge.slope * (times[times.length - 1] - hinge.knot)
  const largest = Math.max(...points.map((point) => Math.max(point.trainLoss, point.testLoss)))
  if (!(low > 0) || !(rise > SMALLEST_RISE * largest)) {
    return noOverfitting(options, `the gap does not rise: slope interval ${interval}`, slope)
  }
  const boundary = pointAt(points, Math.expm1(hinge.knot))
  const reason = `the gap rises from epoch ${boundary.epoch.toPrecision(3)}: slope interval ${interval}`
  const knotsFound = Float64Array.from(fits, ({ knot }) => knot)
  const stepAt = (p: number) => pointAt(points, Math.expm1(quantile(knotsFound, p) as number)).step
  const boundaryInterval = { low: stepAt(tail), high: stepAt(1 - tail) }
  return { detector: 'hinge', overfitting: true, boundary, boundaryInterval, slope, reason }
}

/** Candidate knots: the points and quarters between them, with two points or more to the right. */
function knotGrid(times: Float64Array): number[] {
  const knots: number[] = []
  for (let index = 0; index + 2 < times.length; index++) {
    for (let quarter = 0; quarter < 4; quarter++) {
      knots.push(times[index] + (quarter / 4) * (times[index + 1] - times[index]))
    }
  }
  return knots.slice(0, -3)
}

/** The hinge of least squared error over the knots; a flat line when none improves on it. */
function fitHinge(times: Float64Array, gap: Float64Array, knots: readonly number[]): Hinge {
  const count = gap.length
  const gapMean = gap.reduce((sum, value) => sum + value, 0) / count
  let best = { intercept: gapMean, slope: 0, knot: times[0] }
  let mostExplained = 0
  for (const knot of knots) {
    let ramp = 0
    let rampSquares = 0
    let product = 0
    for (let index = 0; index < count; index++) {
      const height = Math.max(0, times[index] - knot)
      ramp += height
      rampSquares += height * height
      product += height * gap[index]
    }
    const spread = rampSquares - (ramp * ramp) / count
    const covariance = product - ramp * gapMean
    if (!(spread > 0)) continue
    const explained = covariance ** 2 / spread
    if (explained <= mostExplained) continue
    const slope = covariance / spread
    mostExplained = explained
    best = { intercept: gapMean - (slope * ramp) / count, slope, knot }
  }
  return best
}

/**
 * Hinges refitted to the fitted curve plus resampled residuals, which are those of the curve before it
 * was smoothed: smoothed ones are correlated and make the interval far too short. Three fitted
 * parameters make residuals too small; the factor √(m / (m − 3)) gives them back their size.
 */
function bootstrapHinges(
  times: Float64Array,
  gap: Float64Array,
  hinge: Hinge,
  fit: (values: Float64Array) => Hinge,
  draws: number,
  generator: Generator,
): Hinge[] {
  const count = gap.length
  const inflation = Math.sqrt(count / (count - 3))
  const fitted = times.map((x) => hinge.intercept + hinge.slope * Math.max(0, x - hinge.knot))
  const residuals = gap.map((value, index) => (value - fitted[index]) * inflation)
  return Array.from({ length: draws }, () =>
    fit(fitted.map((value) => value + residuals[generator.below(count)])),
  )
}

/** The step at an epoch, interpolated between the two points around it. */
function pointAt(points: readonly LossPoint[], epoch: number) {
  const after = Math.max(
    1,
    points.findIndex((point) => point.epoch >= epoch),
  )
  const [left, right] = [points[after - 1], points[after]]
  const share = (epoch - left.epoch) / (right.epoch - left.epoch)
  return { step: Math.round(left.step + share * (right.step - left.step)), epoch }
}
