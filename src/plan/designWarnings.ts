/** What a planned design can never say, known before anything is trained. */

import { gapWarnings, gridShape, orGaps, uncrossedWarnings } from '../comparison/gaps.js'
import {
  completeCells,
  findGrids,
  type Grid,
  type GridCells,
  gridKey,
  gridLabel,
  isCrossed,
  isMirror,
} from '../comparison/grid.js'
import { smallestAttainableP, smallestPOf } from '../comparison/permutation.js'
import type { GridSizes } from '../comparison/power/verdictOdds.js'
import { hasSeeds } from '../comparison/relation.js'
import type { NetworkLayers } from '../comparison/types.js'
import type { ExperimentConfig } from '../config/schema.js'
import { firstNames } from '../core/firstNames.js'
import { groupBy } from '../core/groupBy.js'
import { misfitWarnings } from './given.js'
import { layersOf } from './layers.js'
import type { Plan } from './types.js'

/** Samples of a set below which overlaps take so few values that they say nothing. */
const FEWEST_IN_SET = 2

/** A grid that is planned, its part without gaps, and the sizes of that part. */
interface PlannedGrid {
  readonly grid: Grid
  readonly complete: GridCells
  readonly sizes: GridSizes
}

/**
 * The grids of a plan, as the comparison will find them and in its order: the first is the verdict's (mirrors have none). Sizes
 * are of the part without gaps, which shares and so verdicts are of. Low layers of two donors count as two, whatever their seed:
 * where donors cannot be counted by seed, all of them stand as low seeds. Repeats are the order seeds beyond the grid's.
 */
export function plannedGrids(plan: Plan): PlannedGrid[] {
  const layers = layersOfMembers(plan)
  const usable = layers.flatMap((one, position) => (hasSeeds(one) ? [position] : []))
  const samples = plan.config.analysis.samples.count
  return findGrids(layers, new Set(usable)).map((grid) => {
    const complete = completeCells(grid.cells)
    const cells = complete.at.flat().map((cell) => grid.networksOf[cell as number])
    const lowSeeds = new Set(cells.map(([first]) => layers[first].seeds.low)).size
    const rows = lowRows(complete.lows.length, lowSeeds)
    const orders = cells[0]?.length ?? 0
    const further = grid.orderRepeats.reduce(
      (sum, { networks }) => sum + networks.length - orders,
      0,
    )
    const highs = complete.highs.length
    const repeats = Math.floor(further / Math.max(1, Math.min(rows.lows, highs)))
    const sizes = { regime: grid.regime, ...rows, highs, orders, repeats, samples }
    return { grid, complete, sizes }
  })
}

/** Those of which a verdict can be given. */
function layersOfMembers({ networks }: Plan): NetworkLayers[] {
  return networks
    .filter((network) => network.role === 'analysed' && !isMirror(network))
    .map(layersOf)
}

/** `rows` low layers of so many seeds, as seeds and donors of each. */
function lowRows(rows: number, seeds: number): { lows: number; donors: number } {
  const donors = rows / seeds
  return Number.isInteger(donors) ? { lows: seeds, donors } : { lows: rows, donors: 1 }
}

/** The sizes with every donor's low layers as a row, which is what tests permute. */
function withRows<Sizes extends GridSizes>(sizes: Sizes): Sizes {
  return { ...sizes, lows: sizes.lows * (sizes.donors ?? 1), donors: 1 }
}

