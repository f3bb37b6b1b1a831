/** Decompositions against planted interactions and known optima, and the options of the search. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearOptimum } from '../../bench/linearProgramme.js'
import { InputError } from '../core/errors.js'
import { stream } from '../core/random.js'
import { playersOf, subsetCount } from '../core/subset.js'
import { orderOf } from '../testing/orderOf.js'
import { l1Norm, synthesize } from './andOr.js'
import { type DecomposeOptions, decompose, decomposeBothEnds, decomposeMany } from './decompose.js'
import type { Decomposition } from './types.js'

const game = (n: number, v: (mask: number) => number) =>
  Float64Array.from({ length: subsetCount(n) }, (_, mask) => v(mask))
const symmetric = (n: number, f: (size: number) => number) => game(n, (mask) => f(orderOf(mask)))
const exact: DecomposeOptions = { noise: 0, gap: 1e-8, tieBreak: 'none' }
const strengthOfOrder = (k: number, { and, or }: Decomposition) =>
  [...and.keys()]
    .filter((mask) => orderOf(mask) === k)
    .reduce((sum, mask) => sum + Math.abs(and[mask]) + Math.abs(or[mask]), 0)
const nonZeros = ({ and, or }: Decomposition) =>
  [...and, ...or].filter((value) => value !== 0).length

/** Universal matching within rounding, |q| ≤ δ, bounds in order, orders 0 and 1 merged. */
function expectSound(v: Float64Array, found: Decomposition): void {
  const largest = v.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const rounding = 1e-9 * Math.max(Math.min(1, largest), largest)
  expect(found.matchingError).toBeLessThanOrEqual(rounding)
  synthesize(found).forEach((h, mask) => {
    expect(Math.abs(h - v[mask])).toBeLessThanOrEqual(found.noiseBound * (1 + 1e-12) + rounding)
    if (orderOf(mask) < 2) expect(found.or[mask]).toBe(0)
  })
  expect(found.l1).toBe(l1Norm(found))
  expect(found.lowerBound).toBeLessThanOrEqual(found.l1)
  expect(found.converged).toBe(true)
}

describe('known optima', () => {
  const parities = [1, 2, 7, 16, 41, 100].map((l1, index) => {
    return [`parity of ${index + 1}`, symmetric(index + 1, (s) => s % 2), l1] as const
  })
  const thresholds = [1, 9, 21, 9, 1].map((l1, index) => {
    return [`at least ${index + 1} of 5`, symmetric(5, (s) => Number(s > index)), l1] as const
  })
  const weights = [1, -2, 3, 0.5, -4]
  const weightsOf = (mask: number) => playersOf(mask).map((player) => weights[player])
  const optima: readonly (readonly [string, Float64Array, number])[] = [
    ['nothing', new Float64Array(16), 0],
    ['a constant', new Float64Array(8).fill(-3), 3],
    ['no players', Float64Array.of(-2), 2],
    ['one player', Float64Array.of(0, -5), 5],
    ['additive', game(5, (mask) => weightsOf(mask).reduce((sum, w) => sum + w, 0)), 10.5],
    ['AND of 5', game(5, (mask) => Number(mask === 31)), 1],
    ['OR of 5', game(5, (mask) => Number(mask !== 0)), 1],
    ['exclusive or', symmetric(2, (s) => s % 2), 2],
    ...parities,
    ...thresholds,
    ['majority of 3', symmetric(3, (s) => Number(s >= 2)), 5],
    ['exactly one of 3', symmetric(3, (s) => Number(s === 1)), 6],
    ['square of the size', symmetric(4, (s) => s * s), 16],
    ['pairs', symmetric(5, (s) => (s * (s - 1)) / 2), 10],
    ['largest', game(3, (mask) => (mask === 0 ? 0 : Math.max(...playersOf(mask)) + 1)), 3],
  ]
  it.each(optima)('%s', (_, v, l1) => {
    const found = decompose(v, { ...exact, gap: 1e-6 })
    expect(Math.abs(found.l1 - l1)).toBeLessThanOrEqual(1e-6 * l1)
    expect(Math.abs(found.lowerBound - l1)).toBeLessThanOrEqual(1e-6 * l1)
    expectSound(v, found)
  })

  it('recovers planted interactions exactly', () => {
    const v = game(4, (mask) => 2 * Number((mask & 3) === 3) + 3 * Number((mask & 6) !== 0))
    const found = decompose(v, exact)
    expect(found.and[3]).toBeCloseTo(2, 10)
    expect(found.or[6]).toBeCloseTo(3, 10)
    expect(nonZeros(found)).toBe(2)
    expect(decompose(v, { solver: 'and' }).l1).toBe(11)
    expect(decompose(v, { solver: 'or' }).l1).toBe(9)
  })

  it.each([
    ['majority of 3', symmetric(3, (s) => Number(s >= 2))],
    ['exactly one of 3', symmetric(3, (s) => Number(s === 1))],
  ])('%s has two ends, and the tie-break chooses', (_, v) => {
    const [low, high] = (['low', 'high'] as const).map((tieBreak) => {
      const found = decompose(v, { noise: 0, tieBreak })
      return [1, 2].map((order) => strengthOfOrder(order, found))
    })
    expect(low[0]).toBeCloseTo(3, 6)
    expect(high[0]).toBeCloseTo(0, 6)
    expect(high[1] - low[1]).toBeCloseTo(3, 6)
  })
})

