import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { mean } from '../metrics/descriptive.js'
import { simulatedStudy } from '../testing/simulatedStudy.js'
import {
  contrastDifference,
  highContrast,
  lowContrast,
  meanOverDifferentLows,
} from './contrasts.js'
import { completeGrid, findArms, type Grid, transposed, withoutHigh, withoutLow } from './grid.js'
import { jackknifeOverSeeds } from './jackknife.js'
import { meanKappaVariance } from './overlapBootstrap.js'
import { overlapRows } from './pairs.js'
import { permutationTest, smallestAttainableP } from './permutation.js'
import { relationOf } from './relation.js'
import { studentTQuantile } from './studentT.js'
import type { NetworkScores } from './types.js'
import { bootstrapShares, rankNormalised, varianceComponents, varianceShares } from './variance.js'

/** A full grid whose networks are numbered row by row. */
function fullGrid(lows: number, highs: number): Grid {
  return {
    lows: Array.from({ length: lows }, (_, low) => low),
    highs: Array.from({ length: highs }, (_, high) => high),
    cells: Array.from({ length: lows }, (_, low) =>
      Array.from({ length: highs }, (_, high) => low * highs + high),
    ),
  }
}

function withHole(grid: Grid, low: number, high: number): Grid {
  const cells = grid.cells.map((row, l) =>
    row.map((cell, h) => (l === low && h === high ? undefined : cell)),
  )
  return { ...grid, cells }
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
function allContrasts(grid: Grid, similarity: (a: number, b: number) => number): number[] {
  const contrasts: number[] = []
  const columns = grid.highs.map((_, high) => grid.cells.map((row) => row[high]))
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
        const cells = grid.lows.map((_, low) => [a[low], b[low], c[low]])
        contrasts.push(lowContrast({ ...grid, cells }, similarity) as number)
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
    const study = simulatedStudy(
      { low: 1, high: 0.5, interaction: 1 },
      { lows: 3, highs: 4, samples: 60 },
      1,
    )
    const rows = overlapRows(study, { accuracyTolerance: 0.02 })
    const index = new Map(study.networks.map((network, position) => [network.network, position]))
    const table = new Map(
      rows.flatMap((row) => {
        const [a, b] = [index.get(row.a) as number, index.get(row.b) as number]
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
    expect(contrastDifference(grid, similarity)).toBeCloseTo(low - high, 12)
    const different = (12 * jaccard('diff-low/same-high') + 36 * jaccard('both-diff')) / 48
    expect(meanOverDifferentLows(grid, similarity)).toBeCloseTo(different, 12)
  })
})

describe('jackknife over seeds', () => {
  it('is the sum of the two delete-one variances', () => {
    const similarity = randomSimilarity(12, 3)
    const grid = fullGrid(3, 4)
    const statistic = (part: Grid) => lowContrast(part, similarity)
    const part = (values: number[]) => {
      const centre = values.reduce((sum, value) => sum + value, 0) / values.length
      const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
      return ((values.length - 1) / values.length) * squares
    }
    const variance =
      part([0, 1, 2].map((low) => statistic(withoutLow(grid, low)) as number)) +
      part([0, 1, 2, 3].map((high) => statistic(withoutHigh(grid, high)) as number))
    const interval = jackknifeOverSeeds(grid, statistic, 0.95)
    // scipy.stats.t.ppf(0.975, 11) = 2.200985160082949.
    const reach = 2.200985160082949 * Math.sqrt(variance)
    expect(interval?.high).toBeCloseTo((interval?.estimate ?? 0) + reach, 8)
    expect(interval?.low).toBeCloseTo((interval?.estimate ?? 0) - reach, 8)
  })

  it('has no interval for two seeds, and nothing for one', () => {
    const similarity = randomSimilarity(16, 3)
    const statistic = (part: Grid) => lowContrast(part, similarity)
    const two = jackknifeOverSeeds(fullGrid(2, 4), statistic, 0.95)
    expect(two?.estimate).toBeDefined()
    expect(two?.low).toBeUndefined()
    expect(jackknifeOverSeeds(fullGrid(1, 4), statistic, 0.95)).toBeUndefined()
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

describe('variance components', () => {
  /** y[l][h][x] = ((l·H·N + h·N + x) · 7919 mod 101) / 10, L = 3, H = 4, N = 5. */
  const fixed = [0, 1, 2].map((l) =>
    [0, 1, 2, 3].map((h) =>
      Float64Array.from({ length: 5 }, (_, x) => (((l * 20 + h * 5 + x) * 7919) % 101) / 10),
    ),
  )

  it('agree with the mean squares computed in numpy', () => {
    const components = varianceComponents(fixed)
    expect(components?.low).toBeCloseTo(4.1165, 12)
    expect(components?.high).toBeCloseTo(-0.051999999999999644, 12)
    expect(components?.residual).toBeCloseTo(1.7001666666666666, 12)
    expect(components?.sample).toBeCloseTo(4.053333333333332, 12)
    expect(components?.order).toBeUndefined()
  })

  it('recover a simulated truth: low 1, high .09, residual .49, sample .25', () => {
    const effects = { low: 1, high: 0.3, interaction: 0.7, sample: 0.5 }
    const study = simulatedStudy(effects, { lows: 4, highs: 4, samples: 4000 }, 11)
    const cells = fullGrid(4, 4).cells.map((row) =>
      row.map((cell) => study.networks[cell as number].score),
    )
    const components = varianceComponents(cells)
    expect(Math.abs((components?.low ?? 0) - 1)).toBeLessThan(0.05)
    expect(Math.abs((components?.high ?? 0) - 0.09)).toBeLessThan(0.02)
    expect(Math.abs((components?.residual ?? 0) / 0.49 - 1)).toBeLessThan(0.05)
    expect(Math.abs((components?.sample ?? 0) - 0.25)).toBeLessThan(0.03)
  })

  it('tell the order of samples from the interaction by repeats', () => {
    const effects = { low: 1, interaction: 0.5, order: 0.6 }
    const design = { lows: 4, highs: 4, samples: 4000, orderRepeats: 2 }
    const { networks } = simulatedStudy(effects, design, 2)
    const arm = findArms(networks, new Set(networks.keys()))[0]
    const scores = (positions: readonly (number | undefined)[]) =>
      positions.map((position) => networks[position as number].score)
    expect(arm.orderRepeats.map((group) => group.length)).toEqual([3, 3, 3, 3])
    const components = varianceComponents(arm.grid.cells.map(scores), arm.orderRepeats.map(scores))
    expect(Math.abs((components?.order ?? 0) / 0.36 - 1)).toBeLessThan(0.05)
    expect(Math.abs((components?.residual ?? 0) - 0.25)).toBeLessThan(0.03)
    const shares = components && varianceShares(components)
    const sum = Object.values(shares ?? {}).reduce((total, share) => total + (share ?? 0), 0)
    expect(sum).toBeCloseTo(1, 12)
  })

  it('have bootstrap intervals as wide as the spread over fresh panels', () => {
    const effects = { low: 1, high: 0.3, interaction: 0.7, sample: 0.5 }
    const cellsOf = (seed: number) => {
      const { networks } = simulatedStudy(effects, { lows: 3, highs: 3, samples: 150 }, seed)
      return fullGrid(3, 3).cells.map((row) => row.map((cell) => networks[cell as number].score))
    }
    const fresh = Array.from({ length: 150 }, (_, seed) => {
      const components = varianceComponents(cellsOf(seed))
      return components && varianceShares(components)?.low
    }).map((share) => share as number)
    const centre = fresh.reduce((sum, share) => sum + share, 0) / fresh.length
    const spread = Math.sqrt(fresh.reduce((sum, share) => sum + (share - centre) ** 2, 0) / 149)
    const widths = Array.from({ length: 10 }, (_, seed) => {
      const shares = bootstrapShares(cellsOf(seed), [], 400, 0.95, stream(seed, 'bootstrap').at())
      expect(shares?.low?.low).toBeLessThan(shares?.low?.estimate ?? 0)
      return ((shares?.low?.high ?? 0) - (shares?.low?.low ?? 0)) / (2 * 1.96)
    })
    const width = widths.reduce((sum, value) => sum + value, 0) / widths.length
    expect(width / spread).toBeGreaterThan(0.8)
    expect(width / spread).toBeLessThan(1.25)
  })

  it('do not exist for one seed, and have no shares when nothing varies', () => {
    expect(varianceComponents([fixed[0]])).toBeUndefined()
    expect(varianceComponents([])).toBeUndefined()
    const flat = [0, 1].map(() => [0, 1].map(() => new Float64Array(5)))
    const components = varianceComponents(flat)
    expect(components && varianceShares(components)).toBeUndefined()
    expect(bootstrapShares(flat, [], 10, 0.95, stream(0, 'flat').at())).toBeUndefined()
  })

  it('are taken on ranks', () => {
    expect([...rankNormalised(Float64Array.of(5, -2, 5, 100))]).toEqual([0.5, 0.125, 0.5, 0.875])
  })
})

describe('bootstrap of κ over samples', () => {
  it('is 0 for equal sets and about the spread over fresh panels for random ones', () => {
    const samples = Array.from({ length: 200 }, (_, index) => index)
    const same = new Set([1, 2, 3])
    expect(meanKappaVariance([[same, same]], samples, 200, stream(0, 'same').at())).toBeLessThan(
      1e-12,
    )
    expect(meanKappaVariance([], samples, 20, stream(0, 'none').at())).toBe(0)
    // Two sets of 40 that share 20 of 200: with p = 1/3 of the union of 60 shared, Var J ≈ p(1 − p)/60.
    const range = (from: number, to: number) => new Set(samples.slice(from, to))
    const found = meanKappaVariance(
      [[range(0, 40), range(20, 60)]],
      samples,
      4000,
      stream(1, 'two').at(),
    )
    const expected = ((1 / 3) * (2 / 3) * (1 / 60)) / (1 - 0.1123) ** 2
    expect(found / expected).toBeGreaterThan(0.85)
    expect(found / expected).toBeLessThan(1.2)
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
    ['same-low/diff-arch', network({ architecture: 'other', lowShapes: 'fc1 2×3' })],
    ['diff-low/diff-arch', network({ architecture: 'other', lowShapes: 'conv1 2×3' })],
    ['both-diff', network({ donor: 'another' }, 0, 1)],
    ['same-low/diff-high+regime', network({ donor: 'another', regime: 'trained-frozen' }, 0, 1)],
  ])('%s', (relation, other) => {
    expect(relationOf(base, other)).toBe(relation)
    expect(relationOf(other, base)).toBe(relation)
  })
})

describe('grids', () => {
  it('lose as little as possible to holes', () => {
    const grid = withHole(withHole(fullGrid(4, 3), 2, 0), 2, 1)
    expect(completeGrid(grid).lows).toEqual([0, 1, 3])
    expect(completeGrid(grid).highs).toEqual([0, 1, 2])
    expect(completeGrid(fullGrid(2, 3)).cells).toEqual(fullGrid(2, 3).cells)
    const empty = { lows: [0], highs: [0], cells: [[undefined]] }
    expect(completeGrid(empty).cells.flat()).toEqual([])
  })

  it('tell heirs of different networks apart, though the seeds of their low layers agree', () => {
    const { networks } = simulatedStudy({ low: 1 }, { lows: 1, highs: 3, samples: 20 }, 0)
    const heirs = ['a@9', 'b@9'].flatMap((donor) => networks.map((one) => ({ ...one, donor })))
    const [{ grid, orderRepeats }] = findArms(heirs, new Set(Array(6).keys()))
    expect(grid.cells).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
    expect(orderRepeats).toEqual([])
  })

  it('take the order seed with most cells, and put the largest arm first', () => {
    const { networks } = simulatedStudy(
      { low: 1 },
      { lows: 2, highs: 3, samples: 20, orderRepeats: 1 },
      0,
    )
    const other = networks.map((one) => ({ ...one, regime: 'trained-frozen' }))
    const arms = findArms([...other, ...networks], new Set(Array(16).keys()))
    expect(arms.map((arm) => arm.regime)).toEqual(['init', 'trained-frozen'])
    expect(arms[1].grid.cells).toEqual([
      [0, 2, 3],
      [4, 5, 7],
    ])
    expect(arms[1].orderRepeats).toEqual([
      [0, 1],
      [5, 6],
    ])
  })
})
