/** How much the mean overlap of confusing sets, corrected for chance, would vary with other samples. */
import type { SampleId } from '../confusing/types.js'
import { variance } from '../metrics/descriptive.js'
import { sharedBy } from './overlap.js'

/** Two confusing sets of one panel, and their expected Jaccard if they were independent. */
export interface SetPair {
  readonly a: ReadonlySet<SampleId>
  readonly b: ReadonlySet<SampleId>
  readonly expected: number | undefined
}

/**
 * Variance of the mean κ_J of several pairs over the choice of samples, by linearisation (the infinitesimal jackknife:
 * what a bootstrap of the panel comes to, without its draws). Sample x moves J = |A∩B|/|A∪B| by
 * (1[x∈A∩B] − J·1[x∈A∪B])/|A∪B|, κ_J by that over 1 − E, the mean by the mean u_x of these; Var = N·Var_x(u).
 * Pairs of empty sets, or without κ, are left out. 0 for no pairs.
 */
export function meanKappaVariance(pairs: Iterable<SetPair>, samples: readonly SampleId[]): number {
  const position = new Map(samples.map((sample, index) => [sample, index]))
  const influence = new Float64Array(samples.length)
  let count = 0
  for (const { a, b, expected } of pairs) {
    if (expected === undefined || expected >= 1) continue
    const shared = sharedBy(a, b)
    const union = a.size + b.size - shared
    if (union === 0) continue
    count++
    const scale = 1 / (union * (1 - expected))
    const jaccard = shared / union
    for (const sample of a) {
      influence[position.get(sample) as number] += scale * (Number(b.has(sample)) - jaccard)
    }
    for (const sample of b) {
      if (!a.has(sample)) influence[position.get(sample) as number] -= scale * jaccard
    }
  }
  if (count === 0) return 0
  return samples.length * (variance(influence.map((value) => value / count)) ?? 0)
}
