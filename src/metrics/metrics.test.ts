/** Metrics of interactions and plain statistics against their definitions, scipy and numpy. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { orderOf } from '../testing/orderOf.js'
import { cancellation, complexity, totalStrength } from './complexity.js'
import { midranks, pearson, quantile, spearman, variance } from './descriptive.js'
import { generalizationByOrder } from './generalization.js'
import { meanOrderDistribution, orderDistribution } from './orderDistribution.js'
import { meanInteractions, similarityByOrder, similarityOver } from './similarity.js'
import { pairAgreement, salientSets } from './transferability.js'
import type { Interactions } from './types.js'

/** Interactions from `{ mask: value }` of each kind. */
function interactionsOf(
  n: number,
  and: Record<number, number>,
  or: Record<number, number> = {},
): Interactions {
  const table = (entries: Record<number, number>) => {
    const values = new Float64Array(2 ** n)
    for (const [mask, value] of Object.entries(entries)) values[Number(mask)] = value
    return values
  }
  return { n, and: table(and), or: table(or) }
}

function noise(n: number, seed: number): Interactions {
  const generator = stream(seed, 'noise').at()
  const table = () => Float64Array.from({ length: 2 ** n }, () => generator.normal())
  const and = table()
  const or = table()
  or.forEach((_, mask) => {
    if (orderOf(mask) <= 1) or[mask] = 0
  })
  return { n, and, or }
}

describe('descriptive statistics', () => {
  it('agree with scipy and numpy', () => {
    // scipy.stats.rankdata, spearmanr; numpy.corrcoef, quantile (scipy 1.17, numpy 2.4).
    const x = [3.1, 2.2, 2.2, 5, 7, 1, 0, 2.2]
    const y = [2, 1, 4, 4, 9, 0, 1, 3]
    expect([...midranks(x)]).toEqual([6, 4, 4, 7, 8, 2, 1, 4])
    expect(spearman(x, y)).toBeCloseTo(0.7901836773196718, 14)
    expect(pearson(x, y)).toBeCloseTo(0.8776773912941419, 14)
    const list = [3, 1, 4, 1, 5, 9, 2, 6]
    expect([0.1, 0.25, 0.5].map((p) => quantile(list, p))).toEqual([1, 1.75, 3.5])
    expect(quantile(list, 0.9)).toBeCloseTo(6.9, 14)
  })

  it('are undefined, not NaN, where they do not exist', () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeUndefined()
    expect(pearson([], [])).toBeUndefined()
    expect(quantile([], 0.5)).toBeUndefined()
    expect(variance([1])).toBeUndefined()
  })
})

describe('order distribution', () => {
  const interactions = interactionsOf(3, { 0: 9, 1: 2, 2: -0.05, 3: 1, 5: -4 }, { 6: 3, 7: -2 })

  it('sums salient strength by order and sign, order 0 left out', () => {
    const all = orderDistribution(interactions, 0.1)
    expect([...all.positive]).toEqual([0, 2, 4, 0])
    expect([...all.negative]).toEqual([0, 0, -4, -2])
    expect([...all.count]).toEqual([0, 1, 3, 1])
    expect([...orderDistribution(interactions, 0.1, 'or').positive]).toEqual([0, 0, 3, 0])
    expect([...orderDistribution(interactions, 0.1, 'and').negative]).toEqual([0, 0, -4, 0])
  })

  it('pools AND and OR, whatever the interactions', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.nat(1000), (n, seed) => {
        const sample = noise(n, seed)
        const [and, or, all] = (['and', 'or', 'all'] as const).map((kind) =>
          orderDistribution(sample, 0.5, kind),
        )
        for (let order = 0; order <= n; order++) {
          expect(and.positive[order] + or.positive[order]).toBeCloseTo(all.positive[order], 12)
          expect(and.count[order] + or.count[order]).toBe(all.count[order])
        }
      }),
    )
  })

  it('averages over samples, and has no mean of none', () => {
    const none = orderDistribution(interactionsOf(3, {}), 0.1)
    const average = meanOrderDistribution([orderDistribution(interactions, 0.1), none])
    expect([...(average?.positive ?? [])]).toEqual([0, 1, 2, 0])
    expect(meanOrderDistribution([])).toBeUndefined()
  })
})

