/** Agreement of interactions with reference networks against a sample worked out by hand, bounds and shuffling. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nongeneralizable } from '../confusing/scores.js'
import { type Generator, stream } from '../core/random.js'
import { orderOf } from '../testing/orderOf.js'
import {
  type AgreementRule,
  agreementByChance,
  agreementWith,
  generalizableStrength,
  nongeneralizableTotal,
  shareWithFewer,
} from './agreement.js'
import type { ThresholdedInteractions } from './similarity.js'
import type { Interactions } from './types.js'

/** Interactions by mask, for n players. */
function made(n: number, and: Record<number, number>, or: Record<number, number> = {}) {
  const table = (entries: Record<number, number>) =>
    Float64Array.from({ length: 2 ** n }, (_, mask) => entries[mask] ?? 0)
  return { n, and: table(and), or: table(or) }
}

const rules: readonly AgreementRule[] = ['any', 'majority', 'all']

describe('a sample worked out by hand', () => {
  // Order 1: 4; order 2: AND −3, OR 2; order 3: AND 0.5, which is not salient at τ = 1.
  const own = made(3, { 0: 9, 1: 4, 3: -3, 7: 0.5 }, { 3: 2 })
  const references = [
    // Confirms order 1, and {0, 1} as AND with the other sign.
    { interactions: made(3, { 1: 2, 3: 5 }), tau: 1 },
    // Has the OR, but not above its own τ; and the AND of the same sign.
    { interactions: made(3, { 1: 30, 3: -11 }, { 3: 9 }), tau: 10 },
    // Has the AND interaction of order 1 as OR, which is another kind, and a strong order 3.
    { interactions: made(3, { 7: 9 }, { 1: 4 }), tau: 1 },
  ]
  const strengths = (rule: AgreementRule, sign: 'ignore' | 'same' = 'ignore') =>
    nongeneralizableTotal(agreementWith(own, 1, references, sign), rule)

  it('counts what no reference has, or too few', () => {
    expect(strengths('any')).toEqual({ total: 9, nongeneralizable: 2 })
    expect(strengths('majority')).toEqual({ total: 9, nongeneralizable: 2 })
    expect(strengths('all')).toEqual({ total: 9, nongeneralizable: 9 })
  })

  it('asks for the sign where it is to be the same', () => {
    expect(strengths('any', 'same')).toEqual({ total: 9, nongeneralizable: 2 })
    expect(strengths('majority', 'same')).toEqual({ total: 9, nongeneralizable: 5 })
  })

  it('splits the strength of every order', () => {
    const agreement = agreementWith(own, 1, references, 'same')
    const and = generalizableStrength(agreement, 'and', 'majority')
    expect([...and.generalizable]).toEqual([0, 4, 0, 0])
    expect([...and.nongeneralizable]).toEqual([0, 0, 3, 0])
    const or = generalizableStrength(agreement, 'or', 'majority')
    expect([...or.generalizable, ...or.nongeneralizable]).toEqual([0, 0, 0, 0, 0, 0, 2, 0])
  })

  it('gives share and strength, and 0 where nothing is salient', () => {
    const share = { agree: 'any', form: 'share' } as const
    const strength = { agree: 'any', form: 'strength' } as const
    const found = agreementWith(own, 1, references, 'ignore')
    expect(nongeneralizable(found, share)).toBeCloseTo(2 / 9, 15)
    expect(nongeneralizable(found, strength)).toBe(2)
    const nothing = agreementWith(own, 100, references, 'ignore')
    expect(nongeneralizable(nothing, share)).toBe(0)
    expect(nongeneralizable(nothing, strength)).toBe(0)
  })
})

const n = 3
const tables = fc
  .array(fc.integer({ min: -9, max: 9 }), { minLength: 16, maxLength: 16 })
  .map((values): Interactions => {
    return { n, and: Float64Array.from(values.slice(0, 8)), or: Float64Array.from(values.slice(8)) }
  })
const thresholded = fc.record({ interactions: tables, tau: fc.integer({ min: 0, max: 9 }) })
const references = fc.array(thresholded, { minLength: 1, maxLength: 5 })

