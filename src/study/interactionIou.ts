import { mean } from '../metrics/descriptive.js'
import { intersection } from '../metrics/transferability.js'
import type { SalientSets } from './transfer.js'

/**
 * |Ω₁ ∩ Ω₂| / |Ω₁ ∪ Ω₂| of the salient interactions (kind, T, sign) of two networks on one sample, mean over the samples that
 * both have (intersection over union, Jaccard 1912); samples on which neither has any say nothing. Undefined where none says anything.
 */
export function pairIou(a: SalientSets, b: SalientSets): number | undefined {
  return mean(
    [...a.sets].flatMap(([sample, set]) => {
      const other = b.sets.get(sample)
      if (other === undefined || set.size + other.size === 0) return []
      const shared = intersection(set, other)
      return [shared / (set.size + other.size - shared)]
    }),
  )
}