/** Random, sparse, integer and network-like tables: what the solver meets in practice. */
function tables(n: number, count: number): Float64Array[] {
  return Array.from({ length: count }, (_, index) => {
    const generator = stream(7, 'tables', `${n}`).at(index)
    const planted = Array.from({ length: 4 }, () => {
      const mask = generator.below(subsetCount(n))
      return { mask, isOr: generator.below(2) === 1, weight: 3 * generator.normal() }
    })
    const units = Array.from({ length: 6 }, () =>
      Float64Array.from({ length: n + 2 }, () => generator.normal()),
    )
    const term = (mask: number) =>
      planted.reduce((sum, { mask: T, isOr, weight }) => {
        return sum + (isOr ? Number((mask & T) !== 0) : Number((mask & T) === T)) * weight
      }, 0)
    const network = (mask: number) =>
      units.reduce((sum, unit) => {
        const input = playersOf(mask).reduce((total, player) => total + unit[player], unit[n])
        return sum + unit[n + 1] * Math.max(0, input)
      }, 0)
    const kinds = [
      () => generator.normal(),
      (mask: number) => term(mask),
      (mask: number) => term(mask) + 0.1 * generator.normal(),
      (mask: number) => network(mask),
      () => generator.below(3),
    ]
    return game(n, kinds[index % kinds.length])
  })
}

describe('the certified solver against HiGHS', () => {
  it.each([
    [1, 10],
    [2, 30],
    [3, 50],
    [4, 50],
    [5, 50],
    [6, 30],
    [7, 5],
    [8, 2],
  ])('n = %i, %i tables', (n, count) => {
    for (const [index, v] of tables(n, count).entries()) {
      const noise = [0, 0.04, 0.3][index % 3]
      const coarse = decompose(v, { noise, tieBreak: 'none' })
      const fine = decompose(v, { noise, tieBreak: 'none', gap: 1e-8 })
      const optimum = linearOptimum(v, coarse.noiseBound)
      const slack = 1e-7 * Math.max(1e-3, optimum)
      for (const found of [coarse, fine]) {
        expectSound(v, found)
        expect(found.lowerBound).toBeLessThanOrEqual(optimum + slack)
        expect(found.l1).toBeGreaterThanOrEqual(optimum - slack)
      }
      expect(Math.abs(fine.l1 - optimum)).toBeLessThanOrEqual(1e-6 * Math.max(1e-3, optimum))
      expect(coarse.l1 - optimum).toBeLessThanOrEqual(1e-3 * coarse.l1 + slack)
    }
  })

  it('bounds the plain optimum under both tie-breaks', () => {
    for (const v of tables(5, 15)) {
      const optimum = linearOptimum(v, 0)
      for (const tieBreak of ['low', 'high'] as const) {
        const found = decompose(v, { noise: 0, tieBreak })
        expectSound(v, found)
        expect(found.lowerBound).toBeLessThanOrEqual(optimum * (1 + 1e-7))
        expect(found.l1).toBeGreaterThanOrEqual(optimum * (1 - 1e-7))
        expect(found.l1 - found.lowerBound).toBeLessThanOrEqual(1e-3 * found.l1)
      }
    }
  })
})

describe('invariances', () => {
  const anyGame = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 10_000 }))
    .map(([n, seed]) => {
      const generator = stream(seed, 'game').at()
      return game(n, () => generator.normal())
    })

  it('scaling v scales the optimum, from 1e-12 to 1e12', () => {
    fc.assert(
      fc.property(anyGame, fc.integer({ min: -12, max: 12 }), fc.boolean(), (v, power, negate) => {
        const factor = (negate ? -1 : 1) * 10 ** power
        const scaled = v.map((value) => value * factor)
        const [one, other] = [decompose(v, exact), decompose(scaled, exact)]
        expectSound(scaled, other)
        expect(Math.abs(other.l1 / 10 ** power - one.l1)).toBeLessThanOrEqual(1e-7 * one.l1)
      }),
      { numRuns: 40 },
    )
  })

  it('relabelling players keeps the optimum', () => {
    fc.assert(
      fc.property(anyGame, fc.integer({ min: 1, max: 4 }), (v, shift) => {
        const n = Math.log2(v.length)
        const relabel = (mask: number) =>
          playersOf(mask).reduce((to, player) => to | (1 << ((player + shift) % n)), 0)
        const moved = new Float64Array(v.length)
        v.forEach((value, mask) => {
          moved[relabel(mask)] = value
        })
        const [one, other] = [v, moved].map((table) => decompose(table, { ...exact, noise: 0.1 }))
        expect(Math.abs(other.l1 - one.l1)).toBeLessThanOrEqual(1e-7 * one.l1)
      }),
      { numRuns: 40 },
    )
  })
})

