import { orders } from '../core/subset.js'
import { isSalient } from '../interactions/salience.js'
import type { InteractionKind, Interactions, OrderDistribution } from './types.js'

/**
 * Salient strength by order and sign, of AND, OR or both kinds of interaction:
 * J_pos^(k) = Σ_{|T|=k, |I_T|>τ} max(I_T, 0) and J_neg^(k) = Σ min(I_T, 0). Order 0 is left out.
 * Source: the order distributions of arXiv 2405.10262 and 2407.19198, AND and OR pooled after the merge.
 */
export function orderDistribution(
  interactions: Interactions,
  tau: number,
  kind: InteractionKind = 'all',
): OrderDistribution {
  const { n } = interactions
  const orderOf = orders(n)
  const positive = new Float64Array(n + 1)
  const negative = new Float64Array(n + 1)
  const count = new Float64Array(n + 1)
  const add = (table: Float64Array) => {
    for (let mask = 1; mask < table.length; mask++) {
      const value = table[mask]
      if (!isSalient(value, tau)) continue
      const order = orderOf[mask]
      count[order]++
      if (value > 0) positive[order] += value
      else negative[order] += value
    }
  }
  if (kind !== 'or') add(interactions.and)
  if (kind !== 'and') add(interactions.or)
  return { n, positive, negative, count }
}

/** Mean of the order distributions of several samples; undefined for none. All must share n. */
export function meanOrderDistribution(
  distributions: readonly OrderDistribution[],
): OrderDistribution | undefined {
  if (distributions.length === 0) return undefined
  const { n } = distributions[0]
  const average = (part: 'positive' | 'negative' | 'count') => {
    const total = new Float64Array(n + 1)
    for (const distribution of distributions) {
      for (let order = 1; order <= n; order++) total[order] += distribution[part][order]
    }
    return total.map((sum) => sum / distributions.length)
  }
  return {
    n,
    positive: average('positive'),
    negative: average('negative'),
    count: average('count'),
  }
}
