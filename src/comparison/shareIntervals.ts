/** Intervals of the low share, the high share and their difference over the choice of seeds. */
import type { Generator } from '../core/random.js'
import { quantile } from '../metrics/descriptive.js'
import { drawChiSquare } from './chiSquare.js'
import type { GridMeanSquares, MeanSquare } from './meanSquares.js'
import type { Estimate } from './types.js'

/** How much of the squared signal counts as tr M² in any case: ν contrasts show no more than some ν² directions. */
const UNSEEN_DIRECTIONS = 0.5

export interface ShareIntervals {
  readonly low: Estimate
  readonly high: Estimate
  readonly difference: Estimate
}

/**
 * Generalised confidence intervals (Weerahandi 1993, "Generalized confidence intervals", JASA 88; their use for
 * variance components) with effective degrees of freedom (Satterthwaite 1946). Score vectors of seeds vary in
 * directions of the space of samples; a mean square of ν contrasts is about tr M·χ²_{νr}/(νr) with
 * r = (tr M)²/tr M². Each draw takes
 *
 *     low* = (MS_low − MS_rest·X₁ − (MS_rest − MS_rest·X₀)) / H / X_low        X = χ²/its degrees of freedom
 *
 * X₀ with ν_rest·r_rest degrees, X₁ with ν_low·r_rest (the noise in MS_low), X_low with ν_low·r_low (the seeds), and
 * high* likewise with the same X₀; ends are percentiles of the draws. The directions of the signal are
 *
 *     r_low = (MS_low − MS_rest)²/s − 2/ν, at least 1,  s = tr M²_low − tr M²_rest + its standard error + ½(MS_low − MS_rest)²/ν²
 *
 * so that an effect too small for its directions to be seen counts as lying in one, where few seeds say least: an
 * interval that excluded more would be too narrow for such effects (our choice; bench/README.md has its coverage).
 * −2/ν takes out the bias of (MS_low − MS_rest)². Where low seeds have D donors each, rows are nested in seeds, and
 *
 *     low* = (MS_seeds − noise)/(H·D)/X_seeds + (1 − 1/D)·(MS_donors − noise)/H/X_donors
 *
 * between and within seeds, with degrees of their own: it covers the share whatever donors of one seed have in common, while the estimate,
 * which takes rows as seeds, is too small by what they have.
 * Shares and their difference lie within ±1. Source of the effective degrees: our choice. Estimates are (MS_low − MS_rest)/H and so on.
 */
export function shareIntervals(
  squares: GridMeanSquares,
  { draws, level }: { readonly draws: number; readonly level: number },
  generator: Generator,
): ShareIntervals {
  const { low, high, rest, donors, lows, highs, samples } = squares
  const noise = noiseDirections(rest, samples)
  const source = (square: MeanSquare, count: number, weight = 1) => {
    return { square, count, weight, directions: signalDirections(square, rest, noise, samples) }
  }
  const ofLow =
    donors === undefined
      ? [source(low, highs)]
      : [
          source(donors.between, highs * donors.each),
          source(donors.within, highs, 1 - 1 / donors.each),
        ]
  const ofHigh = [source(high, lows)]
  const scaledDraw = (degrees: number) => drawChiSquare(degrees, generator) / degrees
  const drawn = {
    low: new Float64Array(draws),
    high: new Float64Array(draws),
    difference: new Float64Array(draws),
  }
  for (let draw = 0; draw < draws; draw++) {
    const missed = rest.value * (1 - scaledDraw(rest.contrasts * noise))
    const share = (sources: typeof ofLow) => {
      let sum = 0
      for (const { square, count, weight, directions } of sources) {
        const noiseOfOne = rest.value * scaledDraw(square.contrasts * noise)
        const signal = (square.value - noiseOfOne - missed) / count
        const seeds = scaledDraw(square.contrasts * directions)
        // A signal below 0 is noise alone, which the seeds do not scale.
        sum += weight * (signal > 0 ? signal / seeds : signal)
      }
      return withinOne(sum)
    }
    drawn.low[draw] = share(ofLow)
    drawn.high[draw] = share(ofHigh)
    drawn.difference[draw] = withinOne(drawn.low[draw] - drawn.high[draw])
  }
  const estimates = {
    low: (low.value - rest.value) / highs,
    high: (high.value - rest.value) / lows,
  }
  const tail = (1 - level) / 2
  const estimate = (value: number, values: Float64Array): Estimate => ({
    estimate: value,
    low: quantile(values, tail),
    high: quantile(values, 1 - tail),
  })
  return {
    low: estimate(estimates.low, drawn.low),
    high: estimate(estimates.high, drawn.high),
    difference: estimate(estimates.low - estimates.high, drawn.difference),
  }
}

/** No share, and no difference of two, lies beyond ±1. */
function withinOne(share: number): number {
  return Math.min(1, Math.max(-1, share))
}

/**
 * (tr M)²/tr M² of the rest, between 1 and as many as there are. Of few contrasts tr M² is often seen too small, and noise
 * taken to lie in more directions than it does makes intervals too narrow: its standard error is added (our choice).
 */
function noiseDirections({ contrasts, value, squared }: MeanSquare, samples: number): number {
  if (squared === undefined) return 1
  const trace = value ** 2 - (2 * squared) / contrasts
  return within(trace / (squared * (1 + relativeError(contrasts))), samples)
}

/** Standard error of an estimate of tr M² in units of it, where directions are many: √(4/(ν(ν − 1))). */
function relativeError(contrasts: number): number {
  return Math.sqrt(4 / (contrasts * (contrasts - 1)))
}

function signalDirections(
  { contrasts, value, squared }: MeanSquare,
  rest: MeanSquare,
  noise: number,
  samples: number,
): number {
  const signal = value - rest.value
  if (squared === undefined || !(signal > 0)) return 1
  const squaredRest = rest.value ** 2 / noise
  const standardError = squaredRest * relativeError(contrasts)
  const unseen = (UNSEEN_DIRECTIONS * signal ** 2) / contrasts ** 2
  const spread = Math.max(0, squared - squaredRest) + standardError + unseen
  return within(signal ** 2 / spread - 2 / contrasts, samples)
}

/** Between 1 and the dimension of centred ranks; NaN and ∞ (nothing varies) count as the ends. */
function within(directions: number, samples: number): number {
  return Number.isNaN(directions) ? 1 : Math.min(Math.max(1, directions), samples - 1)
}
