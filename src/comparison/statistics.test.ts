/** The statistics of grids against closed forms, counting and simulation: permutation test, contrasts, jackknife, gaps. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { mean } from '../metrics/descriptive.js'
import { highContrast, lowContrast, meanOverDifferentLows } from './contrasts.js'
import {
  compareGridRanks,
  completeCells,
  findGrids,
  type GridCells,
  transposed,
  withoutHighs,
  withoutLows,
} from './grid.js'
import { expectedJaccard } from './hypergeometric.js'
import { jackknifeInterval, leaveOut } from './jackknife.js'
import { meanKappaVariance } from './kappaVariance.js'
import { overlap } from './overlap.js'
import { overlapRows } from './pairs.js'
import { permutationTest, smallestAttainableP } from './permutation.js'
import { relationOf } from './relation.js'
import { type SimulatedDesign, simulateScores } from './simulate.js'
import { studentTQuantile } from './studentT.js'
import type { NetworkScores } from './types.js'

const design: SimulatedDesign = {
  lows: 3,
  highs: 4,
  orders: 1,
  samples: 60,
  shares: { low: 0.4, high: 0.1, sample: 0 },
}

function simulated(change: Partial<SimulatedDesign>, seed: number) {
  return simulateScores({ ...design, ...change }, stream(seed, 'simulated').at())
}

/** A full grid whose networks are numbered row by row. */
function fullGrid(lows: number, highs: number): GridCells {
  return {
    lows: Array.from({ length: lows }, (_, low) => low),
    highs: Array.from({ length: highs }, (_, high) => high),
    at: Array.from({ length: lows }, (_, low) =>
      Array.from({ length: highs }, (_, high) => low * highs + high),
    ),
  }
}

function withHole(grid: GridCells, low: number, high: number): GridCells {
  const at = grid.at.map((row, l) =>
    row.map((cell, h) => (l === low && h === high ? undefined : cell)),
  )
  return { ...grid, at }
}

/** Symmetric random similarities. */
function randomSimilarity(count: number, seed: number) {
  const generator = stream(seed, 'similarity').at()
  const table = Array.from({ length: count }, () => new Float64Array(count))
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      table[a][b] = generator.uniform()
      table[b][a] = table[a][b]
    }
  }
  return (a: number, b: number) => table[a][b]
}

const permutationsOf3 = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
]

/** T_low of every way to permute the networks of each column of a 3 × 3 grid among its own cells. */
function allContrasts(grid: GridCells, similarity: (a: number, b: number) => number): number[] {
  const contrasts: number[] = []
  const columns = grid.highs.map((_, high) => grid.at.map((row) => row[high]))
  const moves = columns.map((column) =>
    permutationsOf3
      .map((order) => order.map((from) => column[from]))
      .filter((moved) =>
        moved.every((cell, low) => (cell === undefined) === (column[low] === undefined)),
      ),
  )
  for (const a of moves[0]) {
    for (const b of moves[1]) {
      for (const c of moves[2]) {
        const at = grid.lows.map((_, low) => [a[low], b[low], c[low]])
        contrasts.push(lowContrast({ ...grid, at }, similarity) as number)
      }
    }
  }
  return contrasts
}

