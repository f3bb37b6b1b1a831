/** The detector `hinge`: finds where overfitting begins as the knot of a line that is flat and then rises. */
import { type Generator, stream } from '../../core/random.js'
import { quantile } from '../../metrics/descriptive.js'
import { type CorrelationOf, correlationScale, lagOne } from './autocorrelation.js'
import { lossGap, runningMedian } from './gap.js'
import { type Hinge, hingeFitter } from './hingeFit.js'
import { riseTest } from './riseTest.js'
import { type LossPoint, noOverfitting, type PhaseOptions, type PhaseResult } from './types.js'

/** Rises below this share of the largest loss are rounding, not overfitting. */
const SMALLEST_RISE = 1e-6

/** Curves of noise on which the correlation of residuals is simulated. */
const CORRELATION_CURVES = 200

/**
 * The hinge of least squared error, a test of its rise that allows for noise which is correlated from point to point,
 * and a bootstrap interval of its knot. The correlation taken for the test is the upper end of its own interval: the
 * estimate itself would find a phase in up to twice as many curves without one as it should.
 */
export function detectHinge(
  points: readonly LossPoint[],
  options: PhaseOptions & { readonly detector: 'hinge' },
  seed: number,
): PhaseResult {
  const times = Float64Array.from(points, (point) => Math.log1p(point.epoch))
  const { gap, labels } = lossGap(points, options.labels)
  const fitted = hingeFitter(times)
  const fit = (values: Float64Array) => fitted(runningMedian(values, options.smoothing))
  const draws = (role: string, count: number) => {
    const named = stream(seed, 'phases', 'hinge', role)
    return Array.from({ length: count }, (_, draw) => named.at(draw))
  }
  const hinge = fit(gap)
  const correlation = correlationScaleOf(
    times,
    options.smoothing,
    fit,
  )(lagOne(residualsOf(gap, hinge)))
  const pValue = riseTest(times, gap, correlation.upper, draws('rise', options.bootstrap))
  const alpha = (1 - options.level) / 2
  const test = `p ${pValue.toPrecision(2)} against ${Number(alpha.toFixed(4))}, noise of neighbouring points correlated by ${correlation.estimate.toFixed(2)}`
  const rise = hinge.slope * (times[times.length - 1] - hinge.knot)
  const largest = Math.max(...points.map((point) => Math.max(point.trainLoss, point.testLoss)))
  if (!(rise > SMALLEST_RISE * largest)) {
    return noOverfitting('the gap does not rise', labels)
  }
  if (pValue > alpha) {
    return noOverfitting(`the gap does not rise more than its noise may: ${test}`, labels)
  }
  const boundary = pointAt(points, Math.expm1(hinge.knot))
  const knots = bootstrapKnots(
    gap,
    hinge,
    correlation.estimate,
    fit,
    draws('knot', options.bootstrap),
  )
  const stepAt = (p: number) => pointAt(points, Math.expm1(quantile(knots, p) as number)).step
  return {
    labels,
    overfitting: true,
    boundary,
    boundaryInterval: { low: stepAt(alpha), high: stepAt(1 - alpha) },
    reason: `the gap rises from epoch ${boundary.epoch.toPrecision(3)}: ${test}`,
  }
}

/** The scale of the last times: the networks of a study are evaluated at the same ones. */
let lastScale: { readonly key: string; readonly scale: CorrelationOf } | undefined

function correlationScaleOf(
  times: Float64Array,
  smoothing: number,
  fit: (values: Float64Array) => Hinge,
): CorrelationOf {
  const key = `${smoothing} ${times.join()}`
  if (lastScale?.key === key) return lastScale.scale
  const named = stream(0, 'phases', 'correlation')
  const scale = correlationScale(
    times.length,
    (noise) => lagOne(residualsOf(noise, fit(noise))),
    Array.from({ length: CORRELATION_CURVES }, (_, draw) => named.at(draw)),
  )
  lastScale = { key, scale }
  return scale
}

function residualsOf(values: Float64Array, { fitted }: Hinge): Float64Array {
  return values.map((value, index) => value - fitted[index])
}

/**
 * Knots of hinges refitted to the fitted curve plus noise made anew: innovations r_i − ρ r_{i−1} are drawn with
 * replacement (sieve bootstrap, Bühlmann 1997). Residuals are those of the curve before it was smoothed. Three fitted
 * parameters make them too small; the factor √(m / (m − 3)) gives them back their size.
 */
function bootstrapKnots(
  gap: Float64Array,
  hinge: Hinge,
  rho: number,
  fit: (values: Float64Array) => Hinge,
  draws: readonly Generator[],
): Float64Array {
  const count = gap.length
  const inflation = Math.sqrt(count / (count - 3))
  const residuals = residualsOf(gap, hinge).map((value) => value * inflation)
  const innovations = residuals.slice(1).map((value, index) => value - rho * residuals[index])
  return Float64Array.from(draws, (generator) => {
    let noise = residuals[generator.below(count)]
    const curve = hinge.fitted.map((value, index) => {
      if (index > 0) noise = rho * noise + innovations[generator.below(count - 1)]
      return value + noise
    })
    return fit(curve).knot
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