describe('complexity', () => {
  it('gives the figures of a sample worked out by hand', () => {
    const interactions = interactionsOf(3, { 1: 2, 3: 1, 5: -4 }, { 6: 3, 7: -2 })
    const figures = complexity(interactions, 0.1)
    const distribution = orderDistribution(interactions, 0.1)
    expect(totalStrength(distribution)).toBe(12)
    expect(figures.salient).toBe(5)
    expect(figures.meanOrder).toBeCloseTo((1 * 2 + 2 * 8 + 3 * 2) / (3 * 12), 14)
    expect(figures.highOrderShare).toBeCloseTo(10 / 12, 14)
    expect(figures.offset).toBeCloseTo((2 * 4) / 12, 14)
    expect(cancellation(distribution)).toBe(1)
  })

  it('has no shares without salient interactions', () => {
    const figures = complexity(interactionsOf(3, { 0: 5 }), 0)
    expect(figures).toEqual({ salient: 0 })
  })
})

describe('similarity', () => {
  /** Of two vectors of 2ⁿ entries, as AND interactions of all sets and no OR interactions. */
  const similarity = (a: readonly number[], b: readonly number[]) => {
    const masks = Uint32Array.from(a.keys())
    const interactions = (and: readonly number[]) => interactionsOf(Math.log2(a.length), { ...and })
    return similarityOver(interactions(a), masks, interactions(b), masks)
  }

  it('has its published fixed points', () => {
    expect(similarity([1, -2], [1, -2])).toBe(1)
    expect(similarity([1, -2], [2, -4])).toBe(0.5)
    expect(similarity([1, -2], [-1, 2])).toBe(0)
    expect(similarity([1, -1], [1, 1])).toBeCloseTo(1 / 3, 15)
    expect(similarity([0, 0], [0, 0])).toBeUndefined()
  })

  it('equals the definition with split vectors', () => {
    const vector = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        const split = (v: number[]) => [
          ...v.map((x) => Math.max(x, 0)),
          ...v.map((x) => Math.max(-x, 0)),
        ]
        const [sa, sb] = [split(a), split(b)]
        const shared = sa.reduce((sum, x, index) => sum + Math.min(x, sb[index]), 0)
        const union = sa.reduce((sum, x, index) => sum + Math.max(x, sb[index]), 0)
        expect(similarity(a, b)).toBe(union > 0 ? shared / union : undefined)
      }),
    )
  })

  it('compares order by order over both kinds', () => {
    const a = interactionsOf(2, { 1: 1, 3: 2 }, { 3: -1 })
    const b = interactionsOf(2, { 1: 2, 3: 2 }, { 3: 1 })
    expect(similarityByOrder(a, b)).toEqual([undefined, 0.5, 2 / 4])
  })

  it('zeroes entries below τ before it averages', () => {
    const average = meanInteractions([
      { interactions: interactionsOf(1, { 1: 4 }), tau: 2 },
      { interactions: interactionsOf(1, { 1: 1 }), tau: 2 },
    ])
    expect(average?.and[1]).toBe(2)
    expect(meanInteractions([])).toBeUndefined()
  })
})

