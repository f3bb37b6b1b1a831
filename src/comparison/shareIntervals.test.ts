/** Shares of variance against plain sums over pairs, and how often their intervals cover the true share. */
import { describe, expect, it } from 'vitest'
import { type Generator, stream } from '../core/random.js'
import { mean, scalarProduct, spearman, variance } from '../metrics/descriptive.js'
import { drawChiSquare } from './chiSquare.js'
import { compareScores } from './compare.js'
import { gridMeanSquares, meanSquare } from './meanSquares.js'
import { shareIntervals } from './shareIntervals.js'
import { betweenCells, standardisedRanks } from './similarity.js'
import { simulateScores } from './simulate.js'

const normals = (count: number, generator: Generator, scale: (x: number) => number = () => 1) =>
  Float64Array.from({ length: count }, (_, x) => scale(x) * generator.normal())

describe('standardised ranks', () => {
  it('have Spearman’s correlation as their scalar product, ties included', () => {
    const a = Float64Array.of(3, 1, 1, 7, -2, 3, 0.5)
    const b = Float64Array.of(9, 9, 2, 1, 1, 1, 4)
    const product = scalarProduct(standardisedRanks(a), standardisedRanks(b))
    expect(product).toBeCloseTo(spearman(a, b) as number, 14)
    expect(() => standardisedRanks(new Float64Array(3))).toThrow(/constant/)
  })

  it('are averaged over all pairs of two cells', () => {
    const table = [
      [1, 2, 3],
      [2, 4, 5],
      [3, 5, 6],
    ]
    const between = betweenCells([[0, 1], [2]], (a, b) => table[a][b])
    expect(between(0, 1)).toBe((3 + 5) / 2)
    expect(between(1, 0)).toBe((3 + 5) / 2)
  })
})

describe('χ² draws', () => {
  it.each([0.7, 1, 3.5, 40])('have the moments of %d degrees', (degrees) => {
    const generator = stream(1, 'chi square', String(degrees)).at()
    const draws = Float64Array.from({ length: 40_000 }, () => drawChiSquare(degrees, generator))
    // Standard errors: √(2k/n) of the mean, and about √((8 + 48/k)/n)·k of the variance 2k.
    expect(Math.abs(mean(draws)! - degrees)).toBeLessThan(4 * Math.sqrt((2 * degrees) / 40_000))
    const error = degrees * Math.sqrt((8 + 48 / degrees) / 40_000)
    expect(Math.abs(variance(draws)! - 2 * degrees)).toBeLessThan(4 * error)
    expect(Math.min(...draws)).toBeGreaterThan(0)
  })
})

