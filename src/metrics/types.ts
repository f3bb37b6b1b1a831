/** Types that the metrics of interactions share. */
import type { Decomposition } from '../interactions/types.js'

/** AND and OR interactions of one sample, merged (orders 0 and 1 all under `and`); tables [2^n]. */
export type Interactions = Pick<Decomposition, 'n' | 'and' | 'or'>

/** Which interactions a figure pools: AND, OR, or both. */
export type InteractionKind = 'and' | 'or' | 'all'

/** Salient strength by order. Index k = order; index 0 stays 0, since order 0 is left out. */
export interface OrderDistribution {
  readonly n: number
  /** J_pos^(k) = Σ_{|T|=k, |I_T|>τ} max(I_T, 0), shape [n+1], ≥ 0. */
  readonly positive: Float64Array
  /** J_neg^(k) = Σ_{|T|=k, |I_T|>τ} min(I_T, 0), shape [n+1], ≤ 0. */
  readonly negative: Float64Array
  /** Number of salient interactions of each order, shape [n+1]; a mean over samples may be fractional. */
  readonly count: Float64Array
}
