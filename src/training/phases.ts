/**
 * The two phases of training, from losses alone (arXiv 2405.10262, 2407.19198: in the learning phase
 * the gap between test and training loss stays near 0, in the overfitting phase it rises). The papers
 * mark the boundary t* by hand; the detectors are our choice. "No overfitting phase" is a result.
 */
import { type Generator, stream } from '../core/random.js'
import { median, quantile } from '../metrics/descriptive.js'

/** Mean losses (nats) on fixed subsets, in evaluation mode, after `step` optimiser steps. */
export interface LossPoint {
  readonly step: number
  readonly epoch: number
  readonly trainLoss: number
  readonly testLoss: number
}

export type PhaseOptions =
  | {
      readonly detector: 'hinge'
      /** Width of the running median, in points. */
      readonly smoothing: number
      /** Residual bootstraps of the interval of the slope. */
      readonly bootstrap: number
      /** Level of that interval. */
      readonly level: number
    }
  | { readonly detector: 'min-test-loss'; readonly smoothing: number }
  | {
      readonly detector: 'threshold'
      readonly smoothing: number
      /** Rise of the gap over its minimum so far, as a share of its range … */
      readonly rise: number
      /** … or as a multiple of the noise (from the median absolute second difference). */
      readonly deviations: number
      /** Points in a row that must lie above. */
      readonly hold: number
    }

export interface PhaseResult {
  readonly detector: PhaseOptions['detector']
  /** Whether there is an overfitting phase. */
  readonly overfitting: boolean
  /** Where it begins, t*; undefined when there is none. `step` may lie between two points. */
  readonly boundary: { readonly step: number; readonly epoch: number } | undefined
  /** Hinge only: rise of the gap per unit of log(1 + epoch) after t*, with its bootstrap interval. */
  readonly slope:
    | { readonly estimate: number; readonly low: number; readonly high: number }
    | undefined
  /** What decided, in words. */
  readonly reason: string
}

/** The detector and its settings when nothing else is asked for. */
export const defaultPhaseOptions: PhaseOptions = {
  detector: 'hinge',
  smoothing: 3,
  bootstrap: 1000,
  level: 0.95,
}

/** Fewer points than this tell nothing about two phases. */
const FEWEST_POINTS = 6

/** Rises below this share of the largest loss are rounding, not overfitting. */
const SMALLEST_RISE = 1e-6

/**
 * Splits training into a learning and an overfitting phase by g(t) = L_test(t) − L_train(t), after a
 * running median:
 * - `hinge`: least squares of g = a + b·max(0, x − x*) over x = log(1 + epoch), x* on a grid; there is
 *   an overfitting phase when the residual-bootstrap interval of b lies above 0;
 * - `min-test-loss`: t* is the minimum of the smoothed test loss, if that is not the last point;
 * - `threshold`: t* is the first point from which, `hold` points long, g exceeds its minimum so far by
 *   more than max(rise · range(g), deviations · noise).
 *
 * Points with a loss that is not finite are left out. `seed` names the bootstrap's random stream.
 */
export function detectPhases(
  curve: readonly LossPoint[],
  options: PhaseOptions = defaultPhaseOptions,
  seed = 0,
): PhaseResult {
  const points = usablePoints(curve)
  if (points.length < FEWEST_POINTS) {
    return none(options, `${points.length} evaluation points; at least ${FEWEST_POINTS} are needed`)
  }
  if (options.detector === 'hinge') return detectHinge(points, options, seed)
  if (options.detector === 'min-test-loss') return detectMinimum(points, options)
  return detectThreshold(points, options)
}

/** Phase of a step: all of training is `learning` when there is no overfitting phase. */
export function phaseAt(step: number, result: PhaseResult): 'learning' | 'overfitting' {
  return result.boundary !== undefined && step > result.boundary.step ? 'overfitting' : 'learning'
}

/** Running median over `width` points (an even width counts as the next odd one), shorter at the ends. */
export function runningMedian(values: ArrayLike<number>, width: number): Float64Array {
  const reach = Math.floor(width / 2)
  return Float64Array.from({ length: values.length }, (_, centre) => {
    // A symmetric window keeps a monotone curve as it is.
    const side = Math.min(reach, centre, values.length - 1 - centre)
    const window = new Float64Array(2 * side + 1)
    for (let index = 0; index < window.length; index++)
      window[index] = values[centre - side + index]
    return window.sort()[side]
  })
}

function usablePoints(curve: readonly LossPoint[]): LossPoint[] {
  return curve
    .filter((point) => Number.isFinite(point.trainLoss) && Number.isFinite(point.testLoss))
    .sort((a, b) => a.step - b.step)
}

function gapOf(points: readonly LossPoint[]): Float64Array {
  return Float64Array.from(points, (point) => point.testLoss - point.trainLoss)
}

function none(options: PhaseOptions, reason: string, slope?: PhaseResult['slope']): PhaseResult {
  return { detector: options.detector, overfitting: false, boundary: undefined, slope, reason }
}

