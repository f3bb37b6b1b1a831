/** Intervals of the low share, the high share and their difference over the choice of seeds, of one study or of several together. */
import type { Generator } from '../core/random.js'
import { quantile } from '../metrics/descriptive.js'
import { drawChiSquare } from './chiSquare.js'
import { noiseDirections, signalDirections, type WeighedSquare } from './directions.js'
import type { GridMeanSquares, MeanSquare } from './meanSquares.js'
import type { Estimate } from './types.js'

export interface ShareIntervals {
  readonly low: Estimate
  readonly high: Estimate
  /** Low share − high share. */
  readonly difference: Estimate
}

/** Studies of the same networks (other samples, say): what one says of seeds the others say again. */
type Group = readonly GridMeanSquares[]

/** What a mean square of one study says of a share: (square − rest)/count, times `part`. */
interface SquareOfShare {
  readonly square: MeanSquare
  readonly count: number
  readonly part: number
}

/** One kind of effects of which a share is made, in every group, and the degrees of freedom of its seeds. */
interface Source {
  readonly groups: readonly {
    readonly squares: readonly (WeighedSquare & Pick<SquareOfShare, 'part'>)[]
    /** Degrees of the noise in the mean square. */
    readonly noiseDegrees: number
  }[]
  readonly seedsDegrees: number
}

/**
 * Generalised confidence intervals (Weerahandi 1993, "Generalized confidence intervals", JASA 88; their use for
 * variance components) with effective degrees of freedom (Satterthwaite 1946). Score vectors of seeds vary in
 * directions of the space of samples; a mean square of ν contrasts is about tr M·χ²_{νr}/(νr) with
 * r = (tr M)²/tr M² (directions.ts). Each draw takes
 *
 *     low* = (MS_low − MS_rest·X₁ − (MS_rest − MS_rest·X₀)) / H / X_low        X = χ²/its degrees of freedom
 *
 * X₀ with ν_rest·r_rest degrees, X₁ with ν_low·r_rest (the noise in MS_low), X_low with ν_low·r_low (the seeds), and
 * high* likewise with the same X₀; ends are percentiles of the draws. Where low seeds have D donors each, rows are nested in seeds, and
 *
 *     low* = (MS_seeds − noise)/(H·D)/X_seeds + (1 − 1/D)·(MS_donors − noise)/H/X_donors
 *
 * between and within seeds, with degrees of their own: it covers the share whatever donors of one seed have in common, while the estimate,
 * which takes rows as seeds, is too small by what they have; high* likewise where high seeds have donors (mirrors).
 *
 * Of several studies, shares are averaged with the contrasts ν of the seeds of each group as weights, which no estimate moves, X₀ and X₁ are
 * drawn for each, and X_low once, with Σν·r_low degrees: seeds of one true share. Studies of one group are averaged, and count once, with the
 * contrasts of the smallest.
 * Shares and their difference lie within ±1. Source of the effective degrees and of several studies: our choice. Estimates are
 * (MS_low − MS_rest)/H and so on. Throws RangeError without studies.
 */
