/**
 * AND and OR interactions of a split u_and + u_or = v (+ q), their synthesis and its adjoints.
 *
 * Notation: tables over all subsets of N = {0, …, n−1}, shape [2^n], index = bitmask. The empty set
 * carries the constant. Universal matching: for every S,
 *   h(S) = I_and(∅) + I_or(∅) + Σ_{∅≠T⊆S} I_and(T) + Σ_{T∩S≠∅} I_or(T) = v(S) + q(S).
 * Source: Theorem 2.1 of arXiv 2502.08625; Zhou et al., "Explaining generalization power of a DNN
 * using interactive concepts" (arXiv 2302.13091).
 */
import { orders } from '../core/subset.js'
import { mobius, zeta, zetaAdjoint } from './mobius.js'

/** A pair of tables over all subsets, one for each kind of interaction; shape [2^n] each. */
export interface AndOrPair {
  readonly and: Float64Array
  readonly or: Float64Array
}

/** I_and(T) = Σ_{L⊆T} (−1)^{|T|−|L|} u(L), the Harsanyi dividends of u. Shape [2^n] → [2^n]. */
export function andInteractions(u: Float64Array): Float64Array {
  const interactions = u.slice()
  mobius(interactions)
  return interactions
}

/**
 * I_or(T) = −Σ_{L⊆T} (−1)^{|T|−|L|} u(N∖L) for T ≠ ∅, and I_or(∅) = u(∅). Shape [2^n] → [2^n].
 */
export function orInteractions(u: Float64Array): Float64Array {
  const interactions = u.slice().reverse()
  mobius(interactions)
  for (let mask = 1; mask < u.length; mask++) interactions[mask] = -interactions[mask]
  interactions[0] = u[0]
  return interactions
}

/** Σ_{T⊆S} I_and(T) for every S: the function that AND interactions make. Shape [2^n] → [2^n]. */
export function synthesizeAnd(and: Float64Array): Float64Array {
  const u = and.slice()
  zeta(u)
  return u
}

/**
 * I_or(∅) + Σ_{T∩S≠∅} I_or(T) for every S: the function that OR interactions make. T misses S
 * exactly when T ⊆ N∖S, so it is the sum of all terms less the subset sum at N∖S.
 */
export function synthesizeOr(or: Float64Array): Float64Array {
  const u = or.slice()
  u[0] = 0
  zeta(u)
  const total = or[0] + u[u.length - 1]
  u.reverse()
  for (let mask = 0; mask < u.length; mask++) u[mask] = total - u[mask]
  return u
}

/** h(S) for every S: what AND and OR interactions make together. */
export function synthesize({ and, or }: AndOrPair): Float64Array {
  const h = synthesizeAnd(and)
  const fromOr = synthesizeOr(or)
  for (let mask = 0; mask < h.length; mask++) h[mask] += fromOr[mask]
  return h
}

/** Adjoint of {@link synthesizeAnd}: (Aᵀλ)(T) = Σ_{S⊇T} λ(S). */
export function andAdjoint(lambda: Float64Array): Float64Array {
  const sums = lambda.slice()
  zetaAdjoint(sums)
  return sums
}

/** Adjoint of {@link synthesizeOr}: (Bᵀλ)(T) = Σ_S λ(S) − Σ_{S⊆N∖T} λ(S), and Σ_S λ(S) at ∅. */
export function orAdjoint(lambda: Float64Array): Float64Array {
  const sums = lambda.slice()
  zeta(sums)
  const total = sums[sums.length - 1]
  sums.reverse()
  for (let mask = 1; mask < sums.length; mask++) sums[mask] = total - sums[mask]
  sums[0] = total
  return sums
}

/**
 * Adds I_or to I_and for orders 0 and 1, where both are the same function of S, and sets I_or to 0
 * there. Never raises Σ|I|. In place. Source: `reorganize_and_or_harsanyi` of the lab's code.
 */
export function mergeLowOrders({ and, or }: AndOrPair): void {
  const order = orders(Math.log2(and.length))
  for (let mask = 0; mask < and.length; mask++) {
    if (order[mask] > 1) continue
    and[mask] += or[mask]
    or[mask] = 0
  }
}

/** Σ|I| over every AND and OR interaction, ∅ included. */
export function l1Norm({ and, or }: AndOrPair): number {
  let sum = 0
  for (let mask = 0; mask < and.length; mask++) sum += Math.abs(and[mask]) + Math.abs(or[mask])
  return sum
}

/** max_S |h(S) − target(S)|: how far the interactions are from universal matching. */
export function matchingError(interactions: AndOrPair, target: Float64Array): number {
  const h = synthesize(interactions)
  let worst = 0
  for (let mask = 0; mask < h.length; mask++) {
    const error = Math.abs(h[mask] - target[mask])
    if (!(error <= worst)) worst = error
  }
  return worst
}
