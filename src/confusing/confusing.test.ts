/** Confusing scores, sets, positive control and ICC against known optima, brute force and published examples. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { decompose } from '../interactions/decompose.js'
import { orderDistribution } from '../metrics/orderDistribution.js'
import type { Interactions } from '../metrics/types.js'
import { orderOf } from '../testing/orderOf.js'
import { areaUnderRoc, controlTest } from './control.js'
import { difficultyGroups } from './difficulty.js'
import { intraclassCorrelation, reliabilityByKind, weakestKind } from './reliability.js'
import { confusingScore, deltaScores, nongeneralizableMass, offsetComplexity } from './scores.js'
import { confusingSet, otsuThreshold, undeterminedSamples } from './sets.js'
import type { OffsetScope } from './types.js'

/** AND interactions (Möbius transform, by its definition) of v(S). */
function andInteractions(n: number, value: (mask: number) => number): Interactions {
  const and = new Float64Array(2 ** n)
  for (let mask = 0; mask < and.length; mask++) {
    for (let subset = 0; subset <= mask; subset++) {
      if ((subset & mask) !== subset) continue
      and[mask] += (-1) ** (orderOf(mask) - orderOf(subset)) * value(subset)
    }
  }
  return { n, and, or: new Float64Array(2 ** n) }
}

const scoreOf = (interactions: Interactions, tau = 1e-9, scope: OffsetScope = 'per-order') =>
  offsetComplexity(orderDistribution(interactions, tau), tau, scope)

describe('offset-complexity', () => {
  it('is 0 for zero, additive, single AND, and one player', () => {
    expect(scoreOf(andInteractions(4, () => 0))).toBe(0)
    expect(
      offsetComplexity(
        orderDistribution(
          andInteractions(4, () => 0),
          0,
        ),
        0,
        'per-order',
      ),
    ).toBe(0)
    expect(scoreOf(andInteractions(4, (mask) => orderOf(mask) * 2 - (mask & 1) * 3))).toBe(0)
    expect(scoreOf(andInteractions(4, (mask) => Number(mask === 15)))).toBe(0)
    expect(scoreOf(andInteractions(1, (mask) => mask))).toBe(0)
  })

  it('is 1 for XOR at its sparsest split, OR = +1 and AND = −1 on the pair', () => {
    const xor = { n: 2, and: Float64Array.of(0, 0, 0, -1), or: Float64Array.of(0, 0, 0, 1) }
    expect(scoreOf(xor)).toBe(1)
  })

  it('weighs what cancels by its order: four-bit parity, half of it in each kind', () => {
    // I_and(T) = ½(−2)^{t−1} and I_or(T) = −½(−2)^{t−1}: everything cancels within its order. The
    // strength of orders 2, 3, 4 is 6·2, 4·4, 1·8, its weights are 1/3, 2/3, 1.
    const parity = andInteractions(4, (mask) => orderOf(mask) % 2)
    const and = parity.and.map((value, mask) => (orderOf(mask) > 1 ? value / 2 : 0))
    const split = { n: 4, and, or: and.map((value) => -value) }
    expect(scoreOf(split)).toBeCloseTo((12 / 3 + (16 * 2) / 3 + 8) / 36, 14)
  })

  it('is 5/6 for four-bit parity at its optimum; odd parity cancels across orders only', () => {
    const parity = (n: number) => {
      const values = Float64Array.from({ length: 2 ** n }, (_, mask) => orderOf(mask) % 2)
      return decompose(values, { noise: 0, gap: 1e-7 })
    }
    expect(scoreOf(parity(4), 1e-3)).toBeCloseTo(5 / 6, 6)
    // n = 3: masses −1, −2, +4 at orders 1, 2, 3, so 2·min(4, 2·½)/7.
    expect(scoreOf(parity(3), 1e-3)).toBeCloseTo(0, 6)
    expect(scoreOf(parity(3), 1e-3, 'global')).toBeCloseTo(2 / 7, 2)
  })

  it('lies in [0, 1], is below its global form, and does not change when v and τ scale', () => {
    const tables = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 16, maxLength: 16 })
    fc.assert(
      fc.property(tables, fc.constantFrom(0.25, 2, 8), (table, factor) => {
        const interactions = { n: 4, and: Float64Array.from(table), or: new Float64Array(16) }
        const scaled = { ...interactions, and: interactions.and.map((value) => value * factor) }
        const score = scoreOf(interactions, 3.5)
        expect(score).toBeGreaterThanOrEqual(0)
        expect(scoreOf(interactions, 3.5, 'global')).toBeGreaterThanOrEqual(score - 1e-12)
        expect(scoreOf(interactions, 3.5, 'global')).toBeLessThanOrEqual(1)
        expect(scoreOf(scaled, 3.5 * factor)).toBeCloseTo(score, 12)
      }),
    )
  })
})

