/** The smallest grid that would decide an open study, if its shares are what it found. */
import type { SimulatedShares } from '../simulate.js'
import {
  type GridSizes,
  rightVerdicts,
  type SimulationSettings,
  simulatedVerdicts,
} from './verdictOdds.js'

/** Seeds of a side, of square grids (our choice): beyond them networks cost more than most studies have. */
const sides = [4, 6, 8]
/** Odds of a right verdict that are asked for, as `lowlayer power` does. */
const WANTED = 0.8
/** More samples tell little more of seeds, and take time. */
const MOST_SAMPLES = 60

/** A design and the odds that its verdict is right. */
interface DecidingDesign {
  readonly design: GridSizes
  readonly odds: number
}

/**
 * The smallest square grid, larger than `current`, whose simulated studies of these shares end with a right verdict in
 * 80% or more; undefined where none up to 8 × 8 does, as where the low share lies near the margin.
 */
export function decidingDesign(
  current: GridSizes,
  shares: SimulatedShares,
  settings: SimulationSettings,
): DecidingDesign | undefined {
  const samples = Math.min(current.samples, MOST_SAMPLES)
  for (const side of sides) {
    const { donors = 1 } = current
    if (side <= Math.min(current.lows * donors, current.highs)) continue
    const lows = Math.max(Math.ceil(side / donors), current.lows)
    const highs = Math.max(side, current.highs)
    const odds = oddsIfWanted({ ...current, lows, highs, samples }, shares, settings)
    if (odds !== undefined) return { design: { ...current, lows, highs }, odds }
  }
  return undefined
}

/** Odds of a right verdict; undefined, as soon as that is sure, where they are less than what is asked for. */
function oddsIfWanted(
  design: GridSizes,
  shares: SimulatedShares,
  settings: SimulationSettings,
): number | undefined {
  const right = rightVerdicts(shares, settings.comparison.margin)
  const oddsAfter = (wrong: number) => (settings.studies - wrong) / settings.studies
  let wrong = 0
  for (const verdict of simulatedVerdicts(design, shares, settings)) {
    if (!right.includes(verdict)) wrong++
    if (oddsAfter(wrong) < WANTED) return undefined
  }
  return oddsAfter(wrong)
}

/** What shares add up to, those below 0 as 0: of estimates it may be more than 1. */
export function countedSum({ low, high, sample, order = 0 }: SimulatedShares): number {
  return [low, high, sample, order].reduce((sum, share) => sum + Math.max(0, share), 0)
}

/** Shares that can be simulated: none below 0, and no more than 1 in all, as estimates can be. */
export function simulatedShares(found: SimulatedShares): SimulatedShares {
  const { low, high, sample, order = 0 } = found
  const [lowest, highest, own, orders] = [low, high, sample, order].map((share) =>
    Math.max(0, share),
  )
  const sum = Math.max(1, countedSum(found))
  return { low: lowest / sum, high: highest / sum, sample: own / sum, order: orders / sum }
}
