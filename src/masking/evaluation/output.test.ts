/** The scalar outputs of a network against their formulas, also for huge and tiny logits. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseOutput, predictedClass, sampleLoss, scalarOutput } from './output.js'

const logits = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), {
  minLength: 2,
  maxLength: 12,
})

/** log(p/(1−p)) by the textbook formula, good where nothing over- or underflows. */
function logOddsByProbability(z: readonly number[], label: number, temperature = 1): number {
  const weights = z.map((value) => Math.exp(value / temperature))
  const others = weights.reduce((sum, w, c) => (c === label ? sum : sum + w), 0)
  return Math.log(weights[label] / others)
}

describe('scalarOutput', () => {
  it('log-odds equals log(p/(1−p)) of the softmax, at any temperature', () => {
    fc.assert(
      fc.property(logits, fc.nat(11), fc.constantFrom(0.5, 1, 3), (z, pick, temperature) => {
        const label = pick % z.length
        const output = parseOutput('log-odds', temperature, 0)
        expect(scalarOutput(z, 0, z.length, label, output)).toBeCloseTo(
          logOddsByProbability(z, label, temperature),
          9,
        )
      }),
    )
  })

  it('log-odds of huge logits neither overflows nor loses the difference', () => {
    const output = parseOutput('log-odds', 1, 0)
    expect(scalarOutput([1000, 0], 0, 2, 0, output)).toBe(1000)
    expect(scalarOutput([1000, 0], 0, 2, 1, output)).toBe(-1000)
    expect(scalarOutput([-2000, -2000, -2000], 0, 3, 0, output)).toBeCloseTo(-Math.log(2), 12)
  })

  it('two classes: log-odds is the difference of the logits', () => {
    expect(scalarOutput([0.25, 1.5], 0, 2, 1, parseOutput('log-odds', 1, 0))).toBe(1.25)
  })

  it('reads its own row', () => {
    expect(scalarOutput([9, 9, 1, 2], 2, 2, 1, parseOutput('logit', 1, 0))).toBe(2)
  })

  it('prob-log-odds keeps its precision where p is nearly 1', () => {
    const p = [1e-12, 1]
    expect(scalarOutput(p, 0, 2, 1, parseOutput('prob-log-odds', 1, 0))).toBeCloseTo(
      Math.log(1e12),
      9,
    )
    expect(scalarOutput([0, 1], 0, 2, 1, parseOutput('prob-log-odds', 1, 0))).toBe(
      Number.POSITIVE_INFINITY,
    )
    const clamped = scalarOutput([0, 1], 0, 2, 1, parseOutput('prob-log-odds', 1, 1e-7))
    expect(clamped).toBeCloseTo(Math.log(1e7 + 1e-7), 9)
  })

  it('the clamp changes ordinary values by about its size', () => {
    const exact = scalarOutput([0.3, 0.7], 0, 2, 1, parseOutput('log-odds', 1, 0))
    const clamped = scalarOutput([0.3, 0.7], 0, 2, 1, parseOutput('log-odds', 1, 1e-7))
    expect(Math.abs(clamped - exact)).toBeLessThan(1e-6)
    expect(clamped).not.toBe(exact)
  })

  it('binary takes the sign of the label', () => {
    const output = parseOutput('binary-v0', 1, 0)
    expect(scalarOutput([1.5], 0, 1, 1, output)).toBe(1.5)
    expect(scalarOutput([1.5], 0, 1, 0, output)).toBe(-1.5)
  })

  it('binary is the log-odds of the two logits 0 and z, clamped or not', () => {
    fc.assert(
      fc.property(fc.double({ min: -40, max: 40, noNaN: true }), fc.nat(1), (z, label) => {
        for (const clamp of [0, 1e-7, 0.1]) {
          const one = scalarOutput([z], 0, 1, label, parseOutput('binary', 2, clamp))
          const two = scalarOutput([0, z], 0, 2, label, parseOutput('log-odds', 2, clamp))
          expect(one).toBeCloseTo(two, 9)
        }
      }),
    )
  })

  it('prob-log-odds of one probability is binary of its logit', () => {
    fc.assert(
      fc.property(fc.integer({ min: -40, max: 40 }), fc.nat(1), (quarters, label) => {
        const z = quarters / 4
        const p = [1 / (1 + Math.exp(-z))]
        for (const clamp of [0, 1e-7]) {
          const one = scalarOutput(p, 0, 1, label, parseOutput('prob-log-odds', 1, clamp))
          expect(one).toBeCloseTo(
            scalarOutput([z], 0, 1, label, parseOutput('binary', 1, clamp)),
            9,
          )
        }
        expect(sampleLoss(p, 0, 1, label, 'prob-log-odds')).toBeCloseTo(
          sampleLoss([z], 0, 1, label, 'binary'),
          9,
        )
        expect(predictedClass(p, 0, 1, 'prob-log-odds')).toBe(predictedClass([z], 0, 1, 'binary'))
      }),
    )
  })

  it('refuses unknown names and settings', () => {
    expect(() => parseOutput('odds', 1, 0)).toThrow(/unknown output "odds"/)
    expect(() => parseOutput('logit', 0, 0)).toThrow(/temperature/)
    expect(() => parseOutput('logit', 1, -1)).toThrow(/clamp/)
  })
})

describe('sampleLoss and predictedClass', () => {
  it('the loss is −log softmax, and log-odds follow from it', () => {
    fc.assert(
      fc.property(logits, (z) => {
        const loss = sampleLoss(z, 0, z.length, 0, 'log-odds')
        const odds = scalarOutput(z, 0, z.length, 0, parseOutput('log-odds', 1, 0))
        // −log p = log(1 + e^{−odds})
        expect(loss).toBeCloseTo(Math.max(0, -odds) + Math.log1p(Math.exp(-Math.abs(odds))), 9)
      }),
    )
    expect(sampleLoss([3], 0, 1, 1, 'binary')).toBeCloseTo(Math.log1p(Math.exp(-3)), 12)
  })

  it('the loss is finite at a probability of 0, and that of the smallest float32', () => {
    const least = 2 ** -149
    expect(sampleLoss([0, 1], 0, 2, 0, 'prob-log-odds')).toBe(149 * Math.LN2)
    expect(sampleLoss([least, 1], 0, 2, 0, 'prob-log-odds')).toBe(149 * Math.LN2)
    expect(sampleLoss([0.25, 0.75], 0, 2, 0, 'prob-log-odds')).toBe(-Math.log(0.25))
  })

  it('predicts the largest output, the lower class on ties', () => {
    expect(predictedClass([0, 2, 2], 0, 3, 'log-odds')).toBe(1)
    expect(predictedClass([0.1], 0, 1, 'binary')).toBe(1)
    expect(predictedClass([-0.1], 0, 1, 'binary')).toBe(0)
  })
})