describe('mean squares', () => {
  it('agree with sums over cells and samples', () => {
    const generator = stream(2, 'cells').at()
    const cells = [0, 1, 2].map(() => [0, 1, 2, 3].map(() => normals(5, generator)))
    const at = (x: number) => cells.map((row) => row.map((cell) => cell[x]))
    const over = (of: (y: number[][]) => number) =>
      [0, 1, 2, 3, 4].reduce((sum, x) => sum + of(at(x)), 0)
    const average = (values: number[]) => mean(values) as number
    const low = over((y) => 4 * (variance(y.map(average)) as number))
    const high = over(
      (y) => 3 * (variance([0, 1, 2, 3].map((h) => average(y.map((row) => row[h])))) as number),
    )
    const total = over((y) => 11 * (variance(y.flat()) as number))
    const found = gridMeanSquares(cells)
    expect(found.low.value).toBeCloseTo(low, 12)
    expect(found.high.value).toBeCloseTo(high, 12)
    // What is left of all squares, over its (3 − 1)(4 − 1) degrees.
    expect(found.rest.value).toBeCloseTo((total - 2 * low - 3 * high) / 6, 12)
  })

  it('estimate tr M² without bias', () => {
    // M has diagonal 1, ½, ⅓ …: tr M² = Σ 1/k².
    const size = 12
    const truth = Array.from({ length: size }, (_, k) => 1 / (k + 1) ** 2).reduce((a, b) => a + b)
    const generator = stream(3, 'trace').at()
    const rounds = 4000
    const found = Float64Array.from({ length: rounds }, () => {
      const vectors = Array.from({ length: 4 }, () =>
        normals(size, generator, (k) => 1 / Math.sqrt(k + 1)),
      )
      const centre = Float64Array.from({ length: size }, (_, x) => mean(vectors.map((v) => v[x]))!)
      const centred = vectors.map((vector) => vector.map((value, x) => value - centre[x]))
      return meanSquare(centred, 3).squared as number
    })
    const error = Math.sqrt(variance(found)! / rounds)
    expect(Math.abs(mean(found)! - truth)).toBeLessThan(4 * error)
    expect(error).toBeLessThan(0.1)
  })

  it('of donors within low seeds are those between and within, which make up that of all rows', () => {
    const generator = stream(5, 'donors').at()
    const cells = [0, 1, 2, 3].map(() => [0, 1, 2].map(() => normals(6, generator)))
    const seeds = ['a', 'b', 'a', 'b']
    const { low, donors } = gridMeanSquares(cells, { low: seeds })
    const { between, within: inside, each } = donors!.low!
    const row = (l: number) => (x: number) => mean(cells[l].map((cell) => cell[x])) as number
    const over = (of: (x: number) => number) => [0, 1, 2, 3, 4, 5].map(of).reduce((a, b) => a + b)
    // Squared differences of the two means of two, and of the two donors of each seed, over 2.
    const seed = (l: number) => (x: number) => (row(l)(x) + row(l + 2)(x)) / 2
    expect(between.value).toBeCloseTo(3 * 2 * over((x) => (seed(0)(x) - seed(1)(x)) ** 2 / 2), 12)
    const within = [0, 1].map((l) => 3 * over((x) => (row(l)(x) - row(l + 2)(x)) ** 2 / 2))
    expect(inside.value).toBeCloseTo((within[0] + within[1]) / 2, 12)
    expect([between.contrasts, inside.contrasts, each]).toEqual([1, 2, 2])
    expect(between.value + 2 * inside.value).toBeCloseTo(3 * low.value, 12)
    // Columns of a mirror are nested in high seeds.
    const transposed = [0, 1, 2].map((h) => cells.map((row) => row[h]))
    const mirror = gridMeanSquares(transposed, { low: ['c', 'd', 'e'], high: seeds })
    expect(mirror.donors).toEqual({ low: undefined, high: donors!.low })
    const draws = stream(7, 'donors').at()
    const options = { draws: 2000, level: 0.95 }
    const nested = shareIntervals([[mirror]], options, draws).high
    const flat = shareIntervals([[{ ...mirror, donors: undefined }]], options, draws).high
    expect(nested.estimate).toBe(flat.estimate)
    expect(nested.high! - nested.low!).toBeGreaterThan(1.2 * (flat.high! - flat.low!))
  })

  it.each([[undefined], [['a', 'b', 'c', 'd']], [['a', 'a', 'a', 'b']], [['a', 'a', 'a', 'a']]])(
    'has none within where rows are not nested evenly: %j',
    (seeds) => {
      const generator = stream(6, 'donors').at()
      const cells = [0, 1, 2, 3].map(() => [0, 1, 2].map(() => normals(6, generator)))
      expect(gridMeanSquares(cells, { low: seeds }).donors).toBeUndefined()
    },
  )

  it('cannot tell directions from one contrast', () => {
    expect(meanSquare([Float64Array.of(1, 2)], 1)).toEqual({
      contrasts: 1,
      value: 5,
      squared: undefined,
    })
  })
})