describe('permutation test', () => {
  const random = stream(0, 'monte carlo')

  it.each([1, 2, 3, 4])('equals brute force over all relabellings (draw %i)', (seed) => {
    const similarity = randomSimilarity(9, seed)
    for (const grid of [fullGrid(3, 3), withHole(fullGrid(3, 3), 1, 2)]) {
      const contrasts = allContrasts(grid, similarity)
      const observed = lowContrast(grid, similarity) as number
      const reached = contrasts.filter((contrast) => contrast >= observed - 1e-12).length
      const test = permutationTest(grid, similarity, 'all', random.at())
      expect(test?.pValue).toBeCloseTo(reached / contrasts.length, 12)
      expect(test?.exact).toBe(true)
    }
  })

  it('has (L!)^(H−1) distinct relabellings', () => {
    const smallest = (lows: number, highs: number) =>
      permutationTest(fullGrid(lows, highs), randomSimilarity(16, 0), 'all', random.at())
        ?.smallestPValue
    for (const [lows, highs] of [
      [2, 2],
      [2, 4],
      [3, 3],
      [4, 4],
    ]) {
      expect(smallestAttainableP(lows, highs)).toBeCloseTo(smallest(lows, highs) as number, 15)
    }
    expect([5, 6].map((highs) => smallestAttainableP(2, highs) < 0.05)).toEqual([false, true])
    expect(smallestAttainableP(3, 2)).toBeGreaterThan(0.05)
    expect(smallestAttainableP(1, 8)).toBe(1)
    expect(smallestAttainableP(4, 1)).toBe(1)
    expect(smallest(2, 2)).toBe(1 / 2)
    expect(smallest(3, 3)).toBe(1 / 36)
    for (const [size, count] of [
      [3, 36],
      [4, 13_824],
    ]) {
      const grid = fullGrid(size, size)
      const test = permutationTest(grid, randomSimilarity(16, 0), 'all', random.at())
      expect(test).toMatchObject({ exact: true, relabellings: count })
    }
    expect(smallest(4, 4)).toBe(1 / 13_824)
    expect(smallest(2, 4)).toBe(1 / 8)
    // 3 · 2 · 1 · 3! of each column, over the 2 permutations of low labels that keep the hole.
    const test = permutationTest(
      withHole(fullGrid(3, 3), 0, 0),
      randomSimilarity(9, 0),
      'all',
      random.at(),
    )
    expect(test?.smallestPValue).toBeCloseTo(1 / ((2 * 6 * 6) / 2), 15)
  })

  it('gives the smallest p-value to a perfect low effect', () => {
    const similarity = (a: number, b: number) => Number(Math.floor(a / 3) === Math.floor(b / 3))
    const grid = fullGrid(3, 3)
    expect(permutationTest(grid, similarity, 'all', random.at())?.pValue).toBe(1 / 36)
    expect(permutationTest(transposed(grid), similarity, 'all', random.at())?.pValue).toBe(1)
  })

  it('agrees with itself by Monte Carlo within a few standard errors', () => {
    const similarity = randomSimilarity(16, 9)
    const exact = permutationTest(fullGrid(4, 4), similarity, 'all', random.at())
    const drawn = permutationTest(fullGrid(4, 4), similarity, 5000, random.at(1))
    expect(drawn).toMatchObject({ exact: false, relabellings: 5000 })
    const error = drawn?.standardError as number
    expect(error).toBeCloseTo(
      Math.sqrt(((exact?.pValue ?? 0) * (1 - (exact?.pValue ?? 0))) / 5000),
      3,
    )
    expect(Math.abs((drawn?.pValue ?? 0) - (exact?.pValue ?? 1))).toBeLessThan(4 * error + 1e-3)
  })

  it('does not exist without both pair classes', () => {
    expect(
      permutationTest(fullGrid(1, 4), randomSimilarity(4, 0), 'all', random.at()),
    ).toBeUndefined()
    expect(
      permutationTest(fullGrid(4, 1), randomSimilarity(4, 0), 'all', random.at()),
    ).toBeUndefined()
  })
})

describe('contrasts', () => {
  it('are differences of means over pair classes', () => {
    const study = simulated({}, 1)
    const rows = [...overlapRows(study, { accuracyTolerance: 0.02 })]
    const index = new Map(study.networks.map((network, position) => [network.network, position]))
    const table = new Map(
      rows.flatMap((row) => {
        const [a, b] = [index.get(row.network_a) as number, index.get(row.network_b) as number]
        return [
          [`${a},${b}`, row.jaccard as number],
          [`${b},${a}`, row.jaccard as number],
        ] as const
      }),
    )
    const similarity = (a: number, b: number) => table.get(`${a},${b}`) as number
    const jaccards = (relation: string) =>
      rows.filter((row) => row.relation === relation).map((row) => row.jaccard as number)
    const jaccard = (relation: string) => mean(jaccards(relation)) as number
    const grid = fullGrid(3, 4)
    expect(jaccards('same-low/diff-high')).toHaveLength(18)
    expect(jaccards('both-diff')).toHaveLength(36)
    const low = jaccard('same-low/diff-high') - jaccard('both-diff')
    const high = jaccard('diff-low/same-high') - jaccard('both-diff')
    expect(lowContrast(grid, similarity)).toBeCloseTo(low, 12)
    expect(highContrast(grid, similarity)).toBeCloseTo(high, 12)
    const different = (12 * jaccard('diff-low/same-high') + 36 * jaccard('both-diff')) / 48
    expect(meanOverDifferentLows(grid, similarity)).toBeCloseTo(different, 12)
  })
})

