/**
 * Transfer of salient interactions between two networks on one sample:
 * γ(Ω₁|Ω₂) = |Ω₁ ∩ Ω₂| / |Ω₁|. Source: sjtu-xai-lab/interaction-concept; counting an interaction by
 * (kind, T, sign) is our reading, without the sign that of arXiv 2401.16318.
 */
import { bitCount } from '../core/subset.js'
import { isSalient } from '../interactions/salience.js'
import type { SignRule } from './agreement.js'
import type { Interactions } from './types.js'

/**
 * Salient interactions of one sample as bits, T of AND and 2^n + T of OR: those that are positive and those that are negative. Every
 * pair of networks of a study is held against each other on every sample, which must cost little.
 */
export interface SalientSet {
  readonly n: number
  /** Shape [2^(n+1)/32], at least 1. */
  readonly positive: Uint32Array
  readonly negative: Uint32Array
  /** Interactions of either sign. */
  readonly size: number
  /** Their share of all that there are. */
  readonly density: number
}

/** The salient interactions, |I_T| > τ, T ≠ ∅. */
export function salientSet({ n, and, or }: Interactions, tau: number): SalientSet {
  const words = Math.max(1, 2 ** (n + 1) / 32)
  const signed = new Uint32Array(2 * words)
  const [positive, negative] = [signed.subarray(0, words), signed.subarray(words)]
  let size = 0
  const add = (table: Float64Array, base: number) => {
    for (let mask = 1; mask < table.length; mask++) {
      if (!isSalient(table[mask], tau)) continue
      const bit = base + mask
      const bits = table[mask] > 0 ? positive : negative
      bits[bit >> 5] |= 1 << (bit & 31)
      size++
    }
  }
  add(and, 0)
  add(or, 2 ** n)
  // After the merge OR holds orders ≥ 2 only: (2^n − 1) AND and (2^n − 1 − n) OR interactions exist.
  const existing = 2 * (2 ** n - 1) - n
  return { n, positive, negative, size, density: existing > 0 ? size / existing : 0 }
}

/** |Ω₁ ∩ Ω₂| by kind, T and sign, and by kind and T alone. */
export function sharedInteractions(
  a: SalientSet,
  b: SalientSet,
): { readonly signed: number; readonly unsigned: number } {
  let signed = 0
  let unsigned = 0
  for (let word = 0; word < a.positive.length; word++) {
    const [up, down] = [a.positive[word], a.negative[word]]
    const [otherUp, otherDown] = [b.positive[word], b.negative[word]]
    const either = (up | down) & (otherUp | otherDown)
    if (either === 0) continue
    unsigned += bitCount(either)
    signed += bitCount((up & otherUp) | (down & otherDown))
  }
  return { signed, unsigned }
}

/** γ(Ω₁|Ω₂) from |Ω₁ ∩ Ω₂|; undefined when Ω₁ is empty. */
export function transferShare(from: SalientSet, shared: number): number | undefined {
  return from.size === 0 ? undefined : shared / from.size
}

/** The expectation of {@link transferShare} if Ω₂ were as many interactions drawn at random, each sign with chance ½. */
export function transferByChance({ density }: SalientSet, sign: SignRule): number {
  return sign === 'same' ? density / 2 : density
}
