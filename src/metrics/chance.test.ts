import { describe, expect, it } from 'vitest'
import { belowChance, binomialAtMost } from './chance.js'

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
