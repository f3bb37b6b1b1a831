/** How often a planned design would give a right verdict, by simulation; and a warning where that is next to never. */
import { smallestAttainableP } from '../comparison/permutation.js'
import { assumedTruths } from '../comparison/power/assumedShares.js'
import {
  type GridSizes,
  rightVerdicts,
  type SimulationSettings,
  simulatedVerdicts,
} from '../comparison/power/verdictOdds.js'
import type { SimulatedShares } from '../comparison/simulate.js'
import { plannedGrids } from './designWarnings.js'
import type { Plan } from './types.js'

/** Simulated studies of the design under each truth: a rate of one half is known to ±8%. */
const SIMULATED = 40

/** Odds up to which, under each truth, a design is said to decide nothing (our choice): two of the simulated studies. */
const HOPELESS = 0.05

/**
 * Scores of a study up to which it is simulated: for the plan, which takes some seconds, and for a warning before it runs, less than one.
 * Larger ones are seldom in doubt, and `lowlayer power` tells.
 */
const MOST_SCORES = { plan: 20_000, warning: 5_000 } as const

/** What is simulated of a plan. */
interface Simulation {
  readonly sizes: GridSizes
  readonly settings: SimulationSettings
}

interface DesignOdds {
  /** Assumed share of the low layers. */
  readonly low: number
  /** Odds of the right verdict. */
  readonly right: number
}

/** How often the design would be right; undefined where it is no grid, too large, or can never decide (`designWarnings`). */
export function designOdds(plan: Plan): DesignOdds[] | undefined {
  const simulation = simulationOf(plan, MOST_SCORES.plan)
  return (
    simulation &&
    assumedTruths.map((shares) => ({
      low: shares.low,
      right: countRight(simulation, shares) / SIMULATED,
    }))
  )
}

/** Whether a design with these odds will very likely decide nothing. */
export function isHopeless(odds: readonly DesignOdds[]): boolean {
  return odds.every(({ right }) => right <= HOPELESS)
}

/** {@link designOdds} in words. */
export function describeOdds(odds: readonly DesignOdds[]): string {
  const percent = (share: number) => `${Math.round(100 * share)}%`
  const cases = odds.map(
    ({ low, right }) =>
      `${percent(right)} where low layers decide ${low === 0 ? 'nothing' : `${percent(low)} of the scores`}`,
  )
  const told = `odds of a right verdict, by simulation: ${cases.join(', ')}`
  return isHopeless(odds)
    ? `this design will very likely decide nothing (${told}): take more seeds or samples; lowlayer power says which designs would decide`
    : `${told} (lowlayer power has other designs)`
}

/** The warning of a design that will very likely decide nothing; of any other it is known after a few simulated studies. */
export function oddsWarnings(plan: Plan): string[] {
  const simulation = simulationOf(plan, MOST_SCORES.warning)
  if (simulation === undefined) return []
  const odds: DesignOdds[] = []
  for (const shares of assumedTruths) {
    const right = countRight(simulation, shares, HOPELESS * SIMULATED + 1) / SIMULATED
    odds.push({ low: shares.low, right })
    if (!isHopeless(odds)) return []
  }
  return [describeOdds(odds)]
}

function simulationOf(plan: Plan, mostScores: number): Simulation | undefined {
  const sizes = plannedGrids(plan).at(0)?.sizes
  if (sizes === undefined) return undefined
  const { alpha, margin, seed } = plan.config.comparison
  const rows = sizes.lows * (sizes.donors ?? 1)
  if (rows < 2 || sizes.highs < 2 || smallestAttainableP(rows, sizes.highs) >= alpha)
    return undefined
  if (rows * sizes.highs * sizes.orders * sizes.samples > mostScores) return undefined
  return { sizes, settings: { studies: SIMULATED, seed, comparison: { alpha, margin } } }
}

/** Simulated studies whose verdict is right, counted no further than `enough`. */
function countRight(
  { sizes, settings }: Simulation,
  shares: SimulatedShares,
  enough = SIMULATED,
): number {
  const right = rightVerdicts(shares, settings.comparison.margin)
  let count = 0
  for (const verdict of simulatedVerdicts(sizes, shares, settings)) {
    if (right.includes(verdict) && ++count >= enough) break
  }
  return count
}
