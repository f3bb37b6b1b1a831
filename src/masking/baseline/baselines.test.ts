/** What masked players are replaced by under each baseline, against values worked out by hand. */
import { describe, expect, it } from 'vitest'
import {
  blurBaseline,
  ChannelMoments,
  constantsBaseline,
  dampBaseline,
  meansBaseline,
  zeroBaseline,
} from './baselines.js'

const image = [2, 2, 2]

describe('baselines', () => {
  it('mean is the training mean of the channel, or of the feature', () => {
    const inputs = Float32Array.from([1, 2, 3, 4, 10, 10, 10, 10, 5, 6, 7, 8, 20, 20, 20, 20])
    const x = new Float32Array(8)
    const meanOf = (shape: number[], values: Float32Array) => {
      const moments = new ChannelMoments(shape)
      moments.add(values)
      return [...meansBaseline(shape, moments.result().means).valuesFor(x)]
    }
    expect(meanOf(image, inputs)).toEqual([4.5, 4.5, 4.5, 4.5, 15, 15, 15, 15])
    expect(meanOf([2], Float32Array.from([1, 2, 3, 6]))).toEqual([2, 4])
  })

  it('damp scales the sample', () => {
    expect([...dampBaseline(0.5).valuesFor(Float32Array.from([2, -4]))]).toEqual([1, -2])
  })

  it('blur keeps constant images and the mass of an inner point, and is symmetric', () => {
    const blur = blurBaseline([1, 15, 15], 1)
    const constant = blur.valuesFor(new Float32Array(225).fill(3))
    for (const value of constant) expect(value).toBeCloseTo(3, 5)
    const point = new Float32Array(225)
    point[7 * 15 + 7] = 1
    const blurred = blur.valuesFor(point)
    expect(blurred.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    expect(blurred[7 * 15 + 5]).toBeCloseTo(blurred[5 * 15 + 7], 7)
    // The central weight of a normalised Gaussian of deviation 1, cut at 3, squared for two axes.
    const norm = [-3, -2, -1, 0, 1, 2, 3].reduce((sum, t) => sum + Math.exp((-t * t) / 2), 0)
    expect(blurred[7 * 15 + 7]).toBeCloseTo(norm ** -2, 6)
  })

  it('constants come one per channel or one per cell; other lengths and NaN are refused', () => {
    const x = new Float32Array(8)
    expect([...constantsBaseline(image, [1, 2], 'b.json').valuesFor(x)]).toEqual([
      1, 1, 1, 1, 2, 2, 2, 2,
    ])
    expect([...constantsBaseline(image, [1, 2, 3, 4, 5, 6, 7, 8], 'b.json').valuesFor(x)][7]).toBe(
      8,
    )
    expect(() => constantsBaseline(image, [1, 2, 3], 'b.json')).toThrow(
      /b\.json: 3 baseline values/,
    )
    expect(() => constantsBaseline(image, [1, Number.NaN], 'b.json')).toThrow(/value 1 is NaN/)
  })

  it('have fingerprints that tell values and settings apart', () => {
    const prints = [
      zeroBaseline(image),
      dampBaseline(0.5),
      dampBaseline(0.25),
      blurBaseline(image, 1),
      constantsBaseline(image, [1, 2], 'a'),
      constantsBaseline(image, [1, 3], 'a'),
    ].map(({ fingerprint }) => fingerprint)
    expect(new Set(prints).size).toBe(prints.length)
    expect(zeroBaseline(image).fingerprint).toBe(zeroBaseline(image).fingerprint)
  })
})
