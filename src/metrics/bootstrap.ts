import type { Generator } from '../core/random.js'
import { quantile } from './descriptive.js'

/**
 * Ends of the percentile bootstrap interval of a mean: `values` are drawn anew with replacement, `draws`
 * times. Undefined for fewer than two values, of which nothing varies.
 */
export function bootstrapMeanInterval(
  values: readonly number[],
  draws: number,
  level: number,
  generator: Generator,
): readonly [low: number, high: number] | undefined {
  const count = values.length
  if (count < 2 || draws < 1) return undefined
  const means = Float64Array.from({ length: draws }, () => {
    let sum = 0
    for (let index = 0; index < count; index++) sum += values[generator.below(count)]
    return sum / count
  })
  const tail = (1 - level) / 2
  return [quantile(means, tail) as number, quantile(means, 1 - tail) as number]
}