describe('the other scores', () => {
  const sample = { n: 2, and: Float64Array.of(5, 2, -1, 1), or: Float64Array.of(0, 0, 0, -4) }

  it('measure what a reference does not confirm', () => {
    const reference = { n: 2, and: Float64Array.of(0, 1, 1, 9), or: Float64Array.of(0, 0, 0, -4) }
    expect(nongeneralizableMass(sample, sample, 0)).toBe(0)
    expect(nongeneralizableMass(sample, reference, 0)).toBeCloseTo(1 - (1 + 0 + 1 + 4) / 8, 15)
    expect(() =>
      confusingScore(sample, { score: 'nongeneralizable-mass', tau: 0, offsetScope: 'per-order' }),
    ).toThrow(/reference/)
  })

  it('go by name', () => {
    expect(
      confusingScore(sample, { score: 'high-order-share', tau: 1.5, offsetScope: 'per-order' }),
    ).toBe(1)
    expect(
      confusingScore(sample, { score: 'high-order-share', tau: 9, offsetScope: 'per-order' }),
    ).toBe(0)
    expect(
      confusingScore(sample, { score: 'cancellation', tau: 0, offsetScope: 'per-order' }),
    ).toBeCloseTo(1 - 2 / 8, 15)
    expect(
      confusingScore(sample, { score: 'offset-complexity', tau: 0, offsetScope: 'per-order' }),
    ).toBeCloseTo(2 / 8, 15)
    expect([...deltaScores(Float64Array.of(3, 1), Float64Array.of(1, 2))]).toEqual([2, -1])
  })
})

describe('confusing sets', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']
  const scores = Float64Array.of(0.1, 0.2, 0.15, 0.12, 0.9, 0.11, 0.13, 0.14, 0.16, 0.8)
  const names = (set: ReturnType<typeof confusingSet>) => set.members.map((member) => member.sample)

  it('take the top, by rank', () => {
    const set = confusingSet(scores, ids, { rule: 'top', fraction: 0.3 })
    expect(names(set)).toEqual(['e', 'j', 'b'])
    expect(set.members[1]).toEqual({ sample: 'j', rank: 2, score: 0.8 })
    expect(names(confusingSet(scores, ids, { rule: 'top', fraction: 0.01 }))).toEqual(['e'])
  })

  it('take outliers, a threshold, or two groups', () => {
    // Median 0.145, MAD 0.03: threshold 0.145 + 3 · 1.4826 · 0.03 = 0.2784.
    expect(names(confusingSet(scores, ids, { rule: 'mad' }))).toEqual(['e', 'j'])
    const nearly = (score: number) => confusingSet(scores.with(9, score), ids, { rule: 'mad' })
    expect(names(nearly(0.2785))).toEqual(['e', 'j'])
    expect(names(nearly(0.2784))).toEqual(['e'])
    expect(names(confusingSet(scores, ids, { rule: 'absolute', threshold: 0.8 }))).toEqual(['e'])
    expect(names(confusingSet(scores, ids, { rule: 'otsu' }))).toEqual(['e', 'j'])
  })

  it('find the split that leaves the least variance within the groups', () => {
    const list = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 2, maxLength: 12 })
    const squares = (values: number[]) => {
      const centre = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
      return values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
    }
    fc.assert(
      fc.property(list, (values) => {
        fc.pre(new Set(values).size > 1)
        const within = (t: number) =>
          squares(values.filter((value) => value <= t)) +
          squares(values.filter((value) => value > t))
        const least = Math.min(...values.map(within))
        expect(within(otsuThreshold(Float64Array.from(values)))).toBeCloseTo(least, 9)
      }),
    )
  })

  it('break ties by the id, wherever the sample stands in the list', () => {
    const tied = Float64Array.of(1, 0.5, 0.5, 0.5, 0.5)
    const set = confusingSet(tied, ids.slice(0, 5), { rule: 'top', fraction: 0.4 })
    const reversed = confusingSet(tied.slice().reverse(), ids.slice(0, 5).reverse(), {
      rule: 'top',
      fraction: 0.4,
    })
    expect(names(reversed)).toEqual(names(set))
    expect([...set.tied].sort()).toEqual(['b', 'c', 'd', 'e'])
  })

  it('are empty when nothing stands out', () => {
    const constant = new Float64Array(10).fill(0.25)
    for (const rule of [
      { rule: 'top', fraction: 0.1 },
      { rule: 'mad' },
      { rule: 'otsu' },
    ] as const) {
      expect(names(confusingSet(constant, ids, rule))).toEqual([])
    }
    expect(names(confusingSet(new Float64Array(0), [], { rule: 'mad' }))).toEqual([])
    expect(names(confusingSet(scores, ids, { rule: 'absolute', threshold: 2 }))).toEqual([])
  })

  it('name the samples that the other end of the solutions would swap', () => {
    const low = confusingSet(scores, ids, { rule: 'top', fraction: 0.2 })
    const swapped = scores.slice()
    swapped[9] = 0
    const high = confusingSet(swapped, ids, { rule: 'top', fraction: 0.2 })
    expect([...undeterminedSamples(low, high)].sort()).toEqual(['b', 'j'])
    expect(undeterminedSamples(low).size).toBe(0)
  })
})

