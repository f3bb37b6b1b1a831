/** How alike two sets of interactions are, over all orders and order by order. */
import { getOrMake } from '../core/getOrMake.js'
import { orders } from '../core/subset.js'
import { isSalient } from '../interactions/salience.js'
import type { Interactions } from './types.js'

/**
 * Jaccard similarity of two interaction vectors, Sim(a, b) = ‖min(ã, b̃)‖₁ / ‖max(ã, b̃)‖₁ with
 * ã = [max(a, 0); max(−a, 0)], so that opposite signs share nothing. 1 for equal vectors, ½ for
 * b = 2a, 0 for b = −a; undefined, not 0, when both are zero. Source: `get_overlap` of
 * sjtu-xai-lab/interaction-concept, without its 1e-7.
 */
class Similarity {
  private shared = 0
  private union = 0

  /** Adds an entry of each vector. */
  add(a: number, b: number): void {
    const strengthA = Math.abs(a)
    const strengthB = Math.abs(b)
    if (Math.sign(a) === Math.sign(b)) {
      this.shared += Math.min(strengthA, strengthB)
      this.union += Math.max(strengthA, strengthB)
    } else {
      this.union += strengthA + strengthB
    }
  }

  value(): number | undefined {
    return this.union > 0 ? this.shared / this.union : undefined
  }
}

/**
 * {@link Similarity} of the AND and OR interactions of given sets, each with the one in the same place of the other list.
 * Vectors are not written down: thousands of short arrays would take longer than what is computed of them.
 */
export function similarityOver(
  a: Interactions,
  masksOfA: Uint32Array,
  b: Interactions,
  masksOfB: Uint32Array,
): number | undefined {
  const found = new Similarity()
  for (let index = 0; index < masksOfA.length; index++) {
    found.add(a.and[masksOfA[index]], b.and[masksOfB[index]])
  }
  for (let index = 0; index < masksOfA.length; index++) {
    found.add(a.or[masksOfA[index]], b.or[masksOfB[index]])
  }
  return found.value()
}

/** {@link similarityOver} the sets of each order, shape [n+1]; order 0 undefined. */
export function similarityByOrder(a: Interactions, b: Interactions): (number | undefined)[] {
  return masksOfEachOrder(a.n).map((masks, order) =>
    order === 0 ? undefined : similarityOver(a, masks, b, masks),
  )
}

const masksByPlayers = new Map<number, readonly Uint32Array[]>()

/** The bitmasks of each order 0 … n, in ascending order. Made once for each n: a study asks thousands of times. */
export function masksOfEachOrder(n: number): readonly Uint32Array[] {
  return getOrMake(masksByPlayers, n, () => {
    const lists: number[][] = Array.from({ length: n + 1 }, () => [])
    orders(n).forEach((order, mask) => {
      lists[order].push(mask)
    })
    return lists.map((list) => Uint32Array.from(list))
  })
}

/** The interactions of one sample, of which those of strength ≤ τ are not salient. */
export interface ThresholdedInteractions {
  readonly interactions: Interactions
  readonly tau: number
}

/** Mean interactions of several samples, entries of strength ≤ the sample's τ set to 0 first; undefined for none. */
export function meanInteractions(
  samples: readonly ThresholdedInteractions[],
): Interactions | undefined {
  if (samples.length === 0) return undefined
  const { n } = samples[0].interactions
  const and = new Float64Array(2 ** n)
  const or = new Float64Array(2 ** n)
  const accumulate = (total: Float64Array, table: Float64Array, tau: number) => {
    for (let mask = 0; mask < table.length; mask++) {
      if (isSalient(table[mask], tau)) total[mask] += table[mask] / samples.length
    }
  }
  for (const { interactions, tau } of samples) {
    accumulate(and, interactions.and, tau)
    accumulate(or, interactions.or, tau)
  }
  return { n, and, or }
}
