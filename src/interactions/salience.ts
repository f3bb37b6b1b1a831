/**
 * Which interactions count as salient: |I(T)| > τ. The rules differ in where τ comes from.
 */
import type { Decomposition } from './types.js'

/**
 * - `mean-output`: τ = factor · mean over samples of |v(N) − v(∅)|, one τ for a network at a
 *   checkpoint. Default, factor 0.03. Source: generalizable-interaction, `plot_by_order.py`.
 * - `max`: τ = factor · max_T |I(T)| of the sample, T ≠ ∅. Source: interaction-concept
 *   (0.05; 0.1 for transfer).
 * - `absolute`: τ = threshold, in units of v. Our choice, for thresholds that hold across checkpoints.
 * - `all`: every interaction other than 0 (τ = 0).
 */
export type SalienceRule =
  | { readonly rule: 'mean-output'; readonly factor: number }
  | { readonly rule: 'max'; readonly factor: number }
  | { readonly rule: 'absolute'; readonly threshold: number }
  | { readonly rule: 'all' }

/** The lab's rule of the two-phase papers: τ = 0.03 · mean |v(N) − v(∅)|. */
export const defaultSalience = { rule: 'mean-output', factor: 0.03 } as const satisfies SalienceRule

/** |v(N) − v(∅)| of one value table, shape [2^n]: the range that noise and τ are fractions of. */
export function outputRange(values: Float64Array): number {
  return Math.abs(values[values.length - 1] - values[0])
}

/** Mean of |v(N) − v(∅)| over value tables; 0 for none. */
export function meanOutputRange(tables: readonly Float64Array[]): number {
  if (tables.length === 0) return 0
  return tables.reduce((sum, values) => sum + outputRange(values), 0) / tables.length
}

/** max |I(T)| over AND and OR interactions of order 1 and above. */
function strongest({ and, or }: Pick<Decomposition, 'and' | 'or'>): number {
  let most = 0
  for (let mask = 1; mask < and.length; mask++) {
    most = Math.max(most, Math.abs(and[mask]), Math.abs(or[mask]))
  }
  return most
}

/**
 * τ of one sample.
 * @param meanRange mean |v(N) − v(∅)| over the analysed samples of the same network and checkpoint
 */
export function salienceThreshold(
  rule: SalienceRule,
  interactions: Pick<Decomposition, 'and' | 'or'>,
  meanRange: number,
): number {
  switch (rule.rule) {
    case 'mean-output':
      return rule.factor * meanRange
    case 'max':
      return rule.factor * strongest(interactions)
    case 'absolute':
      return rule.threshold
    case 'all':
      return 0
  }
}

/** Whether an interaction is salient at threshold τ: |I| > τ. */
export function isSalient(value: number, threshold: number): boolean {
  return Math.abs(value) > threshold
}

/** Number of salient interactions of order 1 and above, AND and OR pooled. */
export function countSalient(
  { and, or }: Pick<Decomposition, 'and' | 'or'>,
  threshold: number,
): number {
  let count = 0
  for (let mask = 1; mask < and.length; mask++) {
    count += Number(isSalient(and[mask], threshold)) + Number(isSalient(or[mask], threshold))
  }
  return count
}
