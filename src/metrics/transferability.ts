/**
 * Transfer of salient interactions between two networks, sample by sample:
 * γ(Ω₁|Ω₂) = |Ω₁ ∩ Ω₂| / |Ω₁|. Source: sjtu-xai-lab/interaction-concept; counting an interaction by
 * (kind, T, sign) is our reading, without the sign that of arXiv 2401.16318.
 */
import { bitCount } from '../core/subset.js'
import { isSalient } from '../interactions/salience.js'
import type { Interactions } from './types.js'

/** The interactions of one sample, and the threshold beyond which they are salient. */
interface SampleInteractions {
  readonly sample: number
  readonly interactions: Interactions
  readonly tau: number
}

/**
 * Salient interactions, |I_T| > τ, T ≠ ∅, of the samples of one network as bits: T of AND and 2^n + T of OR, those that are positive and
 * those that are negative. Every pair of networks of a study is held against each other on every sample, so they lie side by side.
 */
export interface SalientSets {
  /** Each once. */
  readonly samples: readonly number[]
  /** The place of a sample in {@link samples}. */
  readonly placeOf: ReadonlyMap<number, number>
  /** Words of 32 bits that each of the two sets of a sample takes. */
  readonly words: number
  /** Shape [samples, words]. */
  readonly positive: Int32Array
  readonly negative: Int32Array
  /** Interactions of either sign; shape [samples]. */
  readonly sizes: Int32Array
  /** Their share of all that there are; shape [samples]. */
  readonly densities: Float64Array
}

/** {@link SalientSets} of samples of one number of players, each given once. */
export function salientSets(of: readonly SampleInteractions[]): SalientSets {
  const n = of[0]?.interactions.n ?? 0
  const words = Math.max(1, 2 ** (n + 1) / 32)
  const [positive, negative] = [0, 1].map(() => new Int32Array(of.length * words))
  const sizes = new Int32Array(of.length)
  of.forEach(({ interactions: { and, or }, tau }, at) => {
    const add = (table: Float64Array, base: number) => {
      for (let mask = 1; mask < table.length; mask++) {
        if (!isSalient(table[mask], tau)) continue
        const bit = base + mask
        const bits = table[mask] > 0 ? positive : negative
        bits[at * words + (bit >> 5)] |= 1 << (bit & 31)
        sizes[at]++
      }
    }
    add(and, 0)
    add(or, 2 ** n)
  })
  // After the merge OR holds orders ≥ 2 only: (2^n − 1) AND and (2^n − 1 − n) OR interactions exist.
  const existing = Math.max(1, 2 * (2 ** n - 1) - n)
  const samples = of.map(({ sample }) => sample)
  return {
    samples,
    placeOf: new Map(samples.map((sample, at) => [sample, at])),
    words,
    positive,
    negative,
    sizes,
    densities: Float64Array.from(sizes, (size) => size / existing),
  }
}

/** Agreement by one rule of what counts as the same interaction. */
interface TransferFigures {
  /** Mean of γ over samples and both directions; a sample without salient interactions in a network says nothing in that direction. */
  readonly share: number | undefined
  /** Its expectation if the other set were as many interactions drawn at random, each sign with chance ½ where signs count. */
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

/** {@link PairAgreement} of two networks of one number of players. */
export function pairAgreement(a: SalientSets, b: SalientSets): PairAgreement {
  const { words, positive, negative, sizes, densities } = a
  let signedShares = 0
  let unsignedShares = 0
  let chances = 0
  let directions = 0
  let ious = 0
  let samples = 0
  for (let at = 0; at < sizes.length; at++) {
    const sample = a.samples[at]
    // Most networks of a study have the same samples in the same order.
    const other = b.samples[at] === sample ? at : b.placeOf.get(sample)
    if (other === undefined) continue
    const size = sizes[at]
    const otherSize = b.sizes[other]
    if (size + otherSize === 0) continue
    let signed = 0
    let unsigned = 0
    for (let word = 0; word < words; word++) {
      const up = positive[at * words + word]
      const down = negative[at * words + word]
      const otherUp = b.positive[other * words + word]
      const otherDown = b.negative[other * words + word]
      const either = (up | down) & (otherUp | otherDown)
      if (either === 0) continue
      unsigned += bitCount(either)
      signed += bitCount((up & otherUp) | (down & otherDown))
    }
    if (size > 0) {
      signedShares += signed / size
      unsignedShares += unsigned / size
      chances += b.densities[other]
      directions++
    }
    if (otherSize > 0) {
      signedShares += signed / otherSize
      unsignedShares += unsigned / otherSize
      chances += densities[at]
      directions++
    }
    ious += signed / (size + otherSize - signed)
    samples++
  }
  const figures = (shares: number, chance: number): TransferFigures =>
    directions === 0
      ? { share: undefined, chance: undefined }
      : { share: shares / directions, chance: chance / directions }
  return {
    signed: figures(signedShares, chances / 2),
    unsigned: figures(unsignedShares, chances),
    iou: samples === 0 ? undefined : ious / samples,
  }
}
