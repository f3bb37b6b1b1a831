/** The odds of verdicts by design: that they add up, and rise with what should make them rise. */
import { describe, expect, it } from 'vitest'
import { conclusions, oddsOfRight, rightVerdicts, verdictOdds } from './verdictOdds.js'

const comparison = { alpha: 0.05, margin: 0.1 }
const settings = { studies: 25, seed: 1, comparison }
const shares = (low: number) => ({ low, high: 0.02, sample: 0.4, order: 0.1 })
const design = (lows: number, highs: number) => ({
  lows,
  highs,
  orders: 1,
  repeats: 0,
  samples: 100,
})

describe('odds of the verdicts of a design', () => {
  it('add up to 1, and are the same again', () => {
    const odds = verdictOdds(design(3, 3), shares(0.2), settings)
    expect(Object.keys(odds)).toEqual([...conclusions])
    expect(conclusions.reduce((sum, one) => sum + odds[one], 0)).toBeCloseTo(1, 12)
    expect(verdictOdds(design(3, 3), shares(0.2), settings)).toEqual(odds)
    expect(verdictOdds(design(3, 3), shares(0.2), { ...settings, seed: 2 })).not.toEqual(odds)
  })

  it('of "decides" rise with the true share and with the grid, and of "absent" fall', () => {
    const of = (lows: number, low: number) => verdictOdds(design(lows, 4), shares(low), settings)
    const [none, some, much] = [0, 0.15, 0.4].map((low) => of(4, low))
    expect(none.decides).toBe(0)
    expect(some.decides).toBeLessThan(much.decides)
    expect(much.decides).toBeGreaterThan(0.8)
    expect(none.absent).toBeGreaterThan(much.absent)
    expect(much.absent).toBe(0)
    expect(of(6, 0.15).decides).toBeGreaterThan(of(3, 0.15).decides)
  })

  it('of donors within low seeds are those of as many low layers', () => {
    const crossed = verdictOdds({ ...design(2, 4), donors: 2 }, shares(0.3), settings)
    const seeds = verdictOdds(design(4, 4), shares(0.3), settings)
    expect(verdictOdds(design(2, 4), shares(0.3), settings).decides).toBe(0)
    expect(crossed.decides).toBeGreaterThan(0.8)
    // 25 studies each: three standard errors of a difference of two such odds.
    expect(Math.abs(crossed.decides - seeds.decides)).toBeLessThan(0.34)
  })

  it('are all open where a grid is too small for the test', () => {
    expect(verdictOdds(design(2, 2), shares(0.4), settings).inconclusive).toBeGreaterThan(0.9)
  })
})

it.each([
  [0, 0.05, ['absent']],
  [0.05, 0, ['real-but-small', 'absent']],
  [0.1, 0, []],
  [0.2, 0.05, ['decides']],
  [0.2, 0.3, ['real-but-small']],
])('of a low share of %f beside a high one of %f %j is right', (low, high, right) => {
  expect(rightVerdicts({ low, high }, 0.1)).toEqual(right)
  const odds = { decides: 0.5, 'real-but-small': 0.25, absent: 0.125, inconclusive: 0.125 }
  const expected = right.reduce((sum, one) => sum + odds[one as keyof typeof odds], 0)
  expect(oddsOfRight(odds, { low, high }, 0.1)).toBe(expected)
})
