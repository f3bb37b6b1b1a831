/**
 * What decides a sample's score: variance shares of low seed, high seed, sample and rest, by a two-way
 * random model per sample (our choice). Scores are ranks within a network, so that no network counts
 * more because its scores spread more.
 */
import type { Generator } from '../core/random.js'
import { midranks, quantile, variance } from '../metrics/descriptive.js'
import type { Estimate } from './types.js'

/** Scores of a complete grid: `cells[l][h]` holds the scores of all samples. */
type ScoreGrid = readonly (readonly Float64Array[])[]

/** Variance components; estimates may be negative and are kept so. */
export interface VarianceComponents {
  readonly low: number
  readonly high: number
  readonly sample: number
  /** low × high interaction and, unless {@link order} is known, the noise of the order of samples. */
  readonly residual: number
  /** Variance between networks that differ in the order seed alone; part of no other component. */
  readonly order: number | undefined
}

export type ComponentName = keyof VarianceComponents

/** Per-sample terms whose means over samples give the components. Shape of each: [samples]. */
interface SampleTerms {
  readonly low: Float64Array
  readonly high: Float64Array
  readonly residual: Float64Array
  readonly mean: Float64Array
  readonly order: Float64Array | undefined
  readonly lows: number
  readonly highs: number
}

/** Ranks of scores, ties averaged, scaled to (0, 1): (rank − ½) / N. */
export function rankNormalised(scores: Float64Array): Float64Array {
  return midranks(scores).map((rank) => (rank - 0.5) / scores.length)
}

/**
 * Components of a complete L × H grid, L, H ≥ 2. Per sample MS_low = H Σ(ȳ_l· − ȳ··)²/(L−1),
 * MS_high = L Σ(ȳ_·h − ȳ··)²/(H−1), MS_res over (L−1)(H−1); σ²_low = (MS_low − MS_res)/H,
 * σ²_high = (MS_high − MS_res)/L, averaged over samples; σ²_sample = Var_x(ȳ··) − σ²_low/L − σ²_high/H −
 * σ²_res/(LH). `orderRepeats` are groups of networks that differ in the order seed alone; their
 * variance is taken out of the residual. Undefined for a smaller grid or fewer than two samples.
 */
export function varianceComponents(
  cells: ScoreGrid,
  orderRepeats: readonly (readonly Float64Array[])[] = [],
): VarianceComponents | undefined {
  const terms = sampleTerms(cells, orderRepeats)
  return terms && componentsOf(terms)
}

/** Components as shares of low + high + sample + residual + order; undefined when that is not positive. */
export function varianceShares(components: VarianceComponents): VarianceComponents | undefined {
  const { low, high, sample, residual, order } = components
  const total = low + high + sample + residual + (order ?? 0)
  if (!(total > 0)) return undefined
  return {
    low: low / total,
    high: high / total,
    sample: sample / total,
    residual: residual / total,
    order: order === undefined ? undefined : order / total,
  }
}

/** Shares with percentile intervals over `draws` bootstrap samples of the panel. */
export function bootstrapShares(
  cells: ScoreGrid,
  orderRepeats: readonly (readonly Float64Array[])[],
  draws: number,
  level: number,
  generator: Generator,
): Partial<Record<ComponentName, Estimate>> | undefined {
  const terms = sampleTerms(cells, orderRepeats)
  const shares = terms && varianceShares(componentsOf(terms))
  if (terms === undefined || shares === undefined) return undefined
  const names = ['low', 'high', 'sample', 'residual', 'order'] as const
  const drawn = names.map(() => [] as number[])
  const samples = terms.mean.length
  const weights = new Float64Array(samples)
  for (let draw = 0; draw < draws; draw++) {
    weights.fill(0)
    for (let index = 0; index < samples; index++) weights[generator.below(samples)]++
    const resampled = varianceShares(componentsOf(terms, weights))
    names.forEach((name, index) => {
      const share = resampled?.[name]
      if (share !== undefined) drawn[index].push(share)
    })
  }
  const tail = (1 - level) / 2
  const estimates: Partial<Record<ComponentName, Estimate>> = {}
  names.forEach((name, index) => {
    const estimate = shares[name]
    if (estimate === undefined) return
    const low = quantile(drawn[index], tail)
    estimates[name] = { estimate, low, high: quantile(drawn[index], 1 - tail) }
  })
  return estimates
}