describe('jackknife over seeds', () => {
  const similarity = randomSimilarity(16, 3)
  const statistic = (part: GridCells) => lowContrast(part, similarity)

  it('is the sum of the two delete-one variances, and of what is added', () => {
    const grid = fullGrid(3, 4)
    const part = (values: number[]) => {
      const centre = values.reduce((sum, value) => sum + value, 0) / values.length
      const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
      return ((values.length - 1) / values.length) * squares
    }
    const variance =
      part([0, 1, 2].map((low) => statistic(withoutLows(grid, [low])) as number)) +
      part([0, 1, 2, 3].map((high) => statistic(withoutHighs(grid, [high])) as number))
    const interval = jackknifeInterval(leaveOut(grid, statistic), 0.95, 0.01)
    // scipy.stats.t.ppf(0.975, 2) = 4.302652729749462.
    const reach = 4.302652729749462 * Math.sqrt(variance + 0.01)
    expect(interval?.high).toBeCloseTo((interval?.estimate ?? 0) + reach, 8)
    expect(interval?.low).toBeCloseTo((interval?.estimate ?? 0) - reach, 8)
  })

  it('has no interval for two seeds, and nothing for one', () => {
    const two = jackknifeInterval(leaveOut(fullGrid(2, 4), statistic), 0.95)
    expect(two?.estimate).toBeDefined()
    expect(two?.low).toBeUndefined()
    expect(jackknifeInterval(leaveOut(fullGrid(1, 4), statistic), 0.95)).toBeUndefined()
  })

  it('uses the quantiles of scipy.stats.t', () => {
    const expected = [
      [1, 12.706204736174694],
      [2, 4.302652729749462],
      [3, 3.1824463052837078],
      [8, 2.306004135204166],
      [15, 2.131449545559776],
    ]
    for (const [degrees, quantile] of expected) {
      expect(studentTQuantile(0.95, degrees)).toBeCloseTo(quantile, 7)
    }
  })
})

describe('variance of the mean κ over samples', () => {
  const samples = Array.from({ length: 200 }, (_, index) => index)
  const range = (from: number, to: number) => new Set(samples.slice(from, to))
  const pairOf = (a: Set<number>, b: Set<number>) => {
    const expected = expectedJaccard(200, a.size, b.size)
    return { a, b, expected }
  }

  it('is 0 for equal sets and for none', () => {
    expect(meanKappaVariance([pairOf(range(0, 3), range(0, 3))], samples)).toBeLessThan(1e-12)
    expect(meanKappaVariance([], samples)).toBe(0)
    expect(meanKappaVariance([pairOf(new Set(), new Set())], samples)).toBe(0)
  })

  it('is p(1 − p) over the size of the union for one pair', () => {
    // Two sets of 40 that share 20 of 200: a third of the union of 60 is shared.
    const pair = pairOf(range(0, 40), range(20, 60))
    const exact = ((1 / 3) * (2 / 3)) / 60 / (1 - (pair.expected as number)) ** 2
    expect(meanKappaVariance([pair], samples) / ((exact * 200) / 199)).toBeCloseTo(1, 12)
  })

  it('is about the spread over panels drawn anew', () => {
    const pairs = [
      pairOf(range(0, 40), range(20, 60)),
      pairOf(range(0, 40), range(30, 80)),
      pairOf(range(20, 60), range(30, 80)),
    ]
    const generator = stream(0, 'panels').at()
    const means = Array.from({ length: 3000 }, () => {
      const drawn = samples.map(() => generator.below(200))
      // A sample that was drawn twice is two samples.
      const within = (set: ReadonlySet<number>) =>
        new Set(drawn.flatMap((sample, index) => (set.has(sample) ? [index] : [])))
      const kappas = pairs.map(({ a, b, expected }) => {
        const { jaccard } = overlap(within(a), within(b), 200)
        return ((jaccard as number) - (expected as number)) / (1 - (expected as number))
      })
      return mean(kappas) as number
    })
    const centre = mean(means) as number
    const spread = mean(means.map((value) => (value - centre) ** 2)) as number
    expect(meanKappaVariance(pairs, samples) / spread).toBeGreaterThan(0.85)
    expect(meanKappaVariance(pairs, samples) / spread).toBeLessThan(1.15)
  })
})

