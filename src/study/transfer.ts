import type { SampleId } from '../confusing/types.js'
import { mean } from '../metrics/descriptive.js'
import { salientSet, transferOfSets } from '../metrics/transferability.js'
import type { SampleAnalysis } from './checkpoint.js'
import { type Decompositions, interactionsOf } from './types.js'

/** Salient interactions of every analysed sample of one network at its last checkpoint. */
export interface SalientSets {
  readonly n: number
  /** By sample. */
  readonly sets: ReadonlyMap<SampleId, ReadonlySet<number>>
}

/** How far the salient interactions of two networks agree on the samples that both have. */
export interface PairTransfer {
  /** Mean over samples and both directions of γ = |Ω₁ ∩ Ω₂| / |Ω₁|. */
  readonly share: number | undefined
  /** Its expectation if the other set were as many interactions drawn at random. */
  readonly chance: number | undefined
}

/** The salient sets of the samples of one checkpoint, under the τ that each was analysed with. */
export function salientSetsOf(
  decompositions: Decompositions,
  samples: readonly SampleAnalysis[],
): SalientSets {
  return {
    n: decompositions.n,
    sets: new Map(
      samples.map(({ row, sample, tau }) => [
        sample,
        salientSet(interactionsOf(decompositions, row), tau),
      ]),
    ),
  }
}

/** Samples without salient interactions in a network say nothing in that direction. */
export function pairTransfer(a: SalientSets, b: SalientSets): PairTransfer {
  const directions = [...a.sets].flatMap(([sample, set]) => {
    const other = b.sets.get(sample)
    if (other === undefined) return []
    return [transferOfSets(set, other, a.n), transferOfSets(other, set, a.n)]
  })
  const known = directions.filter(({ share }) => share !== undefined)
  return {
    share: mean(known.map(({ share }) => share as number)),
    chance: mean(known.map(({ chance }) => chance)),
  }
}
