/**
 * The matrix K = AAᵀ + BBᵀ + ωI of the split (notation: certified.ts): its product with a table, and the small matrices that
 * its blocks are made of. A holds every AND column, B the OR columns of order 2 and above (those of
 * orders 0 and 1 equal AND columns and are left out); ω weighs the noise, 0 when there is none.
 */
import { orders } from '../../core/subset.js'
import { andAdjoint, orAdjoint, synthesizeAnd, synthesizeOr } from '../andOr.js'

/** K times a table, (AAᵀ + BBᵀ + ωI) u, in O(n 2^n). Shape [2^n] → [2^n]. */
export function applyNormalMatrix(table: Float64Array, noiseWeight: number): Float64Array {
  const order = orders(Math.log2(table.length))
  const orSums = orAdjoint(table)
  for (let mask = 0; mask < table.length; mask++) if (order[mask] < 2) orSums[mask] = 0
  const product = synthesizeAnd(andAdjoint(table))
  const fromOr = synthesizeOr(orSums)
  for (let mask = 0; mask < table.length; mask++) {
    product[mask] += fromOr[mask] + noiseWeight * table[mask]
  }
  return product
}

/**
 * Inverse of M + shift · I for a symmetric positive definite matrix M, [size, size] row-major, by
 * Gauss–Jordan elimination.
 */
export function invertShifted(matrix: Float64Array, size: number, shift: number): Float64Array {
  const work = matrix.slice()
  const inverse = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    work[i * size + i] += shift
    inverse[i * size + i] = 1
  }
  for (let pivot = 0; pivot < size; pivot++) {
    const scale = 1 / work[pivot * size + pivot]
    for (let k = 0; k < size; k++) {
      work[pivot * size + k] *= scale
      inverse[pivot * size + k] *= scale
    }
    for (let row = 0; row < size; row++) {
      const factor = work[row * size + pivot]
      if (row === pivot || factor === 0) continue
      for (let k = 0; k < size; k++) {
        work[row * size + k] -= factor * work[pivot * size + k]
        inverse[row * size + k] -= factor * inverse[pivot * size + k]
      }
    }
  }
  return inverse
}
