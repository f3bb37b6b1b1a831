import { orders } from '../core/subset.js'
import { isSalient } from '../interactions/salience.js'
import type { Interactions } from './types.js'

/**
 * Jaccard similarity of two interaction vectors, Sim(a, b) = ‖min(ã, b̃)‖₁ / ‖max(ã, b̃)‖₁ with
 * ã = [max(a, 0); max(−a, 0)], so that opposite signs share nothing. 1 for equal vectors, ½ for
 * b = 2a, 0 for b = −a; undefined, not 0, when both are zero. Source: `get_overlap` of
 * sjtu-xai-lab/interaction-concept, without its 1e-7.
 */
export function similarity(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  let shared = 0
  let union = 0
  for (let index = 0; index < a.length; index++) {
    const strengthA = Math.abs(a[index])
    const strengthB = Math.abs(b[index])
    if (Math.sign(a[index]) === Math.sign(b[index])) {
      shared += Math.min(strengthA, strengthB)
      union += Math.max(strengthA, strengthB)
    } else {
      union += strengthA + strengthB
    }
  }
  return union > 0 ? shared / union : undefined
}

/** {@link similarity} of each order's vector (AND and OR concatenated), shape [n+1]; order 0 undefined. */
export function similarityByOrder(a: Interactions, b: Interactions): (number | undefined)[] {
  const masksByOrder = masksOfEachOrder(a.n)
  return masksByOrder.map((masks, order) =>
    order === 0 ? undefined : similarity(vectorOf(a, masks), vectorOf(b, masks)),
  )
}

/** The bitmasks of each order 0 … n, in ascending order. */
export function masksOfEachOrder(n: number): readonly Uint32Array[] {
  const lists: number[][] = Array.from({ length: n + 1 }, () => [])
  orders(n).forEach((order, mask) => {
    lists[order].push(mask)
  })
  return lists.map((list) => Uint32Array.from(list))
}

/** The AND then the OR interactions of the given subsets, shape [2 · masks]. */
export function vectorOf({ and, or }: Interactions, masks: Uint32Array): Float64Array {
  const vector = new Float64Array(2 * masks.length)
  masks.forEach((mask, index) => {
    vector[index] = and[mask]
    vector[masks.length + index] = or[mask]
  })
  return vector
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
