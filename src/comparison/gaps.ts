/** Grids in which cells are missing: their shares are of the largest part that has none. */
import type { Grid, GridCells } from './grid.js'

/** A grid, and the part of it without gaps. */
interface GridParts {
  readonly grid: Grid
  readonly complete: GridCells
}

/** `3 × 3`, the shape of a grid. */
export function gridShape({ grid: { cells } }: Pick<GridParts, 'grid'>): string {
  return `${cells.lows.length} × ${cells.highs.length}`
}

/** Which part of a grid its shares are of, where that is not all of it. */
export function usedPart(parts: GridParts): string | undefined {
  const { complete, grid } = parts
  const { lows, highs } = complete
  if (lows.length * highs.length === grid.cells.lows.length * grid.cells.highs.length)
    return undefined
  return `cells are missing: ${lows.length} × ${highs.length} of ${gridShape(parts)} used`
}

/**
 * What is said before a study and beside its verdict of networks that a grid leaves out: for their order seeds, and, where it has
 * shares, for cells that are missing, which tests of the same grid take.
 */
export function gapWarnings(parts: GridParts, where: string, hasShares: boolean): string[] {
  const { complete, grid } = parts
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
    const used = complete.at.flat().flatMap((cell) => grid.networksOf[cell as number]).length
    warnings.push(
      `shares of the variance${where} leave out ${all - used} of ${all} networks (${part}); networks for the missing seeds let all of them count`,
    )
  }
  return warnings
}
