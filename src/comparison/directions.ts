/** In how many directions of the space of samples score vectors of seeds vary, which says what a mean square of them is worth. */
import type { MeanSquare } from './meanSquares.js'

/** How much of the squared signal counts as tr M² in any case: ν contrasts show no more than some ν² directions. */
const UNSEEN_DIRECTIONS = 0.5

/** A mean square of a study, as a part of what is pooled. */
export interface WeighedSquare {
  readonly square: MeanSquare
  readonly rest: MeanSquare
  /** {@link noiseDirections} of the rest. */
  readonly noise: number
  /** What the share is multiplied by in the mean square. */
  readonly count: number
  /** In the mean over studies; weights need not add up to 1. */
  readonly weight: number
}

/**
 * (tr M)²/tr M² of the rest, between 1 and as many as there are. Of few contrasts tr M² is often seen too small, and noise
 * taken to lie in more directions than it does makes intervals too narrow: its standard error is added (our choice).
 */
export function noiseDirections(
  { contrasts, value, squared }: MeanSquare,
  samples: number,
): number {
  if (squared === undefined) return 1
  const trace = value ** 2 - (2 * squared) / contrasts
  return within(trace / (squared * (1 + relativeError(contrasts * (contrasts - 1)))), samples)
}

/**
 * Directions of the signal in mean squares of ν contrasts together, between 1 and as many as there are:
 *
 *     r = (MS − MS_rest)²/s − 2/ν,  s = tr M² − MS_rest²/r_rest + its standard error + ½(MS − MS_rest)²/ν²
 *
 * so that an effect too small for its directions to be seen counts as lying in one, where few seeds say least: an
 * interval that excluded more would be too narrow for such effects (our choice; bench/README.md has its coverage).
 * −2/ν takes out the bias of (MS − MS_rest)². Of several studies each term is the weighted mean, ν in it is what they have together, and what
 * tells of tr M², products of two contrasts of one study, is what each has. `contrasts` are those of the studies, one number for those of the same networks.
 */
export function signalDirections(
  squares: readonly WeighedSquare[],
  contrasts: readonly number[],
  samples: number,
): number {
  const total = (of: (contrasts: number) => number) =>
    contrasts.reduce((sum, own) => sum + of(own), 0)
  // In units of the first, so that a study by itself is taken as it is.
  const unit = (one: WeighedSquare) => squares[0].count / one.count
  const mean = (of: (one: WeighedSquare) => number, over = squares) =>
    over.reduce((sum, one) => sum + one.weight * of(one), 0) /
    over.reduce((sum, one) => sum + one.weight, 0)
  const signal = mean((one) => unit(one) * (one.square.value - one.rest.value))
  const seen = squares.filter(({ square }) => square.squared !== undefined)
  if (seen.length === 0 || !(signal > 0)) return 1
  const squared = mean((one) => unit(one) ** 2 * (one.square.squared ?? 0), seen)
  const squaredRest = mean((one) => unit(one) ** 2 * (one.rest.value ** 2 / one.noise))
  const standardError = squaredRest * relativeError(total((own) => own * (own - 1)))
  const unseen = (UNSEEN_DIRECTIONS * signal ** 2) / total((own) => own ** 2)
  const spread = Math.max(0, squared - squaredRest) + standardError + unseen
  return within(signal ** 2 / spread - 2 / total((own) => own), samples)
}

/** Standard error of an estimate of tr M² in units of it, where directions are many, from ν(ν − 1) products: √(4/(ν(ν − 1))). */
function relativeError(products: number): number {
  return Math.sqrt(4 / products)
}

/** Between 1 and the dimension of centred ranks; NaN and ∞ (nothing varies) count as the ends. */
function within(directions: number, samples: number): number {
  return Number.isNaN(directions) ? 1 : Math.min(Math.max(1, directions), samples - 1)
}
