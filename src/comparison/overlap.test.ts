/** Overlaps that chance gives against counting every pair of subsets, and figures of sets worked out by hand. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectedJaccard, hypergeometric, hypergeometricUpperTail } from './hypergeometric.js'
import { overlap, overlapOfSizes } from './overlap.js'

describe('hypergeometric null', () => {
  // scipy.stats.hypergeom(N, a, b): sf(j − 1) and Σ pmf(j)·j/(a + b − j) (scipy 1.17).
  it.each([
    [50, 5, 5, 3, 0.004779210481602448, 0.05788473311883231],
    [200, 20, 20, 6, 0.007321608954678772, 0.05384304336355837],
    [1000, 100, 100, 20, 0.0010696330014859905, 0.05286896172531686],
    [200, 13, 37, 7, 0.003203264683860024, 0.05139680468414125],
    [30, 25, 20, 17, 0.5512188960464821, 0.5901526519824988],
    [5000, 500, 500, 120, 2.201698281528624e-22, 0.05267886383153206],
  ])('agrees with scipy for N=%i, sizes %i and %i', (population, a, b, shared, tail, jaccard) => {
    const relative = hypergeometricUpperTail(population, a, b, shared) / tail
    expect(relative).toBeCloseTo(1, 10)
    expect(expectedJaccard(population, a, b)).toBeCloseTo(jaccard, 12)
  })

  it('equals the enumeration of every pair of subsets', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(7), fc.nat(7), (population, a, b) => {
        fc.pre(a <= population && b <= population)
        const subsets = Array.from({ length: 2 ** population }, (_, mask) => mask)
        const bits = (mask: number) => mask.toString(2).replaceAll('0', '').length
        const fixed = 2 ** a - 1
        const others = subsets.filter((mask) => bits(mask) === b)
        const { first, probabilities } = hypergeometric(population, a, b)
        probabilities.forEach((probability, index) => {
          const hits = others.filter((mask) => bits(mask & fixed) === first + index).length
          expect(probability).toBeCloseTo(hits / others.length, 13)
        })
      }),
    )
  })

  it('refuses sets larger than the population', () => {
    expect(() => hypergeometric(5, 6, 2)).toThrow(/6 and 2 elements among 5/)
    expect(() => hypergeometric(5, 1.5, 2)).toThrow(RangeError)
  })
})

describe('overlap of two sets', () => {
  it('gives every figure', () => {
    const result = overlap(new Set([1, 2, 3, 4]), new Set([3, 4, 5]), 20)
    expect(result.shared).toBe(2)
    expect(result.jaccard).toBe(0.4)
    expect(result.coefficient).toBeCloseTo(2 / 3, 15)
    const expected = expectedJaccard(20, 4, 3) as number
    expect(result.kappa).toBeCloseTo((0.4 - expected) / (1 - expected), 15)
    // C(4,2)·C(16,1)/C(20,3) + C(4,3)/C(20,3) = (96 + 4)/1140.
    expect(result.pValue).toBeCloseTo(100 / 1140, 14)
  })

  it('is 1 for equal sets', () => {
    expect(overlap(new Set([1, 2]), new Set([2, 1]), 9)).toMatchObject({ jaccard: 1, kappa: 1 })
  })

  it('has no figures for empty sets, and no κ when only J = 1 is possible', () => {
    expect(overlapOfSizes(10, 0, 0, 0)).toEqual({ sizeA: 0, sizeB: 0, shared: 0 })
    expect(overlapOfSizes(10, 0, 3, 0)).toMatchObject({ jaccard: 0, kappa: 0, pValue: undefined })
    expect(overlapOfSizes(4, 4, 4, 4)).toMatchObject({ jaccard: 1, kappa: undefined, pValue: 1 })
  })
})
