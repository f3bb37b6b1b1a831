/**
 * What decides a sample's score: shares of the variance of the standardised ranks (similarity.ts) that belong to
 * the low seed, the high seed, the sample itself, the order of the data and the rest (our choice). All of them are
 * contrasts of mean rank correlations ρ between pairs of networks:
 *
 *     sample = ρ̄(both seeds differ)
 *     low    = ρ̄(same low, other high) − sample          high = ρ̄(same high, other low) − sample
 *     order  = 1 − ρ̄(networks that differ in the order seed alone)
 *     residual = 1 − sample − low − high − order
 *
 * which equal the ANOVA estimators of a two-way random model per sample, averaged over samples. Estimates may be
 * negative and are kept so; they add up to 1. low and high are what a seed decides whatever the rest is, order is all that
 * another order changes at equal weights: it holds what order and weights decide together only, and chance.
 */
import { mean, variance } from '../metrics/descriptive.js'
import type { Seed } from './types.js'

interface VarianceShares {
  readonly low: number
  readonly high: number
  readonly sample: number
  /** low × high interaction and, unless {@link order} is known, the noise of the order of samples. */
  readonly residual: number
  /** Undefined without order repeats. */
  readonly order: number | undefined
}

export type ShareName = keyof VarianceShares

/** Standardised ranks of a complete grid. */
export interface GridScores {
  readonly lows: readonly Seed[]
  readonly highs: readonly Seed[]
  /** `networks[l][h]`: one network for each order seed; shape of each [samples]. */
  readonly networks: readonly (readonly (readonly Float64Array[])[])[]
  /** Networks that differ in the order seed alone, two or more each. */
  readonly repeats: readonly {
    readonly low: Seed
    readonly high: Seed
    readonly scores: readonly Float64Array[]
  }[]
}

/** What each sample adds to the shares, which are the means over samples. Shape of each: [samples]. */
type SampleTerms = Readonly<Record<Exclude<ShareName, 'order'>, Float64Array>> & {
  readonly order: Float64Array | undefined
}

/** Scores of the cells: the mean over their order seeds. */
export function cellMeans({ networks }: GridScores): Float64Array[][] {
  return networks.map((row) => row.map(meanScores))
}

/** Mean over networks, one or more; shape [samples]. */
export function meanScores(scores: readonly Float64Array[]): Float64Array {
  if (scores.length === 1) return scores[0]
  const sum = new Float64Array(scores[0].length)
  for (const one of scores) for (let x = 0; x < sum.length; x++) sum[x] += one[x]
  return sum.map((value) => value / scores.length)
}

/** The shares of a complete grid; undefined below 2 × 2. */
export function varianceShares(scores: GridScores): VarianceShares | undefined {
  const terms = sampleTerms(scores)
  if (terms === undefined) return undefined
  return {
    low: mean(terms.low) as number,
    high: mean(terms.high) as number,
    sample: mean(terms.sample) as number,
    residual: mean(terms.residual) as number,
    order: terms.order && mean(terms.order),
  }
}

/** Mean products of pairs by class, sample by sample, from sums over lines and over all cells. */
export function sampleTerms(scores: GridScores): SampleTerms | undefined {
  const [lows, highs] = [scores.lows.length, scores.highs.length]
  if (lows < 2 || highs < 2) return undefined
  const cells = cellMeans(scores)
  const samples = cells[0][0].length
  const own = ownSquares(scores, samples)
  const order = orderTerms(scores.repeats, samples)
  const terms = {
    low: new Float64Array(samples),
    high: new Float64Array(samples),
    sample: new Float64Array(samples),
    residual: new Float64Array(samples),
  }
  const columns = new Float64Array(highs)
  for (let x = 0; x < samples; x++) {
    columns.fill(0)
    let total = 0
    let squares = 0
    let rowSquares = 0
    for (let l = 0; l < lows; l++) {
      let row = 0
      for (let h = 0; h < highs; h++) {
        const value = cells[l][h][x]
        row += value
        columns[h] += value
        squares += value * value
      }
      total += row
      rowSquares += row * row
    }
    let columnSquares = 0
    for (let h = 0; h < highs; h++) columnSquares += columns[h] * columns[h]
    const sameLow = (rowSquares - squares) / (lows * highs * (highs - 1))
    const sameHigh = (columnSquares - squares) / (lows * highs * (lows - 1))
    const bothDiffer =
      (total * total - rowSquares - columnSquares + squares) /
      (lows * (lows - 1) * highs * (highs - 1))
    terms.sample[x] = samples * bothDiffer
    terms.low[x] = samples * (sameLow - bothDiffer)
    terms.high[x] = samples * (sameHigh - bothDiffer)
    terms.residual[x] = own[x] - terms.sample[x] - terms.low[x] - terms.high[x] - (order?.[x] ?? 0)
  }
  return { ...terms, order }
}

/** Mean over all networks of the squared score, times the number of samples: 1 on average. */
function ownSquares({ networks }: GridScores, samples: number): Float64Array {
  const all = networks.flat(2)
  const squares = new Float64Array(samples)
  for (const scores of all) for (let x = 0; x < samples; x++) squares[x] += scores[x] ** 2
  return squares.map((sum) => (samples * sum) / all.length)
}

/** Pooled variance within the groups of order repeats, for each sample. */
function orderTerms(repeats: GridScores['repeats'], samples: number): Float64Array | undefined {
  if (repeats.length === 0) return undefined
  const degrees = repeats.reduce((sum, { scores }) => sum + scores.length - 1, 0)
  return Float64Array.from({ length: samples }, (_, x) =>
    repeats.reduce((sum, { scores }) => {
      const within = variance(scores.map((one) => one[x])) as number
      return sum + (samples * within * (scores.length - 1)) / degrees
    }, 0),
  )
}
