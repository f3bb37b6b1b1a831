/** Simulated scores against the shares, directions and repeats that they were asked to have. */
import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { pearson } from '../metrics/descriptive.js'
import { compareScores } from './compare.js'
import { type SimulatedDesign, simulateScores } from './simulate.js'

const design: SimulatedDesign = {
  lows: 2,
  highs: 2,
  orders: 2,
  samples: 20_000,
  shares: { low: 0.3, high: 0.2, sample: 0.25, order: 0.1 },
}

describe('simulated scores', () => {
  it('correlate by the shares that two networks have in common', () => {
    const { networks } = simulateScores(design, stream(0, 'simulate').at())
    const scoreOf = (name: string) => networks.find((one) => one.network === name)!.score
    const expectCorrelation = (a: string, b: string, expected: number) =>
      expect(Math.abs((pearson(scoreOf(a), scoreOf(b)) ?? 0) - expected)).toBeLessThan(0.03)
    expectCorrelation('low0-high0-order0', 'low0-high0-order1', 0.9)
    expectCorrelation('low0-high0-order0', 'low0-high1-order0', 0.55)
    expectCorrelation('low0-high0-order0', 'low1-high0-order1', 0.45)
    expectCorrelation('low0-high0-order0', 'low1-high1-order0', 0.25)
  })

  it('have as many networks as the design, with repeats on the diagonal', () => {
    const { networks } = simulateScores(
      { ...design, lows: 3, orders: 1, repeats: 2, samples: 20 },
      stream(0, 'simulate').at(),
    )
    expect(networks).toHaveLength(3 * 2 + 2 * 2)
    expect(new Set(networks.map(({ network }) => network)).size).toBe(10)
    for (const { set } of networks) expect(set).toHaveLength(2)
  })

  it('have the same samples where they have one panel, and seeds of their own', () => {
    const of = (seed: number, panel: number, low: number) =>
      simulateScores(
        { ...design, samples: 50, directions: 1, shares: { low, high: 0, sample: 0.8 - low } },
        stream(seed, 'simulate').at(),
        stream(panel, 'panel').at(),
      ).networks.map(({ score }) => [...score])
    const parts = (scores: number[][]) => scores[0].map((value, x) => value - scores[1][x])
    // Without low effects networks differ by what is their own; their mean over many is the sample part.
    const meanOf = (scores: number[][]) =>
      scores[0].map((_, x) => scores.reduce((sum, one) => sum + one[x], 0) / scores.length)
    expect(pearson(meanOf(of(0, 0, 0)), meanOf(of(1, 0, 0)))).toBeGreaterThan(0.8)
    expect(Math.abs(pearson(meanOf(of(0, 0, 0)), meanOf(of(1, 1, 0))) ?? 0)).toBeLessThan(0.5)
    expect(Math.abs(pearson(parts(of(0, 0, 0)), parts(of(1, 0, 0))) ?? 0)).toBeLessThan(0.5)
  })

  it('give every donor of a low seed low layers of its own, as alike as asked for', () => {
    const made = (commonToDonors: number) =>
      simulateScores(
        { ...design, orders: 1, repeats: 1, donors: 2, commonToDonors },
        stream(1, 'simulate').at(),
      )
    const study = made(0.6)
    // 2 seeds × 2 donors × 2 high seeds, and a further order seed for each cell of the first donor's diagonal.
    expect(study.networks).toHaveLength(8 + 2)
    expect(new Set(study.networks.map(({ network }) => network)).size).toBe(10)
    const between = (commonToDonors: number, a: string, b: string) => {
      const { networks } = made(commonToDonors)
      const scoreOf = (name: string) => networks.find((one) => one.network === name)!.score
      return pearson(scoreOf(a), scoreOf(b)) ?? 0
    }
    for (const common of [0, 0.6, 1]) {
      const heirs = between(common, 'low1-high0-order0', 'donor1-low1-high1-order0')
      expect(Math.abs(heirs - (0.25 + 0.3 * common))).toBeLessThan(0.03)
      const sameDonor = between(common, 'donor1-low1-high0-order0', 'donor1-low1-high1-order0')
      expect(Math.abs(sameDonor - 0.55)).toBeLessThan(0.03)
    }
    const [{ grid }] = compareScores(study, { permutations: 9, bootstrap: 9 }).grids
    expect([grid.cells.lows.length, grid.cells.highs.length]).toEqual([4, 2])
  })

  it('put the effects of seeds into as few directions as asked for', () => {
    const { networks } = simulateScores(
      {
        ...design,
        lows: 4,
        highs: 1,
        orders: 1,
        directions: 1,
        shares: { low: 1, high: 0, sample: 0 },
        samples: 50,
      },
      stream(0, 'simulate').at(),
    )
    for (const { score } of networks) {
      expect(Math.abs(pearson(score, networks[0].score) ?? 0)).toBeCloseTo(1, 9)
    }
  })

  it('correlate neighbours, and have heavy tails, on request', () => {
    const made = (change: Partial<SimulatedDesign>) =>
      simulateScores({ ...design, orders: 1, ...change }, stream(0, 'simulate').at()).networks[0]
        .score
    const along = made({ correlation: 0.6 })
    expect(pearson(along.slice(1), along.slice(0, -1))).toBeGreaterThan(0.55)
    const fourth = (values: Float64Array) =>
      values.reduce((sum, value) => sum + value ** 4, 0) / values.length
    expect(fourth(made({ shares: { low: 1, high: 0, sample: 0 }, tails: 't3' }))).toBeGreaterThan(6)
  })

  it('refuse shares beyond 1', () => {
    expect(() =>
      simulateScores(
        { ...design, shares: { low: 0.8, high: 0.3, sample: 0 } },
        stream(0, 'x').at(),
      ),
    ).toThrow(/add up to at most 1/)
  })
})