type Hinge = { readonly intercept: number; readonly slope: number; readonly knot: number }

function detectHinge(
  points: readonly LossPoint[],
  options: PhaseOptions & { readonly detector: 'hinge' },
  seed: number,
): PhaseResult {
  const times = Float64Array.from(points, (point) => Math.log1p(point.epoch))
  const gap = gapOf(points)
  const knots = knotGrid(times)
  const fit = (values: Float64Array) =>
    fitHinge(times, runningMedian(values, options.smoothing), knots)
  const hinge = fit(gap)
  const generator = stream(seed, 'phases', 'hinge').at()
  const slopes = bootstrapSlopes(times, gap, hinge, fit, options.bootstrap, generator)
  const tail = (1 - options.level) / 2
  const low = quantile(slopes, tail) as number
  const high = quantile(slopes, 1 - tail) as number
  const slope = { estimate: hinge.slope, low, high }
  const interval = `[${low.toPrecision(3)}, ${high.toPrecision(3)}]`
  const rise = hinge.slope * (times[times.length - 1] - hinge.knot)
  const largest = Math.max(...points.map((point) => Math.max(point.trainLoss, point.testLoss)))
  if (!(low > 0) || !(rise > SMALLEST_RISE * largest)) {
    return none(options, `the gap does not rise: slope interval ${interval}`, slope)
  }
  const boundary = pointAt(points, Math.expm1(hinge.knot))
  const reason = `the gap rises from epoch ${boundary.epoch.toPrecision(3)}: slope interval ${interval}`
  return { detector: 'hinge', overfitting: true, boundary, slope, reason }
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
 * Slopes refitted to the fitted curve plus resampled residuals, which are those of the curve before it
 * was smoothed: smoothed ones are correlated and make the interval far too short. Three fitted
 * parameters make residuals too small; the factor √(m / (m − 3)) gives them back their size.
 */
function bootstrapSlopes(
  times: Float64Array,
  gap: Float64Array,
  hinge: Hinge,
  fit: (values: Float64Array) => Hinge,
  draws: number,
  generator: Generator,
): Float64Array {
  const count = gap.length
  const inflation = Math.sqrt(count / (count - 3))
  const fitted = times.map((x) => hinge.intercept + hinge.slope * Math.max(0, x - hinge.knot))
  const residuals = gap.map((value, index) => (value - fitted[index]) * inflation)
  return Float64Array.from({ length: draws }, () => {
    return fit(fitted.map((value) => value + residuals[generator.below(count)])).slope
  })
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

function detectMinimum(
  points: readonly LossPoint[],
  options: PhaseOptions & { readonly detector: 'min-test-loss' },
): PhaseResult {
  const losses = runningMedian(
    points.map((point) => point.testLoss),
    options.smoothing,
  )
  const lowest = losses.indexOf(Math.min(...losses))
  if (losses[lowest] === losses[losses.length - 1]) {
    return none(options, 'the test loss is lowest at the end')
  }
  const { step, epoch } = points[lowest]
  const reason = `the test loss is lowest at epoch ${epoch}`
  return {
    detector: options.detector,
    overfitting: true,
    boundary: { step, epoch },
    slope: undefined,
    reason,
  }
}

function detectThreshold(
  points: readonly LossPoint[],
  options: PhaseOptions & { readonly detector: 'threshold' },
): PhaseResult {
  const raw = gapOf(points)
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
    return {
      detector: options.detector,
      overfitting: true,
      boundary: { step, epoch },
      slope: undefined,
      reason,
    }
  }
  return none(
    options,
    `the gap never stays more than ${threshold.toPrecision(3)} above its minimum`,
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

/** What a checkpoint is analysed for. */
export type PhaseMark = 'init' | 'half-boundary' | 'boundary' | 'half-gap' | 'end'

/** A kept checkpoint and everything it stands for. */
export interface PhaseCheckpoint {
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
    const half = halfGapStep(curve, result.boundary.step)
    if (half !== undefined) wanted.push(['half-gap', half])
  }
  wanted.push(['end', end])
  const marks = new Map<number, PhaseMark[]>()
  for (const [mark, step] of wanted) {
    const nearest = kept.reduce((best, one) =>
      Math.abs(one - step) < Math.abs(best - step) ? one : best,
    )
    marks.set(nearest, [...(marks.get(nearest) ?? []), mark])
  }
  return [...marks].map(([step, list]) => ({ step, marks: list })).sort((a, b) => a.step - b.step)
}

/** First step after t* whose smoothed gap is at least half of the final one. */
function halfGapStep(curve: readonly LossPoint[], boundary: number): number | undefined {
  const points = usablePoints(curve)
  if (points.length === 0) return undefined
  const gap = runningMedian(gapOf(points), defaultPhaseOptions.smoothing)
  const half = gap[gap.length - 1] / 2
  return points.find((point, index) => point.step >= boundary && gap[index] >= half)?.step
}
