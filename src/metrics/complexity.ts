/**
 * How complex and how mutually offsetting the interactions of one sample are (all definitions are
 * our choice). Notation: A_k⁺ = J_pos^(k), A_k⁻ = |J_neg^(k)|, A = Σ_k (A_k⁺ + A_k⁻), k = 1 … n.
 * A figure that divides by a strength of 0 does not exist: undefined.
 */
import { orderDistribution } from './orderDistribution.js'
import type { Interactions, OrderDistribution } from './types.js'

/** Total salient strength A = Σ_k (A_k⁺ + A_k⁻). */
export function totalStrength({ n, positive, negative }: OrderDistribution): number {
  let total = 0
  for (let order = 1; order <= n; order++) total += positive[order] - negative[order]
  return total
}

/** Mean order relative to n, c = Σ_k k (A_k⁺ + A_k⁻) / (n A), in (0, 1]. */
function meanOrder(distribution: OrderDistribution): number | undefined {
  const { n, positive, negative } = distribution
  const total = totalStrength(distribution)
  if (!(total > 0)) return undefined
  let weighted = 0
  for (let order = 1; order <= n; order++) weighted += order * (positive[order] - negative[order])
  return weighted / (n * total)
}

/** Share of strength of orders k ≥ ⌈n/2⌉, in [0, 1]. */
export function highOrderShare(distribution: OrderDistribution): number | undefined {
  const { n, positive, negative } = distribution
  const total = totalStrength(distribution)
  if (!(total > 0)) return undefined
  let high = 0
  for (let order = Math.ceil(n / 2); order <= n; order++) high += positive[order] - negative[order]
  return high / total
}

/** Strength that interactions of opposite sign and one order cancel, O = Σ_k 2 min(A_k⁺, A_k⁻) / A. */
function offset(distribution: OrderDistribution): number | undefined {
  const { n, positive, negative } = distribution
  const total = totalStrength(distribution)
  if (!(total > 0)) return undefined
  let cancelled = 0
  for (let order = 1; order <= n; order++) {
    cancelled += 2 * Math.min(positive[order], -negative[order])
  }
  return cancelled / total
}

/** Cancellation over all orders, 1 − |Σ I_T| / Σ |I_T| over the salient T ≠ ∅, in [0, 1]. */
export function cancellation(distribution: OrderDistribution): number | undefined {
  const { n, positive, negative } = distribution
  const total = totalStrength(distribution)
  if (!(total > 0)) return undefined
  let sum = 0
  for (let order = 1; order <= n; order++) sum += positive[order] + negative[order]
  return Math.max(0, 1 - Math.abs(sum) / total)
}

/** Number of salient interactions of orders 1 … n. */
function salientCount({ count }: OrderDistribution): number {
  return count.reduce((sum, value) => sum + value, 0)
}

/** What `samples.csv` says of one sample's interactions. */
export interface Complexity {
  readonly salient: number
  readonly meanOrder: number | undefined
  readonly highOrderShare: number | undefined
  readonly offset: number | undefined
}

/** The {@link Complexity} of one sample's interactions above the threshold τ. */
export function complexity(interactions: Interactions, tau: number): Complexity {
  const distribution = orderDistribution(interactions, tau)
  return {
    salient: salientCount(distribution),
    meanOrder: meanOrder(distribution),
    highOrderShare: highOrderShare(distribution),
    offset: offset(distribution),
  }
}