describe('whatever the interactions', () => {
  const scoreOf = (
    own: ThresholdedInteractions,
    among: readonly ThresholdedInteractions[],
    agree: AgreementRule,
    sign: 'ignore' | 'same' = 'ignore',
    form: 'share' | 'strength' = 'share',
  ) => nongeneralizable(agreementWith(own.interactions, own.tau, among, sign), { agree, form })

  it('a network that is its own reference has nothing that is not generalizable', () => {
    fc.assert(
      fc.property(thresholded, (own) => {
        for (const rule of rules) expect(scoreOf(own, [own, own], rule, 'same')).toBe(0)
      }),
    )
  })

  it('one more reference never raises the score under any, nor lowers it under all', () => {
    fc.assert(
      fc.property(thresholded, references, thresholded, (own, among, further) => {
        const more = [...among, further]
        expect(scoreOf(own, more, 'any')).toBeLessThanOrEqual(scoreOf(own, among, 'any') + 1e-12)
        expect(scoreOf(own, more, 'all')).toBeGreaterThanOrEqual(scoreOf(own, among, 'all') - 1e-12)
      }),
    )
  })

  it('stricter rules and signs never lower it, and order of the references does not matter', () => {
    fc.assert(
      fc.property(thresholded, references, (own, among) => {
        const [any, majority, all] = rules.map((rule) => scoreOf(own, among, rule))
        expect(majority).toBeGreaterThanOrEqual(any)
        expect(all).toBeGreaterThanOrEqual(majority)
        for (const rule of rules) {
          const plain = scoreOf(own, among, rule)
          expect(scoreOf(own, among, rule, 'same')).toBeGreaterThanOrEqual(plain)
          expect(scoreOf(own, [...among].reverse(), rule)).toBe(plain)
        }
      }),
    )
  })

  it('both sorts add up to the salient strength of their order', () => {
    fc.assert(
      fc.property(thresholded, references, fc.constantFrom(...rules), (own, among, rule) => {
        const agreement = agreementWith(own.interactions, own.tau, among, 'ignore')
        for (const kind of ['and', 'or'] as const) {
          const sorts = generalizableStrength(agreement, kind, rule)
          for (let order = 1; order <= n; order++) {
            const salient = own.interactions[kind].filter(
              (value, mask) => orderOf(mask) === order && Math.abs(value) > own.tau,
            )
            const strength = salient.reduce((sum, value) => sum + Math.abs(value), 0)
            expect(sorts.generalizable[order] + sorts.nongeneralizable[order]).toBe(strength)
          }
        }
      }),
    )
  })

  it('chance is what shuffling the references within kind and order gives on average', () => {
    const own = { interactions: made(3, { 1: 4, 3: -3, 7: 5 }, { 3: 2, 5: 6 }), tau: 1 }
    const among = [
      { interactions: made(3, { 2: 2, 3: 5, 5: 9 }, { 6: 3 }), tau: 1 },
      { interactions: made(3, { 4: 7, 7: 2 }, { 3: 3, 5: -4 }), tau: 1 },
    ]
    for (const sign of ['ignore', 'same'] as const) {
      const expected = agreementByChance(
        agreementWith(own.interactions, own.tau, among, sign),
        among,
        sign,
      )
      const sums = new Float64Array(expected.and.length + expected.or.length)
      const draws = 4000
      for (let draw = 0; draw < draws; draw++) {
        const random = stream(draw, 'test', 'shuffled references').at()
        const shuffled = among.map(({ interactions, tau }) => {
          return { interactions: shuffledWithin(interactions, random), tau }
        })
        const found = agreementWith(own.interactions, own.tau, shuffled, sign)
        for (const [at, value] of [...found.and, ...found.or].entries()) sums[at] += value / draws
      }
      for (const [at, value] of [...expected.and, ...expected.or].entries()) {
        expect(Math.abs(sums[at] - value)).toBeLessThan(0.25)
      }
    }
  })

  it('chance moves no strength from order to order, and spares what no reference can have', () => {
    fc.assert(
      fc.property(thresholded, references, (own, among) => {
        const expected = agreementByChance(
          agreementWith(own.interactions, own.tau, among, 'ignore'),
          among,
          'ignore',
        )
        const found = agreementWith(own.interactions, own.tau, among, 'ignore')
        for (const kind of ['and', 'or'] as const) {
          for (let order = 1; order <= n; order++) {
            const at = order * (among.length + 1)
            const total = (table: Float64Array) =>
              table.slice(at, at + among.length + 1).reduce((sum, value) => sum + value, 0)
            expect(total(expected[kind])).toBeCloseTo(total(found[kind]), 9)
          }
        }
        // The one interaction of order n is salient in a reference or not: chance has nothing to shuffle.
        const last = n * (among.length + 1)
        for (let hits = 0; hits <= among.length; hits++) {
          expect(expected.and[last + hits]).toBeCloseTo(found.and[last + hits], 9)
        }
      }),
    )
  })

  it('the share with fewer references is the mean over all choices of so many', () => {
    fc.assert(
      fc.property(thresholded, references, fc.constantFrom(...rules), (own, among, rule) => {
        const agreement = agreementWith(own.interactions, own.tau, among, 'ignore')
        for (let chosen = 1; chosen <= among.length; chosen++) {
          const found = shareWithFewer(agreement, chosen, rule)
          const { total } = nongeneralizableTotal(agreement, rule)
          if (total === 0) {
            expect(found).toBeUndefined()
            continue
          }
          const choices = subsets(among).filter((subset) => subset.length === chosen)
          const scores = choices.map((subset) => 1 - scoreOf(own, subset, rule))
          const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
          expect(found).toBeCloseTo(mean, 10)
        }
      }),
    )
  })
})

/** The interactions of each kind and order in another place, each with another sign. */
function shuffledWithin({ n, and, or }: Interactions, random: Generator): Interactions {
  const shuffle = (table: Float64Array) => {
    const result = new Float64Array(table.length)
    for (let order = 1; order <= n; order++) {
      const masks = [...table.keys()].filter((mask) => orderOf(mask) === order)
      for (const [index, from] of random.permutation(masks.length).entries()) {
        result[masks[index]] = table[masks[from]] * (random.below(2) === 0 ? 1 : -1)
      }
    }
    return result
  }
  return { n, and: shuffle(and), or: shuffle(or) }
}

function subsets<T>(items: readonly T[]): T[][] {
  return Array.from({ length: 2 ** items.length }, (_, mask) =>
    items.filter((_, index) => (mask >> index) & 1),
  )
}