describe('intervals of the low share', () => {
  const truths: [string, number | undefined, number][] = [
    ['each sample an effect of its own', undefined, 0.3],
    ['effects in one direction', 1, 0.1],
    ['effects in two directions', 2, 0.3],
    ['no effect', undefined, 0],
  ]

  it.each(truths)('cover the truth in 95 of 100 studies: %s', (_, directions, low) => {
    const studies = 120
    const found = Array.from({ length: studies }, (__, index) => {
      const { networks } = simulateScores(
        {
          lows: 4,
          highs: 4,
          orders: 1,
          samples: 60,
          directions,
          shares: { low, high: 0.05, sample: 0.3 },
        },
        stream(index, 'coverage').at(),
      )
      const cells = [0, 1, 2, 3].map((l) =>
        [0, 1, 2, 3].map((h) => standardisedRanks(networks[4 * l + h].score)),
      )
      return shareIntervals(
        [[gridMeanSquares(cells)]],
        { draws: 200, level: 0.95 },
        stream(index, 'draws').at(),
      ).low
    })
    const truth = mean(found.map(({ estimate }) => estimate)) as number
    const missed = found.filter((one) => one.low! > truth || one.high! < truth)
    // 6 of 120 are expected; 13 would be three standard errors more.
    expect(missed.length).toBeLessThan(13)
  })

  it.each([0, 0.5, 1])(
    'cover the share where donors of one seed have a part of %f of their effects in common',
    (commonToDonors) => {
      const studies = 300
      const design = {
        ...{ lows: 3, highs: 3, orders: 1, samples: 40, donors: 2, commonToDonors, directions: 1 },
        shares: { low: 0.13, high: 0.05, sample: 0.3 },
      }
      const found = Array.from({ length: studies }, (_, index) => {
        const study = simulateScores(design, stream(index, 'coverage of donors').at())
        const [{ shares }] = compareScores(study, { permutations: 1, bootstrap: 200 }).grids
        return shares!.low
      })
      const estimate = mean(found.map((one) => one.estimate)) as number
      // Two of six rows are one seed's: pairs that seem to differ in the low layers have a fifth of what these share.
      const truth = estimate / (1 - commonToDonors / 5)
      const missed = found.filter((one) => one.low! > truth || one.high! < truth)
      // 15 of 300 are expected; 26 would be three standard errors more. As rows of their own: 35 where all is common.
      expect(missed.length).toBeLessThan(26)
    },
  )

  it('cover no effect where four contrasts hardly show in how few directions the noise lies', () => {
    const studies = 600
    const generator = stream(4, 'few directions').at()
    let missed = 0
    for (let study = 0; study < studies; study++) {
      const cells = [0, 1, 2].map(() =>
        [0, 1, 2].map(() => normals(60, generator, (x) => 0.97 ** x)),
      )
      const squares = gridMeanSquares(cells)
      const { low } = shareIntervals([[squares]], { draws: 200, level: 0.95 }, generator)
      if (low.low! > 0 || low.high! < 0) missed++
    }
    // 30 of 600 are expected; 43 would be 2.4 standard errors more. Without the standard error of the directions: 49.
    expect(missed).toBeLessThan(43)
  })

  it('for two low seeds is as wide as χ² with one degree makes it', () => {
    // Without noise low* = share/χ²₁: its ends are share/5.024 and 1.
    const one = Float64Array.of(0.6, 0, 0, 0)
    const other = Float64Array.of(-0.6, 0, 0, 0)
    const cells = [
      [one, one],
      [other, other],
    ]
    const { low, high } = shareIntervals(
      [[gridMeanSquares(cells)]],
      { draws: 20_000, level: 0.95 },
      stream(0, 'draws').at(),
    )
    expect(low.estimate).toBeCloseTo(0.72, 12)
    // scipy.stats.chi2.ppf(0.975, 1) = 5.023886187314888.
    expect(low.low).toBeCloseTo(0.72 / 5.023886187314888, 2)
    expect(low.high).toBe(1)
    expect(high.estimate).toBeCloseTo(0, 12)
  })

  it('end at ±1, beyond which there is no share, where two seeds of few samples show next to nothing', () => {
    const generator = stream(2, 'no more than all').at()
    const ends = Array.from({ length: 40 }, () => {
      const cells = [0, 1].map(() =>
        [0, 1].map(() => standardisedRanks(normals(20, generator, () => 1))),
      )
      const { low, high, difference } = shareIntervals(
        [[gridMeanSquares(cells)]],
        { draws: 200, level: 0.95 },
        generator,
      )
      return [low, high, difference].map((one) => [one.low!, one.high!])
    })
    for (const share of [0, 1, 2]) {
      const own = ends.flatMap((one) => one[share])
      expect([Math.min(...own), Math.max(...own)]).toEqual([-1, 1])
    }
  })
})
