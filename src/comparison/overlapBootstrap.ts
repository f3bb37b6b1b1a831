import type { SampleId } from '../confusing/types.js'
import type { Generator } from '../core/random.js'
import { variance } from '../metrics/descriptive.js'
import { expectedJaccard } from './hypergeometric.js'
import { kappa } from './overlap.js'

/** Two confusing sets of one panel. */
export type SetPair = readonly [ReadonlySet<SampleId>, ReadonlySet<SampleId>]

/**
 * Variance of the mean κ_J of several pairs over the choice of samples: the panel is drawn anew with
 * replacement, `draws` times, and each sample counts as often as it was drawn. 0 for no pairs.
 */
export function meanKappaVariance(
  pairs: readonly SetPair[],
  samples: readonly SampleId[],
  draws: number,
  generator: Generator,
): number {
  const position = new Map(samples.map((sample, index) => [sample, index]))
  const indexed = pairs.map(([a, b]) => {
    const positions = (set: Iterable<SampleId>) =>
      Uint32Array.from(set, (sample) => position.get(sample) as number)
    return {
      a: positions(a),
      b: positions(b),
      shared: positions([...a].filter((sample) => b.has(sample))),
      expected: expectedJaccard(samples.length, a.size, b.size),
    }
  })
  const weights = new Uint32Array(samples.length)
  const weightOf = (members: Uint32Array) => {
    let sum = 0
    for (const member of members) sum += weights[member]
    return sum
  }
  const means = Array.from({ length: draws }, () => {
    weights.fill(0)
    for (let draw = 0; draw < samples.length; draw++) weights[generator.below(samples.length)]++
    let sum = 0
    for (const { a, b, shared, expected } of indexed) {
      const common = weightOf(shared)
      const union = weightOf(a) + weightOf(b) - common
      sum += (union > 0 && kappa(common / union, expected)) || 0
    }
    return indexed.length === 0 ? 0 : sum / indexed.length
  })
  return variance(means) ?? 0
}
