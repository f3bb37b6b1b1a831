import { BACKGROUND, type Players } from '../types.js'

/**
 * `mask.cells` of a mask, [2n + 1, size]: x on player i (row i), the baseline on player i (row n + i)
 * and x on the background (last row), zeros elsewhere. In rows · cells each cell is a sum with one
 * non-zero term, so that x_S is x or the baseline bit for bit.
 */
export function maskCells(
  x: Float32Array,
  baseline: Float32Array,
  { n, map }: Players,
): Float32Array {
  const size = x.length
  const cells = new Float32Array((2 * n + 1) * size)
  for (let cell = 0; cell < size; cell++) {
    const player = map[cell]
    if (player === BACKGROUND) {
      cells[2 * n * size + cell] = x[cell]
    } else {
      cells[player * size + cell] = x[cell]
      cells[(n + player) * size + cell] = baseline[cell]
    }
  }
  return cells
}