describe('generalisation by order', () => {
  const sharedPart = interactionsOf(4, { 1: 3, 3: 2, 5: -2 })
  /** Orders 1 and 2 shared by all samples, order 3 and 4 noise of each sample. */
  const sample = (seed: number): Interactions => {
    const own = noise(4, seed)
    const and = own.and.map((value, mask) => (orderOf(mask) >= 3 ? value : sharedPart.and[mask]))
    return { n: 4, and, or: new Float64Array(16) }
  }
  const group = (from: number, tau: number) =>
    Array.from({ length: 40 }, (_, index) => ({
      label: index % 2,
      interactions: sample(from + index),
      tau,
    }))

  it('is high for shared orders, low for noise, between floor and ceiling', () => {
    const rows = generalizationByOrder(group(0, 0), group(100, 0), { seed: 1 })
    expect(rows.map((row) => row.order)).toEqual([1, 2, 3, 4])
    expect(rows[0].similarity).toBeCloseTo(1, 12)
    expect(rows[1].ceiling).toBeCloseTo(1, 12)
    expect(rows[1].floor).toBeLessThan(0.6)
    expect(rows[2].similarity).toBeLessThan(0.5)
    expect(Math.abs((rows[2].matched ?? 0) - (rows[2].ceiling ?? 1))).toBeLessThan(0.15)
    expect(rows[3].floor).toBeUndefined()
  })

  it('equals the plain class means when both sides have equally many samples', () => {
    const [train, test] = [group(0, 0.3), group(100, 0.3)]
    const direct = [0, 1].map((label) => {
      const average = (side: typeof train) =>
        meanInteractions(side.filter((one) => one.label === label)) as Interactions
      return similarityByOrder(average(train), average(test))[3] as number
    })
    const rows = generalizationByOrder(train, test, { seed: 1, repeats: 3 })
    expect(rows[2].similarity).toBeCloseTo((direct[0] + direct[1]) / 2, 12)
  })

  it('is undefined, not 0, where nothing is salient, and empty without samples', () => {
    const silent = [{ label: 0, interactions: interactionsOf(2, { 1: 1 }), tau: 0 }]
    const [first, second] = generalizationByOrder(silent, silent, { seed: 0 })
    expect(first).toEqual({ order: 1, similarity: 1, floor: first.floor })
    expect(second.similarity).toBeUndefined()
    expect(generalizationByOrder([], [], { seed: 0 })).toEqual([])
    expect(generalizationByOrder(silent, [], { seed: 0 })[0].similarity).toBeUndefined()
  })
})

describe('transferability', () => {
  const a = interactionsOf(3, { 1: 1, 3: -2, 7: 0.1 }, { 3: 1 })
  const b = interactionsOf(3, { 1: 1, 3: 2, 7: 0.1 }, { 3: 1 })
  const setsOf = (interactions: Interactions, tau: number) =>
    salientSets([{ sample: 0, interactions, tau }])

  it('counts kind, set and sign', () => {
    expect(setsOf(a, 0.5).sizes[0]).toBe(3)
    expect(pairAgreement(setsOf(a, 0.5), setsOf(b, 0.5)).signed.share).toBeCloseTo(2 / 3, 15)
    // Of the one that has none nothing is transferred.
    expect(pairAgreement(setsOf(a, 5), setsOf(b, 0.5)).signed.share).toBe(0)
    expect(pairAgreement(setsOf(a, 5), setsOf(b, 5)).signed.share).toBeUndefined()
  })

  it('counts with and without sign what two lists of interactions have in common, for any number of players', () => {
    const random = stream(0, 'salient').at()
    for (const n of [1, 3, 4, 5, 7]) {
      const drawn = [0, 1].map(() => {
        const table = () => Float64Array.from({ length: 2 ** n }, () => random.normal())
        const [and, or] = [table(), table()]
        const listed = [and, or].flatMap((values, kind) =>
          [...values].flatMap((value, mask) =>
            mask > 0 && Math.abs(value) > 0.7
              ? [[`${kind} ${mask}`, Math.sign(value)] as const]
              : [],
          ),
        )
        return { sets: setsOf({ n, and, or }, 0.7), listed }
      })
      const [one, two] = drawn.map(({ listed }) => new Map(listed))
      const common = [...one].filter(([name]) => two.has(name))
      const signed = common.filter(([name, sign]) => two.get(name) === sign).length
      expect(drawn.map(({ sets }) => sets.sizes[0])).toEqual([one.size, two.size])
      const found = pairAgreement(drawn[0].sets, drawn[1].sets)
      const inBoth = (count: number) => (count / one.size + count / two.size) / 2
      expect(found.unsigned.share).toBeCloseTo(inBoth(common.length), 14)
      expect(found.signed.share).toBeCloseTo(inBoth(signed), 14)
      expect(found.iou).toBeCloseTo(signed / (one.size + two.size - signed), 14)
    }
  })

  it('gives the share of random sets', () => {
    // 3 salient ones among 7 AND + 4 OR interactions, each with one of two signs.
    expect(pairAgreement(setsOf(a, 0.5), setsOf(b, 0.5)).signed.chance).toBeCloseTo(3 / 22, 15)
  })
})
