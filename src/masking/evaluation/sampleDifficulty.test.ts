/** Measures of a sample's difficulty against values worked out by hand, for every kind of output. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleDifficulty } from './sampleDifficulty.js'

const { log, sqrt } = Math

/** Softmax probabilities 1/8, 2/8 and 5/8. */
const eighths = [log(1), log(2), log(5)]

describe('sampleDifficulty by hand', () => {
  it('of logits', () => {
    const hard = sampleDifficulty(eighths, 0, 3, 1, 'log-odds')
    expect(hard.prediction).toBe(2)
    expect(hard.loss).toBeCloseTo(log(4), 12)
    expect(hard.margin).toBeCloseTo(log(2 / 5), 12)
    expect(hard.probability).toBeCloseTo(1 / 4, 12)
    // (1, −6, 5)/8
    expect(hard.el2n).toBeCloseTo(sqrt(62) / 8, 12)
    expect(hard.outputGradient).toBeCloseTo(sqrt(62) / 8, 12)
    const easy = sampleDifficulty(eighths, 0, 3, 2, 'log-odds')
    expect(easy.margin).toBeCloseTo(log(5 / 2), 12)
    expect(easy.el2n).toBeCloseTo(sqrt(1 + 4 + 9) / 8, 12)
  })

  it('of one logit, which has a single derivative', () => {
    const found = sampleDifficulty([log(3)], 0, 1, 1, 'binary')
    expect(found.loss).toBeCloseTo(log(4 / 3), 12)
    expect(found.margin).toBeCloseTo(log(3), 12)
    expect(found.probability).toBeCloseTo(3 / 4, 12)
    expect(found.el2n).toBeCloseTo(sqrt(2) / 4, 12)
    expect(found.outputGradient).toBeCloseTo(1 / 4, 12)
    expect(sampleDifficulty([log(3)], 0, 1, 0, 'binary').outputGradient).toBeCloseTo(3 / 4, 12)
  })

  it('of probabilities each for itself', () => {
    const found = sampleDifficulty([0.8, 0.6], 0, 2, 1, 'sigmoid-log-odds')
    expect(found.margin).toBeCloseTo(log(1.5) - log(4), 12)
    expect(found.el2n).toBeCloseTo(sqrt(0.64 + 0.16), 12)
    expect(found.outputGradient).toBeCloseTo(0.4, 12)
  })

  it('of a probability that underflowed: finite', () => {
    const found = sampleDifficulty([1, 0], 0, 2, 1, 'prob-log-odds')
    expect(found.margin).toBeCloseTo(-149 * log(2), 9)
    expect(found.el2n).toBeCloseTo(sqrt(2), 12)
  })
})

const logits = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), {
  minLength: 2,
  maxLength: 9,
})

function expectSame(a: object, b: object): void {
  for (const [name, value] of Object.entries(a)) {
    expect((b as Record<string, number>)[name], name).toBeCloseTo(value, 9)
  }
}

it('is the same of logits and of their softmax', () => {
  fc.assert(
    fc.property(logits, fc.nat(8), (z, pick) => {
      const label = pick % z.length
      const weights = z.map(Math.exp)
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      const p = weights.map((weight) => weight / total)
      // Logits that differ by less than rounding end in the same probability, and either class is the largest.
      const { prediction: _, ...found } = sampleDifficulty(z, 0, z.length, label, 'log-odds')
      expectSame(found, sampleDifficulty(p, 0, z.length, label, 'prob-log-odds'))
    }),
  )
})

it('is the same of one logit and of the logits (0, z), but for the number of derivatives', () => {
  fc.assert(
    fc.property(fc.double({ min: -30, max: 30, noNaN: true }), fc.nat(1), (z, label) => {
      const { outputGradient: one, ...own } = sampleDifficulty([z], 0, 1, label, 'binary')
      const { outputGradient: two, ...pair } = sampleDifficulty([0, z], 0, 2, label, 'log-odds')
      expect(own.prediction).toBe(pair.prediction)
      expectSame(own, pair)
      expect(two).toBeCloseTo(one * sqrt(2), 9)
    }),
  )
})

it('keeps its precision where the label is all but certain', () => {
  const { el2n } = sampleDifficulty([40, 0], 0, 2, 0, 'log-odds')
  expect(el2n / (sqrt(2) * Math.exp(-40))).toBeCloseTo(1, 12)
})
