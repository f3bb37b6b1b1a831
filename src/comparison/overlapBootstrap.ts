import type { SampleId } from '../confusing/types.js'
import type { Generator } from '../core/random.js'
import { mean, variance } from '../metrics/descriptive.js'
import { expectedJaccard } from './hypergeometric.js'
import { kappa } from './overlap.js'

/** Two confusing sets of one panel. */
export type SetPair = readonly [ReadonlySet<SampleId>, ReadonlySet<SampleId>]

/**
 * Variance of the mean κ_J of several pairs over the choice of samples: the panel is drawn anew with
 * replacement, `draws` times, and each sample counts as often as it was drawn; pairs of which no member was drawn are left out of that mean. 0 for no pairs.
 */
export function meanKappaVariance(
  pairs: readonly SetPair[],
  samples: readonly SampleId[],
  draws: number,
  generator: Generator,
): number {
  const position = new Map(samples.map((sample, index) => [sample, index]))
  const positions = (set: Iterable<SampleId>) =>
    Uint32Array.from(set, (sample) => position.get(sample) as number)
  // Many pairs share a set: each is weighed once a draw.
  const sets = [...new Set(pairs.flat())]
  const members = sets.map(positions)
  const indexed = pairs.map(([a, b]) => ({
    a: sets.indexOf(a),
    b: sets.indexOf(b),
    shared: positions([...a].filter((sample) => b.has(sample))),
    expected: expectedJaccard(samples.length, a.size, b.size),
  }))
  const weights = new Uint32Array(samples.length)
  const weightOf = (chosen: Uint32Array) => {
    let sum = 0
    for (const index of chosen) sum += weights[index]
    return sum
  }
  const means: number[] = []
  for (let round = 0; round < draws; round++) {
    weights.fill(0)
    for (let draw = 0; draw < samples.length; draw++) weights[generator.below(samples.length)]++
    const sizes = members.map(weightOf)
    const kappas = indexed.map(({ a, b, shared, expected }) => {
      const common = weightOf(shared)
      const union = sizes[a] + sizes[b] - common
      return union === 0 ? undefined : kappa(common / union, expected)
    })
    const average = mean(kappas.filter((value) => value !== undefined))
    if (average !== undefined) means.push(average)
  }
  return variance(means) ?? 0
}
