/** Sorts the networks of a study into grids of low × high seeds, the unit of all statistics over seeds. */
import { groupBy } from '../core/groupBy.js'
import { mirrorOf } from '../regimes/registry.js'
import type { GridName, NetworkLayers, Seed } from './types.js'

/**
 * Which networks have which low and high seed: `at[l][h]` is the number of the cell with low seed l and high seed h
 * (see {@link Grid.networksOf}), undefined where there is a gap.
 */
export interface GridCells {
  readonly lows: readonly Seed[]
  readonly highs: readonly Seed[]
  readonly at: readonly (readonly (number | undefined)[])[]
}

/** Networks that differ in the order seed alone, and what they have in common. */
interface OrderRepeats {
  readonly low: Seed
  readonly high: Seed
  /** Positions in the list of networks, two or more. */
  readonly networks: readonly number[]
}

/** Networks of one architecture, regime and cut: the unit of the statistics. */
export interface Grid extends GridName {
  /** Positions in the list of networks. */
  readonly members: readonly number[]
  /** Low × high seeds. */
  readonly cells: GridCells
  /**
   * Positions of the networks of each cell: one for every order seed that fills as many cells as any, and the same
   * ones, so that all cells have the same order seeds.
   */
  readonly networksOf: readonly (readonly number[])[]
  readonly orderRepeats: readonly OrderRepeats[]
  /**
   * How many networks are in no cell since their order seeds are not those of all cells, and are more than the repeats of a
   * diagonal that a design has for the share of the order.
   */
  readonly otherOrders: number
}

/** What of a grid, or of a network, says which grid it is. */
export function gridName({ architecture, regime, cut }: GridName): GridName {
  return { architecture, regime, cut }
}

/** `mlp-5, init, cut 2`. */
export function gridLabel({ architecture, regime, cut }: GridName): string {
  return `${architecture}, ${regime}${cut === undefined ? '' : `, cut ${cut}`}`
}

/** One key for all networks of one grid. */
export function gridKey({ architecture, regime, cut }: GridName): string {
  return JSON.stringify([architecture, regime, cut ?? null])
}

/** What of a grid decides whether the verdict is on it. */
interface GridRank {
  readonly regime: string
  readonly lows: number
  readonly highs: number
}

/**
 * The order of grids for the verdict: mirrors last; crossed grids of `init`, the claim's own regime, first, then those of
 * other regimes; then the largest.
 * (Donors multiply the low side of a regime: size alone would take them before `init`.)
 */
export function compareGridRanks(a: GridRank, b: GridRank): number {
  const crosses = ({ lows, highs }: GridRank) => lows > 1 && highs > 1
  const isClaims = (grid: GridRank) => grid.regime === 'init' && crosses(grid)
  return (
    Number(isMirror(a)) - Number(isMirror(b)) ||
    Number(isClaims(b)) - Number(isClaims(a)) ||
    Number(crosses(b)) - Number(crosses(a)) ||
    b.lows * b.highs - a.lows * a.highs
  )
}

/** Whether a grid shares high layers in the place of low ones: no verdict of the claim is given on it. */
export function isMirror({ regime }: Pick<GridName, 'regime'>): boolean {
  return mirrorOf(regime) !== undefined
}

/** The grids of a study, those of equal rank ({@link compareGridRanks}) in order of appearance. */
export function findGrids(networks: readonly NetworkLayers[], usable: ReadonlySet<number>): Grid[] {
  const positions = [...networks.keys()].filter((position) => usable.has(position))
  const groups = groupBy(positions, (position) => gridKey(networks[position]))
  const grids = [...groups.values()].map((members): Grid => {
    return {
      ...gridName(networks[members[0]]),
      members,
      ...cellsOf(networks, members),
      orderRepeats: repeatsOf(networks, members),
    }
  })
  const rankOf = ({ regime, cells }: Grid) => ({
    regime,
    lows: cells.lows.length,
    highs: cells.highs.length,
  })
  return grids.sort((a, b) => compareGridRanks(rankOf(a), rankOf(b)))
}

/** Whether there are two seeds each, without which nothing varies between them. */
export function isCrossed({ lows, highs }: GridCells): boolean {
  return lows.length > 1 && highs.length > 1
}

/** Sets of columns that are followed, those of the largest parts; all there are, but for grids of dozens of lines with many gaps. */
const MOST_SETS = 2 ** 9

/** A part of a grid without gaps. */
interface Part {
  readonly rows: readonly number[]
  /** Its columns, a bit each. */
  readonly columns: bigint
}

/**
 * The largest part without gaps: crossed ones before others, then by cells, then by the shorter side. Columns that are whole in some rows are
 * an intersection of those of each.
 */
