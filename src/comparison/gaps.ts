/** Grids in which cells are missing: their shares are of the largest part that has none. */
import { firstNames } from '../core/firstNames.js'
import { type Grid, type GridCells, gridLabel, isCrossed } from './grid.js'
import type { Seed } from './types.js'

/** A grid, and the part of it without gaps. */
interface GridParts {
  readonly grid: Grid
  readonly complete: GridCells
}

/** `3 × 3`, the shape of a grid. */
export function gridShape({ grid: { cells } }: Pick<GridParts, 'grid'>): string {
  return `${cells.lows.length} × ${cells.highs.length}`
}

/** ` with gaps` of a grid that has some, to be said after its shape. */
export function orGaps({ grid: { cells } }: Pick<GridParts, 'grid'>): string {
  return cells.at.flat().includes(undefined) ? ' with gaps' : ''
}

/** Which part of a grid its shares are of, where that is not all of it. */
export function usedPart(parts: GridParts): string | undefined {
  const { complete, grid } = parts
  const { lows, highs } = complete
  if (lows.length * highs.length === grid.cells.lows.length * grid.cells.highs.length)
    return undefined
  const without = [
    linesWithout('low', grid.cells.lows, lows),
    linesWithout('high', grid.cells.highs, highs),
  ].flatMap((line) => line ?? [])
  return `cells are missing: ${lows.length} × ${highs.length} of ${gridShape(parts)} used, without ${without.join(' and ')}`
}

function linesWithout(
  side: 'low' | 'high',
  all: readonly Seed[],
  used: readonly Seed[],
): string | undefined {
  const others = all.filter((seed) => !used.includes(seed))
  if (others.length === 0) return undefined
  return `${side} ${others.length === 1 ? 'seed' : 'seeds'} ${firstNames(others)}`
}

/** Networks of a grid that its shares take: all of the part without gaps, with the repeats of its cells, which the share of the order takes. */
function usedNetworks({ complete, grid }: GridParts): ReadonlySet<number> {
  const cells = complete.at.flat().flatMap((cell) => grid.networksOf[cell as number])
  const repeats = grid.orderRepeats
    .filter(({ low, high }) => complete.lows.includes(low) && complete.highs.includes(high))
    .flatMap(({ networks }) => networks)
  return new Set([...cells, ...repeats])
}

/** What is said of networks that are in no grid with two seeds on both sides, where the study has one: no statistic has them. */
export function uncrossedWarnings(grids: readonly Grid[]): string[] {
  const [main, ...others] = grids
  if (main === undefined || !isCrossed(main.cells)) return []
  return others
    .filter(({ cells }) => !isCrossed(cells))
    .map(
      (grid) =>
        `networks of ${gridLabel(grid)} (${grid.members.length}) are in no grid of two low and two high seeds ` +
        `(${grid.cells.lows.length} × ${grid.cells.highs.length}): they have no effects and no verdict of their own`,
    )
}

/**
 * What is said before a study and beside its verdict of networks that a grid leaves out: for their order seeds, and, where it has
 * shares, for cells that are missing, which tests of the same grid take.
 */
export function gapWarnings(parts: GridParts, where: string, hasShares: boolean): string[] {
  const { grid } = parts
  const warnings: string[] = []
  const all = grid.members.length
  if (grid.otherOrders > 0) {
    warnings.push(
      `the grid of low and high seeds${where} leaves out ${grid.otherOrders} of ${all} networks, whose order seeds are not those of all cells: only ` +
        'networks of the same order seeds, drawn by one tool, are crossed; give all cells the same ones',
    )
  }
  const part = usedPart(parts)
  if (part !== undefined && hasShares) {
    warnings.push(
      `shares of the variance${where} leave out ${all - usedNetworks(parts).size} of ${all} networks (${part}); networks for the missing seeds let all of them count`,
    )
  }
  return warnings
}
