/**
 * Fast transforms between a set function and its Möbius coefficients, O(n 2^n) and in place.
 *
 * Notation: u is a table over all subsets of N = {0, …, n−1}, shape [2^n], index = bitmask.
 * Zeta (subset sums): u(S) ← Σ_{L⊆S} u(L). Möbius (its inverse): u(S) ← Σ_{L⊆S} (−1)^{|S|−|L|} u(L).
 * The upward variants sum over supersets and are the adjoints (transposes) of the two.
 * Source: Rota, "On the foundations of combinatorial theory I" (1964); Yates's factorisation.
 */

/** A table; those in float32 are of the reference optimiser. */
type Table = Float64Array | Float32Array

/** Adds `sign` times the entry without player i to the entry with it, player by player. */
function accumulateSubsets(u: Table, sign: 1 | -1): void {
  for (let bit = 1; bit < u.length; bit <<= 1) {
    for (let block = 0; block < u.length; block += 2 * bit) {
      for (let mask = block; mask < block + bit; mask++) u[mask + bit] += sign * u[mask]
    }
  }
}

/** Adds `sign` times the entry with player i to the entry without it, player by player. */
function accumulateSupersets(u: Table, sign: 1 | -1): void {
  for (let bit = 1; bit < u.length; bit <<= 1) {
    for (let block = 0; block < u.length; block += 2 * bit) {
      for (let mask = block; mask < block + bit; mask++) u[mask] += sign * u[mask + bit]
    }
  }
}

/** Subset sums, in place: u(S) ← Σ_{L⊆S} u(L). Shape [2^n]. */
export function zeta(u: Table): void {
  accumulateSubsets(u, 1)
}

/** Harsanyi dividends, in place: u(S) ← Σ_{L⊆S} (−1)^{|S|−|L|} u(L). Inverse of {@link zeta}. */
export function mobius(u: Table): void {
  accumulateSubsets(u, -1)
}

/** Superset sums, in place: u(S) ← Σ_{L⊇S} u(L). Adjoint of {@link zeta}. */
export function zetaAdjoint(u: Table): void {
  accumulateSupersets(u, 1)
}

/** Inverse and adjoint, in place: u(S) ← Σ_{L⊇S} (−1)^{|L|−|S|} u(L). Adjoint of {@link mobius}. */
export function mobiusAdjoint(u: Table): void {
  accumulateSupersets(u, -1)
}
