/** Writes the masked versions of a sample, one after the other, as rows of a batch. */
import { subsetCount } from '../../core/subset.js'
import { BACKGROUND, type Players } from '../types.js'

/** Writes x_S of the coalitions first, first + 1, … into the rows of a buffer [rows, size]. */
type RowWriter = (rows: Float32Array, first: number) => void

/**
 * Masked inputs of samples with the same players. One input is kept, and only the players that come or
 * go from one coalition to the next, two on average, are written into it before it is copied to its row.
 */
export function maskedRows({
  n,
  map,
}: Pick<Players, 'n' | 'map'>): (x: Float32Array, baseline: Float32Array) => RowWriter {
  const cells = cellsOf(n, map)
  return (x, baseline) => {
    const current = x.slice()
    let coalition = subsetCount(n) - 1
    const change = (next: number): void => {
      for (let player = 0; player < n; player++) {
        if (((coalition ^ next) >>> player) % 2 === 0) continue
        const source = (next >>> player) & 1 ? x : baseline
        const own = cells[player]
        for (let index = 0; index < own.length; index++) current[own[index]] = source[own[index]]
      }
      coalition = next
    }
    return (rows, first) => {
      for (let row = 0; row * x.length < rows.length; row++) {
        change(first + row)
        rows.set(current, row * x.length)
      }
    }
  }
}

/** Cells of every player. */
function cellsOf(n: number, map: Int32Array): Int32Array[] {
  const cells = Array.from({ length: n }, (): number[] => [])
  for (const [cell, player] of map.entries()) if (player !== BACKGROUND) cells[player].push(cell)
  return cells.map((own) => Int32Array.from(own))
}
