/** Whether an accuracy is no better than guessing, against counting all outcomes. */
import { describe, expect, it } from 'vitest'
import { belowChance, binomialAtMost, isAtChance } from './chance.js'

describe('binomialAtMost', () => {
  it('is what counting all outcomes gives', () => {
    // Of the 2^10 outcomes of ten fair throws, by the number of heads.
    const heads = Array.from(
      { length: 1024 },
      (_, bits) => bits.toString(2).replaceAll('0', '').length,
    )
    for (let most = 0; most <= 10; most++) {
      const share = heads.filter((count) => count <= most).length / 1024
      expect(binomialAtMost(most, 10, 0.5)).toBeCloseTo(share, 12)
    }
    expect(binomialAtMost(0, 1e5, 0.5)).toBe(0)
    expect(binomialAtMost(99_999, 1e5, 0.1)).toBeCloseTo(1, 9)
  })
})

describe('belowChance', () => {
  it('warns of fewer right answers than guessing gives, and of nothing else', () => {
    expect(belowChance('m', 1, 30, 2)).toMatch(
      /m is right on 1 of 30 samples \(3\.3%\).*below chance \(50\.0%/,
    )
    expect(belowChance('m', 0, 200, 10)).toMatch(/--classes/)
    expect(belowChance('m', 13, 30, 2)).toBeUndefined()
    expect(belowChance('m', 0, 5, 10)).toBeUndefined()
    expect(belowChance('m', 0, 30, 1)).toBeUndefined()
    expect(belowChance('m', 30, 30, 2)).toBeUndefined()
  })
})

describe('isAtChance', () => {
  it.each([
    // Of 1,000 guesses among ten classes 1% are right 123 times or more often: scipy.stats.binom.isf(0.01, 1000, 0.1) is 122.
    [80, 1000, 10, true],
    [100, 1000, 10, true],
    [122, 1000, 10, true],
    [124, 1000, 10, false],
    [0, 1000, 10, true],
    // The same share of more samples is more than chance.
    [2000, 20_000, 10, true],
    [2200, 20_000, 10, false],
    [110, 200, 2, true],
    [130, 200, 2, false],
    // Too few to tell.
    [19, 199, 10, false],
    [30, 1000, 1, false],
  ])('%d right of %d, %d classes: %s', (right, count, classes, expected) => {
    expect(isAtChance(right, count, classes)).toBe(expected)
  })
})
