/** The matrix K = AAᵀ + BBᵀ + wI of the split, factored once a size, and solves with it. */
import { orders } from '../../core/subset.js'
import { andAdjoint, orAdjoint, synthesizeAnd, synthesizeOr } from '../andOr.js'
import { type SchurTransform, schurTransform } from './schur.js'

/** Solves K x = b in place, shape [2^n]. */
export interface NormalMatrix {
  readonly n: number
  readonly transform: SchurTransform
  /** Inverses of the blocks K_j, one a spin by descending j, each [2j+1, 2j+1] row-major. */
  readonly inverses: readonly Float64Array[]
  solve(table: Float64Array): void
}

/**
 * K x where A holds every AND column and B the OR columns of order 2 and above: those of orders 0
 * and 1 equal AND columns and are left out.
 */
export function applyNormalMatrix(table: Float64Array, noiseWeight: number): Float64Array {
  const order = orders(Math.log2(table.length))
  const fromOr = orAdjoint(table)
  for (let mask = 0; mask < table.length; mask++) if (order[mask] < 2) fromOr[mask] = 0
  const product = synthesizeAnd(andAdjoint(table))
  const orPart = synthesizeOr(fromOr)
  for (let mask = 0; mask < table.length; mask++) {
    product[mask] += orPart[mask] + noiseWeight * table[mask]
  }
  return product
}

/** Computes the blocks of K by applying it to one path of each spin, and inverts them. */
export function normalMatrix(n: number, noiseWeight: number): NormalMatrix {
  const transform = schurTransform(n)
  const blocks = transform.basis.levels[n]
  const inverses = blocks.map(({ twoJ, paths, offset }) => {
    const size = twoJ + 1
    const block = new Float64Array(size * size)
    for (let column = 0; column < size; column++) {
      const unit = new Float64Array(2 ** n)
      unit[offset + column * paths] = 1
      transform.backward(unit)
      const image = applyNormalMatrix(unit, noiseWeight)
      transform.forward(image)
      for (let row = 0; row < size; row++) block[row * size + column] = image[offset + row * paths]
    }
    return invertPositiveDefinite(block, size)
  })
  const column = new Float64Array(n + 1)
  const solve = (table: Float64Array) => {
    transform.forward(table)
    for (let index = 0; index < blocks.length; index++) {
      const { twoJ, paths, offset } = blocks[index]
      applyBlock(inverses[index], twoJ + 1, table, offset, paths, column)
    }
    transform.backward(table)
  }
  return { n, transform, inverses, solve }
}

/** Multiplies every path of one spin by the same block, in place. */
function applyBlock(
  block: Float64Array,
  size: number,
  table: Float64Array,
  offset: number,
  paths: number,
  column: Float64Array,
): void {
  for (let path = 0; path < paths; path++) {
    for (let row = 0; row < size; row++) column[row] = table[offset + row * paths + path]
    for (let row = 0; row < size; row++) {
      let sum = 0
      for (let k = 0; k < size; k++) sum += block[row * size + k] * column[k]
      table[offset + row * paths + path] = sum
    }
  }
}

/** Inverse of a symmetric positive definite matrix [size, size] by Gauss–Jordan elimination. */
export function invertPositiveDefinite(matrix: Float64Array, size: number): Float64Array {
  const work = matrix.slice()
  const inverse = new Float64Array(size * size)
  for (let i = 0; i < size; i++) inverse[i * size + i] = 1
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