describe('pair classes', () => {
  const network = (
    changes: Partial<NetworkScores>,
    low = 0,
    high = 0,
    order = 0,
  ): NetworkScores => ({
    network: 'n',
    architecture: 'lenet',
    regime: 'init',
    lowShapes: 'fc1 2×3',
    seeds: { low, high, order },
    score: new Float64Array(0),
    set: [],
    ...changes,
  })
  const base = network({ lowShapes: 'fc1 2×3' })

  it.each([
    ['identical', network({})],
    ['order-only', network({}, 0, 0, 1)],
    ['same-low/diff-high', network({}, 0, 1)],
    ['same-low/diff-high+order', network({}, 0, 1, 1)],
    ['diff-low/same-high', network({}, 1, 0)],
    ['both-diff', network({}, 1, 1)],
    ['same-low/diff-arch', network({ architecture: 'lenet-wide' })],
    ['diff-low/diff-arch', network({ architecture: 'lenet-wide' }, 1)],
    ['both-diff+regime', network({ regime: 'trained-frozen' }, 1, 1)],
    // Seeds of low and high are those of other layers at another cut.
    ['identical', network({ cut: 3 })],
    ['different-cut', network({ network: 'm', cut: 3 })],
    ['different-cut', network({ network: 'm', cut: 3 }, 1, 1)],
    ['different-cut+regime', network({ network: 'm', cut: 3, regime: 'trained-frozen' })],
    ['different-cut', network({ network: 'm', architecture: 'other', cut: 3 })],
    ['same-low/diff-arch', network({ architecture: 'other', lowShapes: 'fc1 2×3' })],
    ['diff-low/diff-arch', network({ architecture: 'other', lowShapes: 'conv1 2×3' })],
    // Equal seeds of layers of other shapes, or, across architectures, of shapes that nobody knows.
    ['both-diff', network({ lowShapes: 'fc1 4×3' }, 0, 1)],
    ['same-low/diff-high', network({ lowShapes: '' }, 0, 1)],
    ['diff-low/diff-arch', network({ architecture: 'other', lowShapes: '' })],
    ['both-diff', network({ donor: 'another' }, 0, 1)],
    ['same-low/diff-high+regime', network({ donor: 'another', regime: 'trained-frozen' }, 0, 1)],
  ])('%s', (relation, other) => {
    expect(relationOf(base, other)).toBe(relation)
    expect(relationOf(other, base)).toBe(relation)
  })
})

