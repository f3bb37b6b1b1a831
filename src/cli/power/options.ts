/** Options of `lowlayer power` that are more than a word. */

import type { GridSizes } from '../../comparison/power/verdictOdds.js'
import { InputError } from '../../core/errors.js'

/** Low, high and order seeds of a grid. */
type GridOption = Pick<GridSizes, 'lows' | 'highs' | 'orders'>

/** Most seeds of a side: simulating larger grids takes long. */
const MOST_SEEDS = 20

/** Reads `4x4,6x4x2`: low × high, and order seeds of each cell where there are several. Throws InputError on others. */
export function readGrids(text: string): GridOption[] {
  return text.split(',').map((part) => {
    const match = /^(\d+)[x×](\d+)(?:[x×](\d+))?$/.exec(part.trim())
    const [lows, highs, orders] = (match ?? []).slice(1).map((size) => Number(size ?? 1))
    const sizes = [lows, highs, orders]
    if (match !== null && sizes.every((size) => size >= 1 && size <= MOST_SEEDS)) {
      return { lows, highs, orders }
    }
    throw new InputError(
      `--grids ${text}: "${part}" is no grid; write low × high seeds such as 4x4, or 4x4x2 with two order seeds each, ` +
        `up to ${MOST_SEEDS}`,
    )
  })
}

/** Reads numbers between two bounds, separated by commas. Throws InputError on anything else. */
export function readNumbers(
  text: string,
  option: string,
  { least, most, whole = false }: { least: number; most: number; whole?: boolean },
): number[] {
  return text.split(',').map((part) => {
    const value = Number(part)
    const fits = value >= least && value <= most && (!whole || Number.isInteger(value))
    if (part.trim() !== '' && fits) return value
    const noun = whole ? 'whole number' : 'number'
    throw new InputError(`${option} ${text}: "${part}" is no ${noun} from ${least} to ${most}`)
  })
}