/** Warnings of designs whose verdict must be inconclusive, or whose sets say nothing, each with what would do. */
export function designWarnings(plan: Plan): string[] {
  const { comparison, confusing, analysis } = plan.config
  const grids = plannedGrids(plan)
  const main = grids.map(({ sizes }) => withRows(sizes)).at(0)
  const warnings = [
    ...grids.flatMap((one, index) =>
      gapWarnings(one, index === 0 ? '' : ` in ${gridLabel(one.grid)}`, isCrossed(one.complete)),
    ),
    ...uncrossedWarnings(grids.map(({ grid }) => grid)),
    ...doubleWarnings(plan),
    ...misfitWarnings(plan),
  ]
  if (main !== undefined && main.lows * main.highs > 1) {
    const { alpha } = comparison
    const [{ grid }] = grids
    const smallest = smallestPOf(grid.cells)
    const others = `${remedy(main, alpha)} can (lowlayer power says with what odds)`
    if (smallest >= alpha) {
      warnings.push(
        `a grid of ${gridShape({ grid })} seeds${orGaps({ grid })} cannot decide anything: its permutation test gives no p below ` +
          `${Number(smallest.toPrecision(2))}, and it takes less than ${alpha}; ${others}`,
      )
    } else if (smallestAttainableP(main.lows, main.highs) >= alpha) {
      warnings.push(
        `shares are of the ${main.lows} × ${main.highs} seeds without gaps alone, which bound none, so that nothing can be decided; ${others}`,
      )
    }
  }
  const isCompared = plan.networks.filter(({ role }) => role === 'analysed').length > 1
  if (isCompared) warnings.push(...smallSetWarnings(analysis.samples.count, confusing))
  return warnings
}

/** That the sets of so many samples are too small for overlaps to say something. */
export function smallSetWarnings(
  samples: number,
  { set }: Pick<ExperimentConfig['confusing'], 'set'>,
): string[] {
  if (set.rule !== 'top' || Math.round(set.fraction * samples) >= FEWEST_IN_SET) return []
  const needed = Math.ceil(FEWEST_IN_SET / set.fraction)
  return [
    `sets of 1 of ${samples} samples overlap all or not at all: analyse at least ${needed} (analysis.samples)`,
  ]
}

/** Networks that are said to have the same seeds, order included, though their weights or values are others; and the reverse. */
function doubleWarnings(plan: Plan): string[] {
  const known = layersOfMembers(plan).filter(hasSeeds)
  const sameSeeds = groupBy(known, ({ seeds, donor, ...one }) =>
    JSON.stringify([gridKey(one), seeds.low, seeds.high, seeds.order, donor]),
  )
  const sameBytes = groupBy(known, ({ network }) => network)
  const doubled = [...sameSeeds.values()].filter(
    (group) => distinct(group, ({ network }) => network) > 1,
  )
  const reordered = [...sameBytes.values()].filter(
    (group) => distinct(group, ({ seeds }) => seeds.order) > 1,
  )
  return [
    ...doubled.slice(0, 1).map(([first, ...others]) => {
      const { low, high, order } = plan.networks.find(({ name }) => name === first.name)!.seeds
      return (
        `networks with the same seeds (low ${low}, high ${high}, order ${order}) but other weights: shares of the variance take ` +
        `${quotedNames([first])} and leave out ${quotedNames(others)}${besides(doubled)}; if their training differed in its order, give them other order seeds`
      )
    }),
    ...reordered.slice(0, 1).map((group) => {
      return `${quotedNames(group)} have the same bytes, but other order seeds${besides(reordered)}: what training in another order changes cannot be seen in them`
    }),
  ]
}

/** How many more groups of networks are like the first one, which is told. */
function besides({ length }: readonly unknown[]): string {
  return length === 1 ? '' : ` (and so ${length - 1} more)`
}

function distinct<Item>(items: readonly Item[], of: (item: Item) => unknown): number {
  return new Set(items.map(of)).size
}

function quotedNames(networks: readonly NetworkLayers[]): string {
  return firstNames(networks.map(({ name }) => `"${name}"`))
}

/** The nearest grids whose smallest p is below α: with more high seeds, and square. */
function remedy({ lows, highs }: GridSizes, alpha: number): string {
  const decides = (l: number, h: number) => smallestAttainableP(l, h) < alpha
  let side = Math.max(2, Math.min(lows, highs))
  while (!decides(side, side)) side++
  const square = `${side} × ${side}`
  if (lows < 2) return square
  let longer = Math.max(2, highs)
  while (!decides(lows, longer)) longer++
  return longer === side && lows === side ? square : `${lows} × ${longer} or ${square}`
}