describe('options', () => {
  const v = game(4, (mask) => Math.sin(5 * mask))

  it('says so when the budget of iterations does not suffice', () => {
    const [hard] = tables(8, 1)
    const found = decompose(hard, { gap: 1e-9, maxIterations: 50 })
    expect(found.converged).toBe(false)
    expect(found.gap).toBeGreaterThan(1e-9)
    expect(found.lowerBound).toBeLessThanOrEqual(found.l1)
    expect(found.matchingError).toBeLessThan(1e-9)
  })

  it('takes the noise bound as a fraction or as it is', () => {
    const range = Math.abs(v[15] - v[0])
    expect(decompose(v).noiseBound).toBeCloseTo(0.04 * range, 15)
    expect(decompose(v, { noise: 0.1, noiseBound: 0.5 }).noiseBound).toBe(0.5)
    expect(decompose(v, { noiseBound: 10 }).l1).toBe(0)
  })

  it('gives both ends at once', () => {
    for (const [table] of [tables(3, 1), tables(8, 1), [Float64Array.of(3)]]) {
      const { low, high } = decomposeBothEnds(table)
      expect(low).toMatchObject({ ...decompose(table), milliseconds: low.milliseconds })
      expectSound(table, high)
      expect(high).toMatchObject({
        ...decompose(table, { tieBreak: 'high' }),
        milliseconds: high.milliseconds,
      })
      expect(Math.abs(high.l1 - low.l1)).toBeLessThanOrEqual(2e-3 * low.l1)
    }
  })

  it('has no limit of players where nothing is searched', () => {
    const n = 17
    const pair = (1 << 16) | 1
    const and = Float64Array.from({ length: 2 ** n }, (_, S) => Number((S & pair) === pair))
    const or = and.map((_, S) => Number((S & pair) !== 0))
    const isOnlyPair = (effect: number, S: number) => effect === Number(S === pair)
    expect(decompose(and, { solver: 'and' }).and.every(isOnlyPair)).toBe(true)
    expect(decompose(or, { solver: 'or' }).or.every(isOnlyPair)).toBe(true)
  })

  it('decomposes many tables one like another', () => {
    const all = decomposeMany([v, v.map((value) => -value)])
    expect(all[0].and).toEqual(decompose(v).and)
    expect(all[1].l1).toBeCloseTo(all[0].l1, 12)
  })

  it.each([306, 200, 30, -30, -200, -300])('is as exact of values of 1e%i as of 1', (exponent) => {
    for (const n of [1, 3, 5]) {
      const [, , v] = tables(n, 3)
      const scaled = v.map((value) => (value / 4 ** n) * 10 ** exponent)
      const found = decompose(scaled)
      expectSound(scaled, found)
      const ratio = found.l1 / decompose(v).l1 / (10 ** exponent / 4 ** n)
      expect(Math.abs(ratio - 1)).toBeLessThan(2e-3)
      for (const solver of ['and', 'or'] as const)
        expect(decompose(scaled, { solver }).l1).toBeLessThan(Infinity)
    }
  })

  it('keeps of values near the smallest number what digits there are', () => {
    for (const largest of [1e-309, 1e-315, 1e-322]) {
      const v = game(3, (mask) => (mask === 0 ? 0 : largest / mask))
      const found = decompose(v)
      expect(found.matchingError).toBeLessThan(1e-9 * largest + 50 * Number.MIN_VALUE)
      expect(Number.isFinite(found.l1)).toBe(true)
    }
  })

  it.each([
    [Float64Array.of(0, 1e308, -1e308, 1e308), {}, /1e\+308 at S = 1: sums .* overflow beyond ±5/],
    [new Float64Array(6), {}, /has 6/],
    [new Float64Array(2 ** 15), {}, /15 players .* limit of 14 for the solver certified/],
    [new Float64Array(2 ** 15), { solver: 'sgd-reference' as const }, /limit of 14/],
    [Float64Array.of(0, Number.NaN), {}, /NaN at S = 1/],
    [Float64Array.of(0, -Infinity), {}, /-Infinity at S = 1/],
    [Float64Array.of(0, 1), { noise: -1 }, /noise bound/],
    [Float64Array.of(0, 1), { gap: Number.NaN }, /gap/],
    [Float64Array.of(0, 1), { maxIterations: -1 }, /maxIterations/],
  ])('refuses bad input %#', (values, options, message) => {
    expect(() => decompose(values, options)).toThrow(message)
    expect(() => decompose(values, options)).toThrow(InputError)
  })
})

describe('sgd-reference', () => {
  it('descends, matches universally and stays above the optimum', () => {
    const [, , v] = tables(5, 3)
    const reference = { lr: 1e-3, iterations: 3000 }
    const found = decompose(v, { solver: 'sgd-reference', reference })
    const start = decompose(v, { solver: 'sgd-reference', reference: { lr: 1e-3, iterations: 1 } })
    expect(found.matchingError).toBeLessThan(1e-5)
    expect(found.l1).toBeLessThan(start.l1)
    expect(found.l1).toBeGreaterThan(decompose(v).lowerBound)
    expect(found.lowerBound).toBeNaN()
  })
})
