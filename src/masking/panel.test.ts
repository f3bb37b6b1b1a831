/** Which samples are chosen for the panel: balanced, nested, filtered or named. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { balancedPanel, correctRows, firstPanel, namedPanel } from './panel.js'

const labels = Int32Array.from({ length: 300 }, (_, row) => (row % 7 === 0 ? 2 : row % 2))

describe('balancedPanel', () => {
  /** How many of the rows are of each class. */
  const perClass = (labels: Int32Array, rows: Int32Array, classes: number) =>
    Array.from({ length: classes }, (_, c) => rows.filter((row) => labels[row] === c).length)

  it('gives every class its equal share', () => {
    const rows = balancedPanel(labels, 3, 60, 0)
    expect(perClass(labels, rows, 3)).toEqual([20, 20, 20])
    expect(new Set(rows).size).toBe(60)
    expect([...rows]).toEqual([...rows].sort((a, b) => a - b))
  })

  it('is nested: a smaller panel of the same seed is part of a larger one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 0, max: 150 }),
        (small, more) => {
          const large = new Set(balancedPanel(labels, 3, small + more, 4))
          expect([...balancedPanel(labels, 3, small, 4)].every((row) => large.has(row))).toBe(true)
        },
      ),
    )
  })

  it('changes with the seed, and lets other classes fill up for one that runs out', () => {
    expect([...balancedPanel(labels, 3, 60, 0)]).not.toEqual([...balancedPanel(labels, 3, 60, 1)])
    const rare = Int32Array.from([0, 0, 0, 0, 0, 1])
    expect(perClass(rare, balancedPanel(rare, 2, 4, 0), 2)).toEqual([3, 1])
    expect(() => balancedPanel(rare, 2, 7, 0)).toThrow(/panel of 7 samples asked for, but 6/)
  })

  it('keeps to rows that every network gets right', () => {
    const right = Int32Array.from(labels)
    const wrongOnEven = Int32Array.from(labels, (label, row) => (row % 2 === 0 ? label + 1 : label))
    const rows = balancedPanel(labels, 3, 30, 0, correctRows(labels, [right, wrongOnEven]))
    expect([...rows].every((row) => row % 2 === 1)).toBe(true)
  })
})

describe('chosen panels', () => {
  const own = Int32Array.from([4, 9, 2, 30])
  const others = { split: 'test', ids: Int32Array.from([5, 6]) }

  it('take the first rows that may be analysed', () => {
    expect([...firstPanel(10, 3)]).toEqual([0, 1, 2])
    expect([...firstPanel(10, 3, (row) => row % 3 === 1)]).toEqual([1, 4, 7])
    expect(() => firstPanel(10, 4, (row) => row % 3 === 1)).toThrow(/4 samples .* 3 of 10 may/)
  })

  it('find samples by their ids, in any order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...own], { minLength: 1 }), (ids) => {
        const rows = [...namedPanel(ids, own, others)]
        expect(rows.map((row) => own[row]).sort()).toEqual([...ids].sort())
        expect(rows).toEqual([...rows].sort((a, b) => a - b))
      }),
    )
  })

  it.each([
    [
      [4, 6],
      /ids: sample 6 is in the test split and not in the one that is analysed: .*analysis.samples.split to test/,
    ],
    [[4, 6, 77], /sample 6 /],
    [[77, 78], /samples 77, 78 are not among the 4 samples of the split, which are 4, 9, 2, 30 \(/],
    [[4, 77], /sample 77 is not among/],
    [Array.from({ length: 12 }, (_, index) => 100 + index), /100, .*107 and 4 more are not/],
  ])('refuse %j with what is wrong', (ids, message) => {
    expect(() => namedPanel(ids, own, others)).toThrow(message)
  })

  it('refuse a text that has too few words', () => {
    expect(() => namedPanel([9, 2], own, others, (row) => row !== 1)).toThrow(
      /sample 9 has fewer words than analysis.players.count/,
    )
  })
})