export function completeCells(cells: GridCells): GridCells {
  const bits = cells.highs.map((_, column) => 1n << BigInt(column))
  const setOf = (isIn: (column: number) => boolean) =>
    bits.reduce((set, bit, column) => (isIn(column) ? set | bit : set), 0n)
  const whole = cells.at.map((row) => setOf((column) => row[column] !== undefined))
  const partOf = (columns: bigint): Part => ({
    rows: [...whole.keys()].filter((row) => (whole[row] & columns) === columns),
    columns,
  })
  let parts = [partOf(setOf(() => true))]
  for (const row of whole) {
    const known = new Set(parts.map(({ columns }) => columns))
    const met = new Set(parts.map(({ columns }) => columns & row))
    const added = [...met].filter((columns) => !known.has(columns)).map(partOf)
    parts = [...parts, ...added].sort(byCells).slice(0, MOST_SETS)
  }
  const { rows, columns } = parts.sort(byCells)[0]
  const kept = bits.flatMap((bit, column) => ((columns & bit) === 0n ? [] : [column]))
  return {
    lows: rows.map((row) => cells.lows[row]),
    highs: kept.map((column) => cells.highs[column]),
    at: rows.map((row) => kept.map((column) => cells.at[row][column])),
  }
}

/** Larger parts before smaller ones. */
function byCells(one: Part, other: Part): number {
  const [a, b] = [one, other].map(({ rows, columns }) => {
    const width = columns.toString(2).replaceAll('0', '').length
    const shorter = Math.min(rows.length, width)
    return { isCrossed: Number(shorter > 1), count: rows.length * width, shorter }
  })
  return b.isCrossed - a.isCrossed || b.count - a.count || b.shorter - a.shorter
}

/** The cells without some rows. */
export function withoutLows(cells: GridCells, rows: readonly number[]): GridCells {
  return {
    lows: cells.lows.filter((_, row) => !rows.includes(row)),
    highs: cells.highs,
    at: cells.at.filter((_, row) => !rows.includes(row)),
  }
}

/** The cells without some columns. */
export function withoutHighs(cells: GridCells, columns: readonly number[]): GridCells {
  return {
    lows: cells.lows,
    highs: cells.highs.filter((_, column) => !columns.includes(column)),
    at: cells.at.map((row) => row.filter((_, column) => !columns.includes(column))),
  }
}

/** The cells with low and high exchanged. */
export function transposed(cells: GridCells): GridCells {
  return {
    lows: cells.highs,
    highs: cells.lows,
    at: cells.highs.map((_, column) => cells.at.map((row) => row[column])),
  }
}

/** The cells that `keeps` keeps; the others are gaps. */
export function cellsWhere(cells: GridCells, keeps: (cell: number) => boolean): GridCells {
  const at = cells.at.map((row) =>
    row.map((cell) => (cell !== undefined && keeps(cell) ? cell : undefined)),
  )
  return { ...cells, at }
}

function cellsOf(
  networks: readonly NetworkLayers[],
  members: readonly number[],
): Pick<Grid, 'cells' | 'networksOf' | 'otherOrders'> {
  const byOrder = [...groupBy(members, (position) => networks[position].seeds.order).values()].map(
    (group) => firstOfCells(networks, group),
  )
  const best = byOrder.reduce((found, group) => (group.size > found.size ? group : found))
  const balanced = byOrder.filter(
    (group) => group.size === best.size && [...group.keys()].every((key) => best.has(key)),
  )
  const filled = [...best.values()]
  const lows = [...new Set(filled.map((position) => seedOf(networks[position], 'low')))]
  const highs = [...new Set(filled.map((position) => seedOf(networks[position], 'high')))]
  const networksOf: number[][] = []
  const at = lows.map((low) =>
    highs.map((high) => {
      const key = cellKey(low, high)
      if (!best.has(key)) return undefined
      return networksOf.push(balanced.map((group) => group.get(key) as number)) - 1
    }),
  )
  const diagonal = Math.min(lows.length, highs.length)
  const left = byOrder.filter(
    (group) =>
      !balanced.includes(group) &&
      (group.size > diagonal || [...group.keys()].some((key) => !best.has(key))),
  )
  const otherOrders = left.reduce((sum, group) => sum + group.size, 0)
  return { cells: { lows, highs, at }, networksOf, otherOrders }
}

/** The first network of every cell: a second one with the same seeds, order included, tells nothing of a seed. */
function firstOfCells(
  networks: readonly NetworkLayers[],
  positions: readonly number[],
): Map<string, number> {
  const cells = groupBy(positions, (position) => cellKeyOf(networks[position]))
  return new Map([...cells].map(([key, [first]]) => [key, first]))
}

function repeatsOf(networks: readonly NetworkLayers[], members: readonly number[]): OrderRepeats[] {
  const cells = groupBy(members, (position) => cellKeyOf(networks[position]))
  return [...cells.values()].flatMap((group) => {
    const distinct = [...groupBy(group, (one) => networks[one].seeds.order).values()]
    if (distinct.length < 2) return []
    const first = networks[group[0]]
    const seeds = { low: seedOf(first, 'low'), high: seedOf(first, 'high') }
    return [{ ...seeds, networks: distinct.map((sameOrder) => sameOrder[0]) }]
  })
}

function cellKeyOf(network: NetworkLayers): string {
  return cellKey(seedOf(network, 'low'), seedOf(network, 'high'))
}

function cellKey(low: Seed, high: Seed): string {
  return JSON.stringify([low, high])
}

/** What makes layers of a side equal within a grid: their seed and, where one lent them, the network that did. */
function seedOf({ seeds, donor, lent }: NetworkLayers, side: 'low' | 'high'): Seed {
  const seed = seeds[side]
  if (seed === undefined) throw new RangeError('a network without seeds is in no grid')
  return donor === undefined || (lent ?? 'low') !== side ? seed : `${seed} of ${donor}`
}
