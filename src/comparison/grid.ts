import type { NetworkScores, Seed } from './types.js'

/** A crossed design: `cells[l][h]` is the position of the network with low seed l and high seed h. */
export interface Grid {
  readonly lows: readonly Seed[]
  readonly highs: readonly Seed[]
  readonly cells: readonly (readonly (number | undefined)[])[]
}

/** Networks of one architecture, regime and cut: the unit of the statistics. */
export interface Arm {
  readonly architecture: string
  readonly regime: string
  readonly cut: string | number | undefined
  /** Positions in the list of networks. */
  readonly members: readonly number[]
  /** Low × high seeds at the order seed that has most of them. */
  readonly grid: Grid
  /** Networks alike in everything but the order seed; groups of two or more. */
  readonly orderRepeats: readonly (readonly number[])[]
}

/** The arms of a study, largest grid first, then `init` first, then in order of appearance. */
export function findArms(networks: readonly NetworkScores[], usable: ReadonlySet<number>): Arm[] {
  const groups = groupBy(
    networks.map((_, position) => position).filter((position) => usable.has(position)),
    (position) => {
      const { architecture, regime, cut } = networks[position]
      return JSON.stringify([architecture, regime, cut ?? null])
    },
  )
  const arms = groups.map((members) => {
    const { architecture, regime, cut } = networks[members[0]]
    const grid = gridOf(networks, members)
    return { architecture, regime, cut, members, grid, orderRepeats: repeatsOf(networks, members) }
  })
  const size = (arm: Arm) => arm.grid.lows.length * arm.grid.highs.length
  return arms.sort(
    (a, b) => size(b) - size(a) || Number(b.regime === 'init') - Number(a.regime === 'init'),
  )
}

/** The largest part of a grid without holes, by dropping the line with the largest share of holes. */
export function completeGrid(grid: Grid): Grid {
  let complete = grid
  while (complete.lows.length > 0 && complete.highs.length > 0) {
    const holes = complete.cells.map((row) => row.map((cell) => Number(cell === undefined)))
    const rowShares = holes.map((row) => row.reduce((sum, hole) => sum + hole, 0) / row.length)
    const columnShares = complete.highs.map(
      (_, column) => holes.reduce((sum, row) => sum + row[column], 0) / holes.length,
    )
    const worstRow = Math.max(0, ...rowShares)
    const worstColumn = Math.max(0, ...columnShares)
    if (worstRow === 0 && worstColumn === 0) return complete
    complete =
      worstRow >= worstColumn
        ? withoutLow(complete, rowShares.indexOf(worstRow))
        : withoutHigh(complete, columnShares.indexOf(worstColumn))
  }
  return complete
}

/** The grid without one low seed. */
export function withoutLow(grid: Grid, low: number): Grid {
  return {
    lows: grid.lows.filter((_, row) => row !== low),
    highs: grid.highs,
    cells: grid.cells.filter((_, row) => row !== low),
  }
}

/** The grid without one high seed. */
export function withoutHigh(grid: Grid, high: number): Grid {
  return {
    lows: grid.lows,
    highs: grid.highs.filter((_, column) => column !== high),
    cells: grid.cells.map((row) => row.filter((_, column) => column !== high)),
  }
}

/** The grid with low and high exchanged. */
export function transposed(grid: Grid): Grid {
  return {
    lows: grid.highs,
    highs: grid.lows,
    cells: grid.highs.map((_, column) => grid.cells.map((row) => row[column])),
  }
}

function gridOf(networks: readonly NetworkScores[], members: readonly number[]): Grid {
  const byOrder = groupBy(members, (position) => JSON.stringify(networks[position].seeds.order))
  const distinctCells = (group: readonly number[]) =>
    new Set(group.map((position) => cellKey(networks[position]))).size
  const chosen = byOrder.reduce((best, group) =>
    distinctCells(group) > distinctCells(best) ? group : best,
  )
  const lows = [...new Set(chosen.map((position) => lowOf(networks[position])))]
  const highs = [...new Set(chosen.map((position) => highOf(networks[position])))]
  const find = (low: Seed, high: Seed) =>
    chosen.find(
      (position) => lowOf(networks[position]) === low && networks[position].seeds.high === high,
    )
  return { lows, highs, cells: lows.map((low) => highs.map((high) => find(low, high))) }
}

function repeatsOf(networks: readonly NetworkScores[], members: readonly number[]): number[][] {
  return groupBy(members, (position) => cellKey(networks[position]))
    .map((group) =>
      groupBy(group, (position) => JSON.stringify(networks[position].seeds.order)).map(
        (sameOrder) => sameOrder[0],
      ),
    )
    .filter((group) => group.length > 1)
}

function cellKey(network: NetworkScores): string {
  return JSON.stringify([lowOf(network), network.seeds.high])
}

/** What makes low layers within an arm equal: their seed and the network that lent them. */
export function lowOf({ seeds, donor }: NetworkScores): Seed {
  if (seeds.low === undefined) throw new RangeError('a network without seeds is in no grid')
  return donor === undefined ? seeds.low : `${seeds.low} of ${donor}`
}

/** What makes high layers within an arm equal: their seed. */
export function highOf({ seeds }: NetworkScores): Seed {
  if (seeds.high === undefined) throw new RangeError('a network without seeds is in no grid')
  return seeds.high
}

/** Groups in order of first appearance. */
function groupBy(positions: readonly number[], keyOf: (position: number) => string): number[][] {
  const groups = new Map<string, number[]>()
  for (const position of positions) {
    const key = keyOf(position)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [position])
    else group.push(position)
  }
  return [...groups.values()]
}
