import type { SampleId } from '../confusing/types.js'
import type { SignRule } from '../metrics/agreement.js'
import { mean } from '../metrics/descriptive.js'
import { salientSet, transferOfSets, withoutSign } from '../metrics/transferability.js'
import type { SampleAnalysis } from './checkpoint.js'
import { type Decompositions, interactionsOf } from './types.js'

/** Salient interactions of every analysed sample of one network at its last checkpoint. */
export interface SalientSets {
  readonly n: number
  /** By sample. */
  readonly sets: ReadonlyMap<SampleId, ReadonlySet<number>>
}

/** Agreement by one rule of what counts as the same interaction. */
interface TransferFigures {
  /** Mean over samples and both directions of γ = |Ω₁ ∩ Ω₂| / |Ω₁|. */
  readonly share: number | undefined
  /** Its expectation if the other set were as many interactions drawn at random. */
  readonly chance: number | undefined
}

/** How far the salient interactions of two networks agree on the samples that both have. */
export interface PairTransfer {
  /** By kind, set and sign. */
  readonly signed: TransferFigures
  /** By kind and set. */
  readonly unsigned: TransferFigures
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
  const pairs = [...a.sets].flatMap(([sample, set]) => {
    const other = b.sets.get(sample)
    return other === undefined ? [] : [{ set, other }]
  })
  const unsigned = pairs.map(({ set, other }) => {
    return { set: withoutSign(set), other: withoutSign(other) }
  })
  return { signed: figuresOf(pairs, a.n, 'same'), unsigned: figuresOf(unsigned, a.n, 'ignore') }
}

function figuresOf(
  pairs: readonly { readonly set: ReadonlySet<number>; readonly other: ReadonlySet<number> }[],
  n: number,
  sign: SignRule,
): TransferFigures {
  const directions = pairs.flatMap(({ set, other }) => [
    transferOfSets(set, other, n, sign),
    transferOfSets(other, set, n, sign),
  ])
  const known = directions.filter(({ share }) => share !== undefined)
  return {
    share: mean(known.map(({ share }) => share as number)),
    chance: mean(known.map(({ chance }) => chance)),
  }
}
