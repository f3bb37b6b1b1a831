import { BACKGROUND, type Players } from './types.js'

/**
 * Writes masked inputs x_S of consecutive coalitions, first, first + 1, …, into the rows of a buffer
 * [rows, size]. A row is the one before it but for the players that came or went, two on average.
 */
export function maskedRows(
  x: Float32Array,
  baseline: Float32Array,
  { n, map }: Pick<Players, 'n' | 'map'>,
): (rows: Float32Array, first: number) => void {
  const size = x.length
  const cells = Array.from({ length: n }, (): number[] => [])
  for (const [cell, player] of map.entries()) if (player !== BACKGROUND) cells[player].push(cell)

  function place(rows: Float32Array, start: number, player: number, coalition: number): void {
    const source = (coalition >>> player) & 1 ? x : baseline
    for (const cell of cells[player]) rows[start + cell] = source[cell]
  }

  return (rows, first) => {
    rows.set(x)
    for (let player = 0; player < n; player++) place(rows, 0, player, first)
    for (let row = 1; row * size < rows.length; row++) {
      const coalition = first + row
      const changed = coalition ^ (coalition - 1)
      rows.copyWithin(row * size, (row - 1) * size, row * size)
      for (let player = 0; player < n && changed >>> player !== 0; player++) {
        if ((changed >>> player) & 1) place(rows, row * size, player, coalition)
      }
    }
  }
}
