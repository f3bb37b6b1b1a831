/** Tells hard and easy samples by their loss. */
import { rankByScore } from './sets.js'
import type { SampleId } from './types.js'

/** Samples that are hard or easy by their loss between the two phases of training. */
export interface DifficultyGroups {
  readonly hard: readonly SampleId[]
  readonly easy: readonly SampleId[]
}

/**
 * Hard and easy samples: the round(fraction · N) with the highest and the lowest cross-entropy at one
 * checkpoint (our choice; `difficultyCheckpoint` says which). Equal losses are ordered by the hash of the id. The groups never overlap: for tiny N they shrink to ⌊N/2⌋.
 * They are empty where a loss is not known (NaN).
 */
export function difficultyGroups(
  losses: Float64Array,
  ids: readonly SampleId[],
  fraction = 0.1,
): DifficultyGroups {
  if (losses.some(Number.isNaN)) return { hard: [], easy: [] }
  const ranked = rankByScore(losses, ids).map((member) => member.sample)
  const size = Math.min(Math.floor(ids.length / 2), Math.max(1, Math.round(fraction * ids.length)))
  return { hard: ranked.slice(0, size), easy: ranked.slice(ranked.length - size).reverse() }
}