function sampleTerms(
  cells: ScoreGrid,
  orderRepeats: readonly (readonly Float64Array[])[],
): SampleTerms | undefined {
  const lows = cells.length
  const highs = cells[0]?.length ?? 0
  const samples = cells[0]?.[0]?.length ?? 0
  if (lows < 2 || highs < 2 || samples < 2) return undefined
  const low = new Float64Array(samples)
  const high = new Float64Array(samples)
  const residual = new Float64Array(samples)
  const mean = new Float64Array(samples)
  const rowMeans = new Float64Array(lows)
  const columnMeans = new Float64Array(highs)
  for (let x = 0; x < samples; x++) {
    rowMeans.fill(0)
    columnMeans.fill(0)
    let total = 0
    let squares = 0
    for (let l = 0; l < lows; l++) {
      for (let h = 0; h < highs; h++) {
        const y = cells[l][h][x]
        total += y
        rowMeans[l] += y / highs
        columnMeans[h] += y / lows
      }
    }
    const centre = total / (lows * highs)
    for (let l = 0; l < lows; l++) {
      for (let h = 0; h < highs; h++) {
        squares += (cells[l][h][x] - rowMeans[l] - columnMeans[h] + centre) ** 2
      }
    }
    residual[x] = squares / ((lows - 1) * (highs - 1))
    low[x] = spreadAround(rowMeans, centre) - residual[x] / highs
    high[x] = spreadAround(columnMeans, centre) - residual[x] / lows
    mean[x] = centre
  }
  return { low, high, residual, mean, order: orderTerms(orderRepeats, samples), lows, highs }
}

/** Σ (value − centre)² / (count − 1). */
function spreadAround(values: Float64Array, centre: number): number {
  let squares = 0
  for (const value of values) squares += (value - centre) ** 2
  return squares / (values.length - 1)
}

/** Pooled variance within the groups of order repeats, for each sample. */
function orderTerms(
  groups: readonly (readonly Float64Array[])[],
  samples: number,
): Float64Array | undefined {
  const repeated = groups.filter((group) => group.length > 1)
  if (repeated.length === 0) return undefined
  const degrees = repeated.reduce((sum, group) => sum + group.length - 1, 0)
  return Float64Array.from({ length: samples }, (_, x) =>
    repeated.reduce((sum, group) => {
      const within = variance(group.map((scores) => scores[x])) as number
      return sum + (within * (group.length - 1)) / degrees
    }, 0),
  )
}

/** Components from the terms, each sample counted `weights[x]` times (once by default). */
function componentsOf(terms: SampleTerms, weights?: Float64Array): VarianceComponents {
  const { lows, highs, mean, order } = terms
  const count = mean.length
  const weighted = (values: Float64Array) => {
    let sum = 0
    if (weights === undefined) for (let x = 0; x < count; x++) sum += values[x]
    else for (let x = 0; x < count; x++) sum += weights[x] * values[x]
    return sum / count
  }
  const low = weighted(terms.low)
  const high = weighted(terms.high)
  const residual = weighted(terms.residual)
  const centre = weighted(mean)
  let squares = 0
  for (let x = 0; x < count; x++) squares += (weights?.[x] ?? 1) * (mean[x] - centre) ** 2
  const between = squares / (count - 1)
  const sample = between - low / lows - high / highs - residual / (lows * highs)
  const orderVariance = order && weighted(order)
  return { low, high, sample, residual: residual - (orderVariance ?? 0), order: orderVariance }
}
