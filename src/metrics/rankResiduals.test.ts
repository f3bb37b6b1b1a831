/** Partial rank correlations against a textbook example and the recursion formula. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { centredRanks, midranks, spearman } from './descriptive.js'
import * as ofRanks from './rankResiduals.js'

const random = stream(0, 'rank residuals').at()
type Values = ArrayLike<number>
const rankResiduals = (values: Values, others: readonly Values[]) =>
  ofRanks.rankResiduals(centredRanks(values), others.map(centredRanks))
const partialSpearman = (a: Values, b: Values, given: readonly Values[]) =>
  ofRanks.partialSpearman(centredRanks(a), centredRanks(b), given.map(centredRanks))
const normals = (count: number) => Float64Array.from({ length: count }, () => random.normal())

describe('rankResiduals', () => {
  it('of a value that others give is nothing, though by another scale or in two parts', () => {
    const difficulty = normals(50)
    const score = difficulty.map((value) => 3 - Math.exp(-value))
    const { residuals, explained } = rankResiduals(score, [normals(50), difficulty, difficulty])
    expect([...residuals]).toEqual(new Array(50).fill(0))
    expect(explained).toBe(1)
  })

  it('gives the partial rank correlation of the textbook', () => {
    const z = normals(40)
    const x = z.map((value) => value + random.normal())
    const y = z.map((value) => value - random.normal())
    const [xy, xz, yz] = [spearman(x, y), spearman(x, z), spearman(y, z)] as number[]
    const partial = (xy - xz * yz) / Math.sqrt((1 - xz ** 2) * (1 - yz ** 2))
    expect(partialSpearman(x, y, [z])).toBeCloseTo(partial, 12)
  })

  it('gives the partial correlation given two by the recursion', () => {
    const [z, w] = [normals(40), normals(40)]
    const [x, y] = [1, -1].map((sign) => z.map((one, at) => one + sign * w[at] + random.normal()))
    const [xy, xw, yw] = [
      partialSpearman(x, y, [z])!,
      partialSpearman(x, w, [z])!,
      partialSpearman(y, w, [z])!,
    ]
    const partial = (xy - xw * yw) / Math.sqrt((1 - xw ** 2) * (1 - yw ** 2))
    expect(partialSpearman(x, y, [z, w])).toBeCloseTo(partial, 12)
    expect(partialSpearman(x, y, [x])).toBeUndefined()
  })

  it('explains nothing, on average, of what regressors do not tell', () => {
    const shares = Array.from({ length: 200 }, () => {
      return rankResiduals(normals(40), [normals(40), normals(40), normals(40)]).explained!
    })
    expect(Math.abs(shares.reduce((sum, share) => sum + share / 200, 0))).toBeLessThan(0.02)
  })

  it('ranks residuals as whole numbers do, with no order that rounding makes', () => {
    const list = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 12 })
    fc.assert(
      fc.property(list, list, (values, other) => {
        const [x, y] = [values, other].map((one) => [...midranks(one)].map((rank) => 2 * rank - 13))
        const product = (a: readonly number[], b: readonly number[]) =>
          a.reduce((sum, one, at) => sum + one * b[at], 0)
        fc.pre(product(y, y) > 0)
        // The residual x − (xy/yy)·y times yy.
        const exact = x.map((one, at) => product(y, y) * one - product(x, y) * y[at])
        expect(midranks(rankResiduals(values, [other]).residuals)).toEqual(midranks(exact))
      }),
      { numRuns: 500 },
    )
  })

  it('is at right angles to the ranks of every regressor', () => {
    const list = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 12 })
    fc.assert(
      fc.property(list, fc.array(list, { maxLength: 4 }), (values, others) => {
        const { residuals } = rankResiduals(values, others)
        for (const other of others) {
          const along = midranks(other).reduce((sum, rank, at) => sum + rank * residuals[at], 0)
          expect(along).toBeCloseTo(0, 8)
        }
      }),
    )
  })

  it('of constant values: nothing is left, and nothing to explain', () => {
    expect(rankResiduals([1, 1, 1], [[1, 2, 3]])).toEqual({
      residuals: new Float64Array(3),
      explained: undefined,
    })
  })
})
