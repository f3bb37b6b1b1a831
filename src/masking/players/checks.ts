/** What holds for players of all kinds: few enough, none empty, none overlapping. */
import { InputError } from '../../core/errors.js'
import { MAX_PLAYERS, subsetCount } from '../../core/subset.js'
import { BACKGROUND, type PlayerKind, type Players } from '../types.js'

/** Throws InputError unless 1 ≤ n ≤ 14; says what more players would cost. */
export function checkPlayerCount(n: number): void {
  if (!Number.isInteger(n) || n < 1) {
    throw new InputError(`${n} players: at least one whole player is needed`)
  }
  if (n > MAX_PLAYERS) {
    throw new InputError(
      `${n} players need 2^${n} = ${subsetCount(n).toLocaleString('en')} masked inputs per sample ` +
        `and checkpoint; at most ${MAX_PLAYERS} players ` +
        `(${subsetCount(MAX_PLAYERS).toLocaleString('en')} inputs) are supported: choose fewer, larger ones`,
    )
  }
}

/**
 * Players from their cells: cells[i] lists the cells of player i. Throws InputError when a player
 * has no cell, a cell is outside the tensor, or two players share one.
 */
export function playersFromCells(
  kind: PlayerKind,
  cells: readonly (readonly number[])[],
  names: readonly string[],
  size: number,
  numbers?: readonly number[],
): Players {
  checkPlayerCount(cells.length)
  const map = new Int32Array(size).fill(BACKGROUND)
  for (const [player, owned] of cells.entries()) {
    if (owned.length === 0) throw new InputError(`player ${player} (${names[player]}) has no cell`)
    for (const cell of owned) {
      if (!Number.isInteger(cell) || cell < 0 || cell >= size) {
        throw new InputError(
          `player ${player} (${names[player]}) has cell ${cell}, outside the ${size} cells of a sample`,
        )
      }
      if (map[cell] !== BACKGROUND && map[cell] !== player) {
        throw new InputError(
          `players overlap: cell ${cell} belongs to player ${map[cell]} (${names[map[cell]]}) ` +
            `and to player ${player} (${names[player]})`,
        )
      }
      map[cell] = player
    }
  }
  return { n: cells.length, kind, map, names, ...(numbers === undefined ? {} : { numbers }) }
}
