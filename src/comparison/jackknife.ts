/** Intervals over the choice of seeds, by leaving out one seed at a time. */
import { groupBy } from '../core/groupBy.js'
import { type GridCells, withoutHighs, withoutLows } from './grid.js'
import { studentTQuantile } from './studentT.js'
import type { Estimate, Seed } from './types.js'

/** Fewest low and high seeds for an interval over seeds: one is left out and two must remain. */
export const FEWEST_SEEDS = 3

/** What is found of a grid, and what when one low or one high seed is left out with all that has it. */
interface LeftOut<Found> {
  readonly estimate: Found | undefined
  readonly lows: readonly (Found | undefined)[]
  readonly highs: readonly (Found | undefined)[]
}

/**
 * Interval of a statistic of a grid over the choice of seeds, by leaving out each low seed, then each high seed:
 * Var = (L−1)/L Σ_l (θ₍ₗ₎ − θ̄)² + (H−1)/H Σ_h (θ₍ₕ₎ − θ̄)², the two-factor form of the delete-one
 * jackknife (cf. Owen 2007), and θ ± t · √Var with min(L, H) − 1 degrees of freedom (our choice). The sum counts
 * the noise of single networks twice, so that intervals are wide rather than narrow. `furtherVariance` is added for
 * what seeds do not decide. Undefined without an estimate; ends are undefined for fewer than three seeds, or where
 * leaving one out leaves no statistic.
 */
export function jackknifeInterval(
  { estimate, lows, highs }: LeftOut<number>,
  level: number,
  furtherVariance = 0,
): Estimate | undefined {
  if (estimate === undefined) return undefined
  const fewest = Math.min(lows.length, highs.length)
  const [ofLows, ofHighs] = [varianceOfDeletions(lows), varianceOfDeletions(highs)]
  if (fewest < FEWEST_SEEDS || ofLows === undefined || ofHighs === undefined) {
    return { estimate, low: undefined, high: undefined }
  }
  const reach = studentTQuantile(level, fewest - 1) * Math.sqrt(ofLows + ofHighs + furtherVariance)
  return { estimate, low: estimate - reach, high: estimate + reach }
}

/** The seeds of the lines of a grid, in their order: rows of donors of one low seed, or columns of one high seed, have the same. */
export interface LineSeeds {
  readonly low: readonly (Seed | undefined)[]
  readonly high: readonly (Seed | undefined)[]
}

/** {@link LeftOut} of what is found of cells; a seed is left out with all of its lines. */
export function leaveOut<Found>(
  cells: GridCells,
  statistic: (cells: GridCells) => Found | undefined,
  seeds: LineSeeds = { low: cells.lows, high: cells.highs },
): LeftOut<Found> {
  return {
    estimate: statistic(cells),
    lows: linesOfSeeds(seeds.low).map((rows) => statistic(withoutLows(cells, rows))),
    highs: linesOfSeeds(seeds.high).map((columns) => statistic(withoutHighs(cells, columns))),
  }
}

/** The numbers of the lines of each seed. */
export function linesOfSeeds(seeds: LineSeeds['low']): number[][] {
  return [...groupBy(seeds.keys(), (line) => seeds[line]).values()]
}

/** (count − 1)/count Σ (θ₍ᵢ₎ − θ̄)²; undefined where leaving one out leaves no statistic. */
function varianceOfDeletions(values: readonly (number | undefined)[]): number | undefined {
  const present = values.filter((value) => value !== undefined)
  const count = values.length
  if (present.length < count || count < 2) return undefined
  const centre = present.reduce((sum, value) => sum + value, 0) / count
  return ((count - 1) / count) * present.reduce((sum, value) => sum + (value - centre) ** 2, 0)
}

/** An estimate whose interval ends at the least that its figure can be, and at 1. */
export function endingAt(least: number, found: Estimate | undefined): Estimate | undefined {
  if (found?.low === undefined || found.high === undefined) return found
  return { ...found, low: Math.max(least, found.low), high: Math.min(1, found.high) }
}
