/** The range of what a model is fed against values worked out by hand. */
import { describe, expect, it } from 'vitest'
import { describeRange, fedRange } from './fedRange.js'

describe('fedRange', () => {
  it('tells channels apart, over all parts', () => {
    // Two channels of two pixels: the first holds 0 to 3, the second ten times that.
    const part = (from: number) => Float32Array.of(from, from + 1, 10 * from, 10 * (from + 1))
    const range = fedRange([part(0), part(2)], [2, 1, 2])
    expect(range).toEqual({
      min: 0,
      max: 30,
      mean: 8.25,
      channels: [
        { min: 0, max: 3, mean: 1.5 },
        { min: 0, max: 30, mean: 15 },
      ],
    })
    expect(describeRange(range, true)).toMatch(
      /from 0 to 30, mean 8\.25 .*0 to 3, mean 1\.5; 0 to 30, mean 15/,
    )
    expect(describeRange(range, false)).not.toMatch(/channel/)
  })
})
