/** AND and OR interactions of games whose interactions are known in closed form. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { orders, playersOf, subsetCount } from '../core/subset.js'
import { orderOf } from '../testing/orderOf.js'
import {
  andAdjoint,
  andInteractions,
  matchingError,
  mergeLowOrders,
  orAdjoint,
  orInteractions,
  synthesize,
  synthesizeAnd,
  synthesizeOr,
} from './andOr.js'
import { mobius, mobiusAdjoint, zeta, zetaAdjoint } from './mobius.js'

/** The value table of a function of the subset. */
const game = (n: number, v: (mask: number) => number) =>
  Float64Array.from({ length: subsetCount(n) }, (_, mask) => v(mask))
const symmetric = (n: number, f: (size: number) => number) => game(n, (mask) => f(orderOf(mask)))
const binomial = (n: number, k: number): number =>
  k < 0 || k > n ? 0 : k === 0 ? 1 : (binomial(n - 1, k - 1) * n) / k
const l1 = (table: Float64Array) => table.reduce((sum, value) => sum + Math.abs(value), 0)
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0)
const close = (actual: Float64Array, expected: Float64Array | number[]) =>
  expected.forEach((value, mask) => {
    expect(actual[mask]).toBeCloseTo(value, 9)
  })

const table = (n: number) =>
  fc
    .array(fc.double({ min: -10, max: 10, noNaN: true }), {
      minLength: subsetCount(n),
      maxLength: subsetCount(n),
    })
    .map((values) => Float64Array.from(values))
const anyTable = fc.integer({ min: 0, max: 7 }).chain(table)
const twoTables = fc.integer({ min: 0, max: 6 }).chain((n) => fc.tuple(table(n), table(n)))

describe('transforms', () => {
  it('are sums over subsets by definition', () => {
    const u = game(5, (mask) => Math.sin(mask + 1))
    const [sums, dividends] = [u.slice(), u.slice()]
    zeta(sums)
    mobius(dividends)
    for (let S = 0; S < u.length; S++) {
      const subsets = [...u.keys()].filter((L) => (L & S) === L)
      const signed = (L: number) => (-1) ** (orderOf(S) - orderOf(L)) * u[L]
      expect(sums[S]).toBeCloseTo(
        subsets.reduce((sum, L) => sum + u[L], 0),
        12,
      )
      expect(dividends[S]).toBeCloseTo(
        subsets.reduce((sum, L) => sum + signed(L), 0),
        12,
      )
    }
  })

  it('invert each other, on both sides', () => {
    fc.assert(
      fc.property(anyTable, (u) => {
        const back = u.slice()
        zeta(back)
        mobius(back)
        zetaAdjoint(back)
        mobiusAdjoint(back)
        close(back, u)
        close(synthesizeAnd(andInteractions(u)), u)
        close(synthesizeOr(orInteractions(u)), u)
      }),
    )
  })

  it('have the adjoints that they claim', () => {
    fc.assert(
      fc.property(twoTables, ([x, lambda]) => {
        expect(dot(synthesizeAnd(x), lambda)).toBeCloseTo(dot(x, andAdjoint(lambda)), 6)
        expect(dot(synthesizeOr(x), lambda)).toBeCloseTo(dot(x, orAdjoint(lambda)), 6)
      }),
    )
  })
})

