/** Means over pairs and their intervals against the jackknife over the seeds of the grid. */
import { expect, it } from 'vitest'
import { stream } from '../core/random.js'
import type { GridCells } from './grid.js'
import { jackknifeInterval, leaveOut } from './jackknife.js'
import { PairMeans, type PairSeeds } from './pairMeans.js'

interface SeededPair extends PairSeeds {
  readonly value: number
}

function classInterval(pairs: readonly SeededPair[], level: number) {
  const means = new PairMeans()
  for (const pair of pairs) means.add(pair, pair.value)
  return means.interval(level)
}

const seeds = [0, 1, 2, 3]
const grid: GridCells = {
  lows: seeds,
  highs: seeds,
  at: seeds.map((l) => seeds.map((h) => 4 * l + h)),
}

/** Pairs of networks of a grid with equal low and different high seeds, valued at random. */
function sameLowPairs({ lows, at }: GridCells): SeededPair[] {
  const random = stream(0, 'test', 'class interval')
  return lows.flatMap((low, row) =>
    at[row].flatMap((a, first) =>
      at[row].slice(0, first).map((b): SeededPair => {
        const value = random.at(16 * (a as number) + (b as number)).uniform()
        const high = (cell: number | undefined) => (cell as number) % 4
        return { lows: [low, low], highs: [high(a), high(b)], value }
      }),
    ),
  )
}

it('is the jackknife over the seeds of the grid that the contrasts have', () => {
  const meanOf = (part: GridCells) => {
    const values = sameLowPairs(part).map(({ value }) => value)
    return values.reduce((sum, value) => sum + value, 0) / values.length
  }
  const expected = jackknifeInterval(leaveOut(grid, meanOf), 0.95)
  const found = classInterval(sameLowPairs(grid), 0.95)
  for (const end of ['estimate', 'low', 'high'] as const)
    expect(found?.[end]).toBeCloseTo(expected?.[end] as number, 12)
})

it('has no ends for two seeds, and is nothing without pairs', () => {
  const pair: SeededPair = { lows: [0, 0], highs: [0, 1], value: 0.5 }
  expect(classInterval([pair], 0.95)).toEqual({ estimate: 0.5, low: undefined, high: undefined })
  expect(classInterval([], 0.95)).toBeUndefined()
})
