/** Subsets, label noise and standardisation against what they were asked for. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withLabelNoise } from './labelNoise.js'
import { standardizationOf, standardizeInPlace } from './standardize.js'
import { quotas, shuffledClasses, splitPool, takeFirst } from './subset.js'

const names = ['a', 'b', 'c']

describe('subsets', () => {
  const labels = Int32Array.from({ length: 90 }, (_, row) => (row < 50 ? 0 : row < 80 ? 1 : 2))
  const classes = shuffledClasses(labels, 3, 0, 'subset', 'train')
  const sizes = classes.map((rows) => rows.length)
  const take = (count: number) => takeFirst(classes, quotas(sizes, count, 'equal', names, 'x'))

  it('have equally many of each class, the first ones one more', () => {
    expect(quotas(sizes, 20, 'equal', names, 'x')).toEqual([7, 7, 6])
  })

  it('have shares of the source by largest remainders', () => {
    expect(quotas([50, 30, 10], 10, 'proportional', names, 'x')).toEqual([6, 3, 1])
    expect(quotas([50, 30, 10], 90, 'proportional', names, 'x')).toEqual([50, 30, 10])
  })

  it('are nested and depend on the seed', () => {
    const larger = new Set(take(24))
    expect([...take(12)].every((row) => larger.has(row))).toBe(true)
    const other = shuffledClasses(labels, 3, 1, 'subset', 'train')
    expect(takeFirst(other, [4, 4, 4])).not.toEqual(take(12))
  })

  it('name the class that runs out, or the number there is', () => {
    expect(() => quotas(sizes, 60, 'equal', names, 'data.train')).toThrow(
      /20 of class "c".* has 10/,
    )
    expect(() => quotas(sizes, 91, 'equal', names, 'data.train')).toThrow(/91 samples .* has 90/)
  })

  it('split one pool without sharing a row, and use what is asked for', () => {
    const count = fc.oneof(fc.constant('all' as const), fc.integer({ min: 1, max: 45 }))
    fc.assert(
      fc.property(count, count, (train, test) => {
        const split = splitPool(classes, train, test, 'proportional', names)
        const union = new Set([...split.train, ...split.test])
        expect(union.size).toBe(split.train.length + split.test.length)
        if (train !== 'all') expect(split.train).toHaveLength(train)
        if (test !== 'all') expect(split.test).toHaveLength(test)
        if (train === 'all' || test === 'all') expect(union.size).toBe(90)
      }),
    )
  })
})

describe('label noise', () => {
  it('replaces exactly the share asked for, each by another class', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 7 }),
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (classes, count, fraction) => {
          const labels = Int32Array.from({ length: count }, (_, row) => row % classes)
          const noisy = withLabelNoise(labels, classes, fraction, 3)
          const changed = [...noisy.keys()].filter((row) => noisy[row] !== labels[row])
          expect(changed).toHaveLength(Math.round(fraction * count))
          expect(noisy.every((label) => label >= 0 && label < classes)).toBe(true)
        },
      ),
    )
  })

  it('prefers no class', () => {
    const noisy = withLabelNoise(new Int32Array(30_000), 4, 0.999, 0)
    const counts = [1, 2, 3].map((label) => noisy.filter((held) => held === label).length)
    for (const count of counts) expect(Math.abs(count - 9990)).toBeLessThan(4 * Math.sqrt(6660))
  })
})

describe('labels reset to any class', () => {
  const count = 30_000
  const classes = 4
  const labels = Int32Array.from({ length: count }, (_, row) => row % classes)

  it('come out as every class equally often, also as the old one', () => {
    const reset = withLabelNoise(labels, classes, 0.9999, 5, 'any')
    // Every pair of old and new class has one in sixteen.
    const expected = count / classes ** 2
    for (let from = 0; from < classes; from++) {
      for (let to = 0; to < classes; to++) {
        const found = reset.filter((label, row) => labels[row] === from && label === to).length
        expect(Math.abs(found - expected)).toBeLessThan(4.5 * Math.sqrt(expected))
      }
    }
  })

  it('change fewer than were drawn, the same in every run, and others than replaced ones', () => {
    const reset = withLabelNoise(labels, classes, 0.1, 5, 'any')
    const changed = [...labels.keys()].filter((row) => reset[row] !== labels[row])
    const drawn = 0.1 * count
    const expected = drawn * (1 - 1 / classes)
    expect(Math.abs(changed.length - expected)).toBeLessThan(4.5 * Math.sqrt(expected / classes))
    expect(withLabelNoise(labels, classes, 0.1, 5, 'any')).toEqual(reset)
    const replaced = withLabelNoise(labels, classes, 0.1, 5)
    const both = changed.filter((row) => replaced[row] !== labels[row]).length
    // Independent draws share a tenth.
    expect(both).toBeLessThan(0.15 * changed.length)
  })
})

describe('standardisation', () => {
  it('gives every channel mean 0 and deviation 1, and only centres what never varies', () => {
    const inputs = Float32Array.from({ length: 40 * 2 * 6 }, (_, index) =>
      Math.floor(index / 6) % 2 === 0 ? 5 + 3 * Math.sin(index) : 7,
    )
    const shape = [2, 2, 3]
    const standardization = standardizationOf(inputs, shape, 'image')
    expect(standardization.mean[1]).toBe(7)
    expect(standardization.std[1]).toBe(1)
    standardizeInPlace(inputs, shape, 'image', standardization)
    const after = standardizationOf(inputs, shape, 'image')
    expect(after.mean[0]).toBeCloseTo(0, 6)
    expect(after.std[0]).toBeCloseTo(1, 6)
    expect(after.mean[1]).toBe(0)
  })

  it('is by feature for tables', () => {
    const { mean, std } = standardizationOf(Float32Array.of(1, 10, 3, 30), [2], 'tabular')
    expect(mean).toEqual([2, 20])
    expect(std).toEqual([1, 10])
  })
})
