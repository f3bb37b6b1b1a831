/** How far the salient interactions of two networks agree, sample by sample. */
import type { SampleId } from '../confusing/types.js'
import {
  type SalientSet,
  salientSet,
  sharedInteractions,
  transferByChance,
  transferShare,
} from '../metrics/transferability.js'
import type { SampleAnalysis } from './checkpoint.js'
import { type Decompositions, interactionsOf } from './types.js'

/** Salient interactions of every analysed sample of one network at its last checkpoint. */
export type SalientSets = ReadonlyMap<SampleId, SalientSet>

/** Agreement by one rule of what counts as the same interaction. */
interface TransferFigures {
  /** Mean over samples and both directions of γ = |Ω₁ ∩ Ω₂| / |Ω₁|. */
  readonly share: number | undefined
  /** Its expectation if the other set were as many interactions drawn at random. */
  readonly chance: number | undefined
}

/** How far the salient interactions of two networks agree on the samples that both have. */
export interface PairAgreement {
  /** Transfer by kind, set and sign. */
  readonly signed: TransferFigures
  /** Transfer by kind and set. */
  readonly unsigned: TransferFigures
  /**
   * |Ω₁ ∩ Ω₂| / |Ω₁ ∪ Ω₂| (kind, T, sign), mean over samples (intersection over union, Jaccard 1912); samples on which neither has any
   * say nothing. Undefined where none says anything.
   */
  readonly iou: number | undefined
}

/** The salient sets of the samples of one checkpoint, under the τ that each was analysed with. */
export function salientSetsOf(
  decompositions: Decompositions,
  samples: readonly SampleAnalysis[],
): SalientSets {
  return new Map(
    samples.map(({ row, sample, tau }) => [
      sample,
      salientSet(interactionsOf(decompositions, row), tau),
    ]),
  )
}

/** Samples without salient interactions in a network say nothing in that direction. */
export function pairAgreement(a: SalientSets, b: SalientSets): PairAgreement {
  const signed = new TransferMean('same')
  const unsigned = new TransferMean('ignore')
  let iou = 0
  let samples = 0
  for (const [sample, set] of a) {
    const other = b.get(sample)
    if (other === undefined || set.size + other.size === 0) continue
    const shared = sharedInteractions(set, other)
    signed.add(set, other, shared.signed)
    unsigned.add(set, other, shared.unsigned)
    iou += shared.signed / (set.size + other.size - shared.signed)
    samples++
  }
  return {
    signed: signed.figures,
    unsigned: unsigned.figures,
    iou: samples === 0 ? undefined : iou / samples,
  }
}

/** Mean of γ, and of its expectation, over the samples and directions that have it. */
class TransferMean {
  private share = 0
  private chance = 0
  private count = 0

  constructor(private readonly sign: 'same' | 'ignore') {}

  add(a: SalientSet, b: SalientSet, shared: number): void {
    this.addDirection(a, b, shared)
    this.addDirection(b, a, shared)
  }

  get figures(): TransferFigures {
    const { share, chance, count } = this
    if (count === 0) return { share: undefined, chance: undefined }
    return { share: share / count, chance: chance / count }
  }

  private addDirection(from: SalientSet, to: SalientSet, shared: number): void {
    const share = transferShare(from, shared)
    if (share === undefined) return
    this.share += share
    this.chance += transferByChance(to, this.sign)
    this.count++
  }
}