describe('positive control', () => {
  it('agrees with scikit-learn (roc_auc_score)', () => {
    const flagged = [0, 1, 0, 1, 0, 0, 1, 0].map(Boolean)
    expect(areaUnderRoc([3.1, 2.2, 2.2, 5, 7, 1, 0, 2.2], flagged)).toBeCloseTo(0.4, 14)
  })

  it('counts pairs', () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean())
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 15 }), (samples) => {
        const positives = samples.filter(([, flag]) => flag).map(([score]) => score)
        const negatives = samples.filter(([, flag]) => !flag).map(([score]) => score)
        let wins = 0
        for (const p of positives) for (const q of negatives) wins += p > q ? 1 : p === q ? 0.5 : 0
        const pairs = positives.length * negatives.length
        const area = areaUnderRoc(
          samples.map(([score]) => score),
          samples.map(([, flag]) => flag),
        )
        if (pairs === 0) expect(area).toBeUndefined()
        else expect(area).toBeCloseTo(wins / pairs, 12)
      }),
    )
  })
})

describe('positive control over networks', () => {
  // Mean ranks of the samples: 2, 2, 3.5, 3, 4.5, 6.
  const scores = [Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(3, 2, 4, 2, 4, 9)]

  it('is the AUC of mean ranks, with the share of choices of samples that reach it', () => {
    const flagged = [false, false, false, true, true, true]
    const { auc, pValue } = controlTest(scores, flagged, stream(0, 'control').at())
    const ranks = scores.map((one) =>
      Array.from(one, (value) => {
        const below = one.filter((other) => other < value).length
        return below + (one.filter((other) => other === value).length + 1) / 2
      }),
    )
    const mean = ranks[0].map((rank, x) => rank + ranks[1][x])
    const areaOf = (members: readonly number[]) =>
      areaUnderRoc(
        mean,
        Array.from(mean, (_, x) => members.includes(x)),
      ) as number
    const choices = mean.flatMap((_, a) =>
      mean.slice(0, a).flatMap((__, b) => mean.slice(0, b).map((___, c) => [a, b, c])),
    )
    const reached = choices.filter((choice) => areaOf(choice) >= areaOf([3, 4, 5]) - 1e-12)
    expect(choices).toHaveLength(20)
    expect(auc).toBe(areaOf([3, 4, 5]))
    // Its standard error is below .005.
    expect(Math.abs(pValue - reached.length / 20)).toBeLessThan(0.02)
  })

  it('needs flagged and other samples', () => {
    expect(() => controlTest(scores, Array(6).fill(false), stream(0, 'control').at())).toThrow(
      /flagged and other/,
    )
  })
})

describe('reliability', () => {
  it('is taken kind by kind, so that agreeing choices cannot hide one that disagrees', () => {
    const own = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8)
    const near = own.map((value, x) => value + 0.1 * (x % 2))
    const other = Float64Array.of(4, 1, 7, 2, 8, 3, 6, 5)
    const found = reliabilityByKind(own, { salience: [near, near], baseline: [other] })
    expect(Object.keys(found)).toEqual(['salience', 'baseline'])
    expect(found.salience).toBeGreaterThan(0.99)
    expect(found.baseline).toBe(intraclassCorrelation([own, other]))
    expect(found.baseline).toBeLessThan(0.5)
    expect(weakestKind(found)).toBe('baseline')
    expect(weakestKind({})).toBeUndefined()
  })

  it("gives Shrout and Fleiss's published example", () => {
    // Six targets, four judges (Shrout & Fleiss 1979, table 2): ICC(3,1) = .71.
    const judges = [
      [9, 6, 8, 7, 10, 6],
      [2, 1, 4, 1, 5, 2],
      [5, 3, 6, 2, 6, 4],
      [8, 2, 8, 6, 9, 7],
    ].map((scores) => Float64Array.from(scores))
    expect(intraclassCorrelation(judges)).toBeCloseTo(0.7148407148407149, 12)
  })

  it('does not exist for constant scores, one condition or one sample', () => {
    expect(intraclassCorrelation([new Float64Array(4), new Float64Array(4)])).toBeUndefined()
    expect(intraclassCorrelation([Float64Array.of(1, 2)])).toBeUndefined()
    expect(intraclassCorrelation([Float64Array.of(1), Float64Array.of(2)])).toBeUndefined()
    expect(intraclassCorrelation([])).toBeUndefined()
  })
})

describe('difficulty', () => {
  it('takes the highest and the lowest losses', () => {
    const losses = Float64Array.of(0.1, 5, 0.2, 3, 0.05, 1, 1.5, 0.7, 0.3, 0.4)
    const groups = difficultyGroups(losses, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0.2)
    expect(groups).toEqual({ hard: [1, 3], easy: [4, 0] })
    expect(difficultyGroups(Float64Array.of(1), ['x'])).toEqual({ hard: [], easy: [] })
  })

  it('is not told where a loss is not known', () => {
    const losses = Float64Array.of(0.1, Number.NaN, 0.2, 3)
    expect(difficultyGroups(losses, [0, 1, 2, 3], 0.25)).toEqual({ hard: [], easy: [] })
  })
})