describe('grids', () => {
  it('are judged crossed ones first, and those of init before others', () => {
    const init = { regime: 'init', lows: 5, highs: 1 }
    const frozen = { regime: 'trained-frozen', lows: 2, highs: 2 }
    const crossed = { regime: 'init', lows: 2, highs: 2 }
    const mirror = { regime: 'frozen-random-high', lows: 9, highs: 9 }
    const order = [mirror, init, frozen, crossed].sort(compareGridRanks)
    expect(order).toEqual([crossed, frozen, init, mirror])
  })

  it('lose as little as possible to gaps', () => {
    const grid = withHole(withHole(fullGrid(4, 3), 2, 0), 2, 1)
    expect(completeCells(grid).lows).toEqual([0, 1, 3])
    expect(completeCells(grid).highs).toEqual([0, 1, 2])
    expect(completeCells(fullGrid(2, 3)).at).toEqual(fullGrid(2, 3).at)
    const empty = { lows: [0], highs: [0], at: [[undefined]] }
    expect(completeCells(empty).at.flat()).toEqual([])
  })

  it('lose fewer cells than any other choice of lines would, and stay crossed where they can', () => {
    const subsets = (count: number) =>
      Array.from({ length: 2 ** count }, (_, bits) =>
        Array.from({ length: count }, (_, at) => at).filter((at) => (bits >> at) & 1),
      )
    const grids = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
      .chain(([lows, highs]) =>
        fc.array(fc.array(fc.boolean(), { minLength: highs, maxLength: highs }), {
          minLength: lows,
          maxLength: lows,
        }),
      )
    fc.assert(
      fc.property(grids, (isThere) => {
        const [lows, highs] = [isThere.length, isThere[0].length]
        let holed = fullGrid(lows, highs)
        for (const [row, cells] of isThere.entries()) {
          for (const [column, there] of cells.entries()) {
            if (!there) holed = withHole(holed, row, column)
          }
        }
        const found = completeCells(holed)
        const at = (found.lows as number[]).map((low) =>
          (found.highs as number[]).map((high) => holed.at[low][high]),
        )
        expect(found.at).toEqual(at)
        expect(at.flat()).not.toContain(undefined)
        const sizes = subsets(lows).flatMap((rows) =>
          subsets(highs)
            .filter((columns) => rows.every((row) => columns.every((at) => isThere[row][at])))
            .map((columns) => [rows.length, columns.length]),
        )
        const crossed = sizes.filter(([a, b]) => a > 1 && b > 1)
        const most = Math.max(...(crossed.length > 0 ? crossed : sizes).map(([a, b]) => a * b))
        expect(found.lows.length * found.highs.length).toBe(most)
        expect(found.lows.length > 1 && found.highs.length > 1).toBe(crossed.length > 0)
      }),
    )
  })

  it('tell heirs of different networks apart, though the seeds of their low layers agree', () => {
    const { networks } = simulated({ lows: 1, highs: 3, samples: 20 }, 0)
    const heirs = ['a@9', 'b@9'].flatMap((donor) => networks.map((one) => ({ ...one, donor })))
    const [{ cells, networksOf, orderRepeats }] = findGrids(heirs, new Set(Array(6).keys()))
    expect(cells.at.map((row) => row.map((cell) => networksOf[cell as number]))).toEqual([
      [[0], [1], [2]],
      [[3], [4], [5]],
    ])
    expect(orderRepeats).toEqual([])
  })

  it('take the order seed with most cells, and put the largest grid first', () => {
    const { networks } = simulated({ lows: 2, highs: 3, samples: 20, repeats: 1 }, 0)
    const other = networks.map((one) => ({ ...one, regime: 'trained-frozen' }))
    const grids = findGrids([...other, ...networks], new Set(Array(16).keys()))
    expect(grids.map((grid) => grid.regime)).toEqual(['init', 'trained-frozen'])
    expect(grids[1].networksOf).toEqual([[0], [2], [3], [4], [5], [7]])
    expect(grids[1].orderRepeats).toEqual([
      { low: 0, high: 0, networks: [0, 1] },
      { low: 1, high: 1, networks: [5, 6] },
    ])
  })

  it('count the networks that they leave out for their order seeds, but for repeats of the diagonal', () => {
    const leftOut = (networks: readonly NetworkScores[]) =>
      findGrids(networks, new Set(networks.keys()))[0].otherOrders
    const twoOrders = simulated({ lows: 3, highs: 3, orders: 2, samples: 20 }, 0).networks
    expect(leftOut(twoOrders)).toBe(0)
    // One cell lacks one order: the eight others of that order are in no cell.
    expect(leftOut(twoOrders.slice(0, -1))).toBe(8)
    const diagonal = simulated({ lows: 3, highs: 3, samples: 20, repeats: 1 }, 0).networks
    expect(leftOut(diagonal)).toBe(0)
    const single = diagonal.slice(0, 4).map((one, order) => ({
      ...one,
      seeds: { low: order >> 1, high: order & 1, order },
    }))
    expect(leftOut(single)).toBe(3)
  })

  it('take all order seeds that fill the same cells', () => {
    const { networks } = simulated({ lows: 2, highs: 2, orders: 3, samples: 20 }, 0)
    const of = (positions: Iterable<number>) => findGrids(networks, new Set(positions))[0]
    expect(of(networks.keys()).networksOf).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
      [9, 10, 11],
    ])
    // Without its network of the last cell an order seed is left out of all cells.
    const holed = of([...networks.keys()].filter((position) => position !== 10))
    expect(holed.networksOf).toEqual([
      [0, 2],
      [3, 5],
      [6, 8],
      [9, 11],
    ])
  })
})
