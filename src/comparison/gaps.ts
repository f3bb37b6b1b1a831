/** Grids in which cells are missing: their shares are of the largest part that has none. */
import type { GridStatistics } from './gridStatistics.js'

/** `3 × 3`, the shape of a grid. */
export function gridShape({ grid: { cells } }: GridStatistics): string {
  return `${cells.lows.length} × ${cells.highs.length}`
}

/** Which part of a grid its shares are of, where that is not all of it. */
export function usedPart(statistics: GridStatistics): string | undefined {
  const { complete, grid } = statistics
  const { lows, highs } = complete
  if (lows.length * highs.length === grid.cells.lows.length * grid.cells.highs.length)
    return undefined
  return `cells are missing: ${lows.length} × ${highs.length} of ${gridShape(statistics)} used`
}

/** What is said of it beside a verdict: how many networks the shares leave out, which tests of the same grid take. */
export function gapWarning(statistics: GridStatistics, where: string): string[] {
  const part = usedPart(statistics)
  const { complete, grid, shares } = statistics
  if (part === undefined || shares === undefined) return []
  const used = complete.at.flat().flatMap((cell) => grid.networksOf[cell as number]).length
  const all = grid.members.length
  return [
    `shares of the variance${where} leave out ${all - used} of ${all} networks (${part}); networks for the missing seeds let all of them count`,
  ]
}