export function shareIntervals(
  groups: readonly Group[],
  { draws, level }: { readonly draws: number; readonly level: number },
  generator: Generator,
): ShareIntervals {
  if (groups.length === 0) throw new RangeError('there are no studies')
  const noises = groups.map((group) =>
    least(group, ({ rest, samples }) => noiseDirections(rest, samples)),
  )
  const weights = { low: groupWeights(groups, 'low'), high: groupWeights(groups, 'high') }
  const sourcesOf = (side: Side): Source[] => {
    const isNested = groups.flat().some(({ donors }) => donors?.[side] !== undefined)
    return [betweenSeeds, ...(isNested ? [withinSeeds] : [])].map((squareOf) =>
      sourceOf(groups, weights[side], noises, (study) => squareOf(study, side)),
    )
  }
  const [low, high] = [sourcesOf('low'), sourcesOf('high')]
  const restDegrees = groups.map(
    (group, g) => least(group, ({ rest }) => rest.contrasts) * noises[g],
  )
  const scaledDraw = (degrees: number) => drawChiSquare(degrees, generator) / degrees
  const drawn = {
    low: new Float64Array(draws),
    high: new Float64Array(draws),
    difference: new Float64Array(draws),
  }
  const missed = new Float64Array(restDegrees.length)
  for (let draw = 0; draw < draws; draw++) {
    for (let g = 0; g < missed.length; g++) missed[g] = 1 - scaledDraw(restDegrees[g])
    const share = (sources: readonly Source[]) => {
      let sum = 0
      for (const source of sources) {
        let signal = 0
        for (let g = 0; g < source.groups.length; g++) {
          const { squares, noiseDegrees } = source.groups[g]
          if (squares.length === 0) continue
          const noise = scaledDraw(noiseDegrees)
          for (const { square, rest, count, weight, part } of squares) {
            const own = square.value - rest.value * noise - rest.value * missed[g]
            signal += (weight * part * own) / count
          }
        }
        const seeds = scaledDraw(source.seedsDegrees)
        // A signal below 0 is noise alone, which the seeds do not scale.
        sum += signal > 0 ? signal / seeds : signal
      }
      return withinOne(sum)
    }
    drawn.low[draw] = share(low)
    drawn.high[draw] = share(high)
    drawn.difference[draw] = withinOne(drawn.low[draw] - drawn.high[draw])
  }
  const estimates = {
    low: estimateOf(groups, weights.low, 'low'),
    high: estimateOf(groups, weights.high, 'high'),
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

type Side = 'low' | 'high'

type SquareOf = (study: GridMeanSquares) => SquareOfShare | undefined

/** Lines (rows or columns) of which each is a seed's, or a donor's. */
function ofLines(study: GridMeanSquares, side: Side): SquareOfShare {
  return { square: study[side], count: side === 'low' ? study.highs : study.lows, part: 1 }
}

function betweenSeeds(study: GridMeanSquares, side: Side): SquareOfShare {
  const donors = study.donors?.[side]
  const lines = ofLines(study, side)
  return donors === undefined
    ? lines
    : { square: donors.between, count: lines.count * donors.each, part: 1 }
}

function withinSeeds(study: GridMeanSquares, side: Side): SquareOfShare | undefined {
  const donors = study.donors?.[side]
  return donors && { ...ofLines(study, side), square: donors.within, part: 1 - 1 / donors.each }
}

/** Weights of the groups in a share: the contrasts of their seeds, as parts of all. */
export function groupWeights(groups: readonly Group[], side: Side): number[] {
  const contrasts = groups.map((group) =>
    least(group, (study) => betweenSeeds(study, side).square.contrasts),
  )
  return contrasts.map((own) => own / total(contrasts))
}

function sourceOf(
  groups: readonly Group[],
  weights: readonly number[],
  noises: readonly number[],
  squareOf: SquareOf,
): Source {
  const found = groups.map((group, g) =>
    group.flatMap((study) => {
      const one = squareOf(study)
      const of = { rest: study.rest, noise: noises[g], weight: weights[g] / group.length }
      return one === undefined ? [] : [{ ...of, ...one }]
    }),
  )
  const contrasts = found.map((squares) =>
    squares.length === 0 ? 0 : least(squares, ({ square }) => square.contrasts),
  )
  const samples = least(groups.flat(), (study) => study.samples)
  return {
    groups: found.map((squares, g) => ({ squares, noiseDegrees: contrasts[g] * noises[g] })),
    seedsDegrees:
      contrastsTogether(weights, contrasts) * signalDirections(found.flat(), contrasts, samples),
  }
}

/** Contrasts that a weighted mean of mean squares is worth, (Σw)²/Σ(w²/ν) (Satterthwaite 1946): their sum where weights are as these are. */
function contrastsTogether(weights: readonly number[], contrasts: readonly number[]): number {
  const there = weights
    .map((weight, g) => ({ weight, own: contrasts[g] }))
    .filter(({ own }) => own > 0)
  const sum = total(there.map(({ weight }) => weight))
  return sum ** 2 / total(there.map(({ weight, own }) => weight ** 2 / own))
}

/** The weighted mean of what the studies say of a share. */
function estimateOf(groups: readonly Group[], weights: readonly number[], side: Side): number {
  return total(
    groups.flatMap((group, g) =>
      group.map((study) => {
        const { square, count } = ofLines(study, side)
        return ((weights[g] / group.length) * (square.value - study.rest.value)) / count
      }),
    ),
  )
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function least<T>(values: readonly T[], of: (value: T) => number): number {
  return Math.min(...values.map(of))
}

/** No share, and no difference of two, lies beyond ±1. */
function withinOne(share: number): number {
  return Math.min(1, Math.max(-1, share))
}
