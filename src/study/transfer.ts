import { mean } from '../metrics/descriptive.js'
import { salientSet, transferOfSets } from '../metrics/transferability.js'
import type { NetworkAnalysis } from './network.js'
import { interactionsOf } from './types.js'

/** Salient interactions of every analysed sample of one network at its last checkpoint. */
export interface SalientSets {
  readonly n: number
  readonly sets: readonly ReadonlySet<number>[]
}

/** How far the salient interactions of two networks on the same samples agree. */
export interface PairTransfer {
  /** Mean over samples and both directions of γ = |Ω₁ ∩ Ω₂| / |Ω₁|. */
  readonly share: number | undefined
  /** Its expectation if the other set were as many interactions drawn at random. */
  readonly chance: number | undefined
}

export function salientSetsOf({ checkpoints }: Pick<NetworkAnalysis, 'checkpoints'>): SalientSets {
  const { samples, decompositions } = checkpoints[checkpoints.length - 1]
  return {
    n: decompositions.n,
    sets: samples.map(({ row, tau }) => salientSet(interactionsOf(decompositions, row), tau)),
  }
}

/** Samples without salient interactions in a network say nothing in that direction. */
export function pairTransfer(a: SalientSets, b: SalientSets): PairTransfer {
  const directions = a.sets.flatMap((set, sample) => [
    transferOfSets(set, b.sets[sample], a.n),
    transferOfSets(b.sets[sample], set, a.n),
  ])
  const known = directions.filter(({ share }) => share !== undefined)
  return {
    share: mean(known.map(({ share }) => share as number)),
    chance: mean(known.map(({ chance }) => chance)),
  }
}
