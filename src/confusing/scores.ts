/**
 * How confusing a sample is: in [0, 1], but for the form `strength`. The paper (arXiv 2502.08625) names no formula that
 * could be reached: its first version speaks of complex, mutually offsetting, non-generalizable interactions, its
 * revised one of non-generalizable interactions alone, which `nongeneralizable` measures as its authors define them
 * elsewhere. The other four scores are our choice. A sample without salient interactions scores 0.
 */
import { type Agreement, type AgreementRule, nongeneralizableTotal } from '../metrics/agreement.js'
import { cancellation, highOrderShare, totalStrength } from '../metrics/complexity.js'
import { orderDistribution } from '../metrics/orderDistribution.js'
import type { Interactions, OrderDistribution } from '../metrics/types.js'
import type { OffsetScope, ScoreName } from './types.js'

/**
 * s(x) = Σ_{k=2}^n w_k · 2 min(A_k⁺, A_k⁻) / max(A, τ), w_k = (k − 1)/(n − 1): high only when the
 * strength is of high order *and* cancels. Scope `global` lets different orders cancel too:
 * 2 min(Σ w_k A_k⁺, Σ w_k A_k⁻) / max(A, τ), never below the per-order score. A single AND or OR and an
 * additive function give 0, XOR of two players 1.
 */
export function offsetComplexity(
  distribution: OrderDistribution,
  tau: number,
  scope: OffsetScope,
): number {
  const { n, positive, negative } = distribution
  const scale = Math.max(totalStrength(distribution), tau)
  if (!(scale > 0) || n < 2) return 0
  let perOrder = 0
  let weightedPositive = 0
  let weightedNegative = 0
  for (let order = 2; order <= n; order++) {
    const weight = (order - 1) / (n - 1)
    perOrder += weight * 2 * Math.min(positive[order], -negative[order])
    weightedPositive += weight * positive[order]
    weightedNegative -= weight * negative[order]
  }
  const cancelled =
    scope === 'per-order' ? perOrder : 2 * Math.min(weightedPositive, weightedNegative)
  return Math.min(1, cancelled / scale)
}

/**
 * 1 − Σ_T min(|I_T|, |I_T^ref|)·1[same sign] / Σ_T |I_T| over the salient T ≠ ∅ of both kinds: the
 * share of strength that a reference does not confirm. Reference: a network of the same architecture
 * trained on a disjoint split, or the mean over held-out samples of the class (`meanInteractions`).
 */
export function nongeneralizableMass(
  interactions: Interactions,
  reference: Interactions,
  tau: number,
): number {
  let total = 0
  let confirmed = 0
  for (const kind of ['and', 'or'] as const) {
    const table = interactions[kind]
    const other = reference[kind]
    for (let mask = 1; mask < table.length; mask++) {
      const strength = Math.abs(table[mask])
      if (!(strength > tau)) continue
      total += strength
      if (Math.sign(table[mask]) === Math.sign(other[mask])) {
        confirmed += Math.min(strength, Math.abs(other[mask]))
      }
    }
  }
  return total > 0 ? 1 - confirmed / total : 0
}

/** What counts as generalizable, and whether its lack is told as a share or as an amount. */
interface NongeneralizableRule {
  readonly agree: AgreementRule
  readonly form: 'share' | 'strength'
}

/**
 * Σ |I_T| over the salient T ≠ ∅ of both kinds that are not generalizable (`strength`), or its share of Σ |I_T| over
 * all salient ones (`share`, 0 where nothing is salient). T is generalizable where the references agree that it is
 * salient (`agreementWith`). Source: see there; which of both forms the authors take is not known.
 */
export function nongeneralizable(
  agreement: Agreement,
  { agree, form }: NongeneralizableRule,
): number {
  const { total, nongeneralizable } = nongeneralizableTotal(agreement, agree)
  if (form === 'strength') return nongeneralizable
  return total > 0 ? nongeneralizable / total : 0
}

interface ScoreOptions {
  readonly score: Exclude<ScoreName, 'nongeneralizable'>
  /** Salience threshold τ. */
  readonly tau: number
  /** For `offset-complexity`. */
  readonly offsetScope: OffsetScope
  /** For `nongeneralizable-mass`: interactions of the same sample, or class, elsewhere. */
  readonly reference?: Interactions
}

/**
 * The score of one sample by name; {@link nongeneralizable} stands apart, as its rules share what is found in references.
 * Throws RangeError when `nongeneralizable-mass` lacks its reference.
 */
export function confusingScore(interactions: Interactions, options: ScoreOptions): number {
  const { score, tau, offsetScope, reference } = options
  if (score === 'nongeneralizable-mass') {
    if (reference === undefined) {
      throw new RangeError('the score nongeneralizable-mass needs reference interactions')
    }
    return nongeneralizableMass(interactions, reference, tau)
  }
  const distribution = orderDistribution(interactions, tau)
  if (score === 'offset-complexity') return offsetComplexity(distribution, tau, offsetScope)
  if (score === 'high-order-share') return highOrderShare(distribution) ?? 0
  return cancellation(distribution) ?? 0
}

/**
 * Scores of the phase `delta`: score at the end minus score at the start of the overfitting phase t*,
 * sample by sample ("emerges in the overfitting phase", read literally). Shape [samples].
 */
export function deltaScores(end: Float64Array, start: Float64Array): Float64Array {
  return end.map((score, sample) => score - start[sample])
}