describe('interactions of known games', () => {
  const n = 5
  const N = subsetCount(n) - 1
  const order = orders(n)
  const both = (v: Float64Array) => ({ and: andInteractions(v), or: orInteractions(v) })
  const byOrder = (f: (order: number) => number) => game(n, (mask) => f(orderOf(mask)))

  it('additive: order 1 in both bases', () => {
    const weights = [1, -2, 3, 0.5, -4]
    const v = game(n, (mask) => playersOf(mask).reduce((sum, player) => sum + weights[player], 0))
    for (const interactions of Object.values(both(v))) {
      close(
        interactions,
        game(n, (mask) => (order[mask] === 1 ? weights[Math.log2(mask)] : 0)),
      )
    }
  })

  it('AND and OR of all players', () => {
    const conjunction = both(game(n, (mask) => Number(mask === N)))
    close(
      conjunction.and,
      game(n, (mask) => Number(mask === N)),
    )
    expect(l1(conjunction.or)).toBe(2 ** n - 1)
    const disjunction = both(game(n, (mask) => Number(mask !== 0)))
    close(
      disjunction.or,
      game(n, (mask) => Number(mask === N)),
    )
    close(
      disjunction.and,
      byOrder((t) => (t === 0 ? 0 : (-1) ** (t + 1))),
    )
  })

  it('AND of two players in the OR basis, and the other way round', () => {
    const expected = [0, 1, 1, -1]
    close(orInteractions(game(2, (mask) => Number(mask === 3))), expected)
    close(andInteractions(game(2, (mask) => Number(mask !== 0))), expected)
    close(andInteractions(game(2, (mask) => orderOf(mask) % 2)), [0, 1, 1, -2])
  })

  it.each([4, 5])('parity of %i', (players) => {
    const parity = symmetric(players, (s) => s % 2)
    const power = (t: number) => (t === 0 ? 0 : (-2) ** (t - 1))
    close(andInteractions(parity), symmetric(players, power))
    const sign = players % 2 === 1 ? 1 : -1
    close(
      orInteractions(parity),
      symmetric(players, (t) => sign * power(t)),
    )
    expect(l1(andInteractions(parity))).toBe((3 ** players - 1) / 2)
  })

  it.each([1, 2, 3, 4, 5])('at least %i players', (k) => {
    const threshold = (least: number) => (t: number) =>
      t >= least ? (-1) ** (t - least) * binomial(t - 1, least - 1) : 0
    const found = both(symmetric(n, (s) => Number(s >= k)))
    close(found.and, byOrder(threshold(k)))
    close(found.or, byOrder(threshold(n - k + 1)))
  })

  it('symmetric games', () => {
    const f = (s: number) => Math.cos(3 * s) - 1
    const sum = (t: number, g: (j: number) => number) =>
      [...Array(t + 1).keys()].reduce(
        (total, j) => total + (-1) ** (t - j) * binomial(t, j) * g(j),
        0,
      )
    const found = both(symmetric(n, f))
    close(
      found.and,
      byOrder((t) => sum(t, f)),
    )
    close(
      found.or,
      byOrder((t) => (t === 0 ? f(0) : -sum(t, (j) => f(n - j)))),
    )
  })

  it('products, powers and binomials', () => {
    const factors = [0.5, -2, 3, 1, -0.25]
    const product = (mask: number, shift: number) =>
      playersOf(mask).reduce((result, player) => result * (factors[player] + shift), 1)
    close(
      andInteractions(game(n, (mask) => product(mask, 1))),
      game(n, (mask) => product(mask, 0)),
    )
    close(
      andInteractions(symmetric(n, (s) => 3 ** s)),
      byOrder((t) => 2 ** t),
    )
    close(
      andInteractions(symmetric(n, (s) => s * s)),
      byOrder((t) => [0, 1, 2][t] ?? 0),
    )
    close(
      andInteractions(symmetric(n, (s) => binomial(s, 2))),
      byOrder((t) => Number(t === 2)),
    )
  })

  it('the largest of weighted players is a chain of ORs', () => {
    const v = game(3, (mask) => (mask === 0 ? 0 : Math.max(...playersOf(mask)) + 1))
    close(orInteractions(v), [0, 0, 0, 0, 1, 0, 1, 1])
  })
})

describe('random games', () => {
  it('keep their total and Shapley values', () => {
    const n = 5
    fc.assert(
      fc.property(table(n), table(n), (v, split) => {
        const or = orInteractions(split)
        const and = andInteractions(v.map((value, mask) => value - split[mask]))
        const total = [...v.keys()].slice(1).reduce((sum, mask) => sum + and[mask] + or[mask], 0)
        expect(total).toBeCloseTo(v[v.length - 1] - v[0], 6)
        for (let player = 0; player < n; player++) {
          expect(shapleyOfInteractions(and, or, player)).toBeCloseTo(shapley(v, n, player), 6)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('have dividends of variance 2^t when v is noise', () => {
    const n = 10
    const generator = stream(1, 'noise').at()
    const random = () => generator.normal()
    const sums = new Float64Array(n + 1)
    const counts = new Float64Array(n + 1)
    for (let draw = 0; draw < 40; draw++) {
      andInteractions(game(n, random)).forEach((value, mask) => {
        sums[orderOf(mask)] += value * value
        counts[orderOf(mask)]++
      })
    }
    for (let t = 2; t <= 8; t++) expect(sums[t] / counts[t] / 2 ** t).toBeCloseTo(1, 0.5)
  })

  it('are unchanged by the merge of orders 0 and 1', () => {
    fc.assert(
      fc.property(twoTables, ([and, or]) => {
        const merged = { and: and.slice(), or: or.slice() }
        const h = synthesize({ and, or })
        mergeLowOrders(merged)
        expect(matchingError(merged, h)).toBeLessThan(1e-9)
        expect(l1(merged.and) + l1(merged.or)).toBeLessThanOrEqual(l1(and) + l1(or) + 1e-9)
        merged.or.forEach((value, mask) => {
          if (orderOf(mask) < 2) expect(value).toBe(0)
        })
      }),
    )
  })
})

/** φ_i = Σ_{T∋i} (I_and(T) + I_or(T)) / |T|. */
function shapleyOfInteractions(and: Float64Array, or: Float64Array, player: number): number {
  let sum = 0
  for (let mask = 0; mask < and.length; mask++) {
    if ((mask >> player) & 1) sum += (and[mask] + or[mask]) / orderOf(mask)
  }
  return sum
}

/** φ_i = Σ_{S∌i} |S|! (n−|S|−1)! / n! · (v(S∪i) − v(S)). */
function shapley(v: Float64Array, n: number, player: number): number {
  const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1))
  let sum = 0
  for (let mask = 0; mask < v.length; mask++) {
    if ((mask >> player) & 1) continue
    const s = orderOf(mask)
    const weight = (factorial(s) * factorial(n - s - 1)) / factorial(n)
    sum += weight * (v[mask | (1 << player)] - v[mask])
  }
  return sum
}
