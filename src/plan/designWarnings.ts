/** What a planned design can never say, known before anything is trained. */

import { compareGridRanks, gridKey, isMirror } from '../comparison/grid.js'
import { smallestAttainableP } from '../comparison/permutation.js'
import { groupBy } from '../core/groupBy.js'
import { regimeOf } from '../regimes/registry.js'
import type { Side } from '../regimes/types.js'
import type { GridSizes } from './designs.js'
import type { Plan, StudyNetwork } from './types.js'

/** Samples of a set below which overlaps take so few values that they say nothing. */
const FEWEST_IN_SET = 2

/**
 * Sizes of the grids of a plan, in the order in which the comparison takes them for the verdict (crossed `init`, then the
 * largest; mirrors have none): analysed networks with known seeds of one architecture, regime and cut. Low layers of two
 * donors count as two, whatever their seed: where donors cannot be counted by seed, all of them stand as low seeds. Cells may
 * be missing where networks are listed one by one. Repeats are the order seeds beyond the grid's.
 */
export function plannedGrids({ networks, config }: Plan): GridSizes[] {
  const judged = networks.filter(
    (network) =>
      network.role === 'analysed' && network.seeds.low !== undefined && !isMirror(network),
  )
  const distinct = (members: readonly StudyNetwork[], side: 'low' | 'high') =>
    new Set(members.map((network) => `${network.seeds[side]} of ${donorOf(network, side)}`)).size
  const { grid } = config.networks
  const samples = config.analysis.samples.count
  return [...groupBy(judged, gridKey).values()]
    .map((members) => ({
      regime: members[0].regime,
      ...lowRows(distinct(members, 'low'), new Set(members.map(({ seeds }) => seeds.low)).size),
      highs: distinct(members, 'high'),
      orders: grid?.order.length ?? 1,
      repeats: (grid?.repeats ?? 1) - 1,
      samples,
    }))
    .sort((a, b) => compareGridRanks(withRows(a), withRows(b)))
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

/** The network that lent the layers of one side, if any. */
function donorOf(network: StudyNetwork, side: Side): string {
  const { inherits } = network.origin === 'trained' ? network.spec : {}
  return inherits !== undefined && regimeOf(network.regime).side === side ? inherits.network : ''
}

/** Warnings of designs whose verdict must be inconclusive, or whose sets say nothing, each with what would do. */
export function designWarnings(plan: Plan): string[] {
  const { comparison, confusing, analysis } = plan.config
  const main = plannedGrids(plan).map(withRows).at(0)
  const warnings: string[] = []
  if (main !== undefined && main.lows * main.highs > 1) {
    const smallest = smallestAttainableP(main.lows, main.highs)
    if (smallest >= comparison.alpha) {
      warnings.push(
        `a grid of ${main.lows} × ${main.highs} seeds cannot decide anything: its permutation test gives no p below ` +
          `${Number(smallest.toPrecision(2))}, and it takes less than ${comparison.alpha}; ${remedy(main, comparison.alpha)} ` +
          'can (lowlayer power says with what odds)',
      )
    }
  }
  const { set } = confusing
  const isCompared = plan.networks.filter(({ role }) => role === 'analysed').length > 1
  if (isCompared && set.rule === 'top' && set.fraction * analysis.samples.count < FEWEST_IN_SET) {
    const needed = Math.ceil(FEWEST_IN_SET / set.fraction)
    warnings.push(
      `sets of ${Math.max(1, Math.round(set.fraction * analysis.samples.count))} of ${analysis.samples.count} samples ` +
        `overlap all or not at all: analyse at least ${needed} (analysis.samples)`,
    )
  }
  return warnings
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
