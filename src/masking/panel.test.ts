import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { balancedPanel, correctRows } from './panel.js'

const labels = Int32Array.from({ length: 300 }, (_, row) => (row % 7 === 0 ? 2 : row % 2))

describe('balancedPanel', () => {
  it('gives every class its equal share', () => {
    const { rows, perClass } = balancedPanel(labels, 3, 60, 0)
    expect(perClass).toEqual([20, 20, 20])
    expect(new Set(rows).size).toBe(60)
    expect([...rows]).toEqual([...rows].sort((a, b) => a - b))
  })

  it('is nested: a smaller panel of the same seed is part of a larger one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 0, max: 150 }),
        (small, more) => {
          const large = new Set(balancedPanel(labels, 3, small + more, 4).rows)
          expect([...balancedPanel(labels, 3, small, 4).rows].every((row) => large.has(row))).toBe(
            true,
          )
        },
      ),
    )
  })

  it('changes with the seed, and lets other classes fill up for one that runs out', () => {
    expect([...balancedPanel(labels, 3, 60, 0).rows]).not.toEqual([
      ...balancedPanel(labels, 3, 60, 1).rows,
    ])
    const rare = Int32Array.from([0, 0, 0, 0, 0, 1])
    expect(balancedPanel(rare, 2, 4, 0).perClass).toEqual([3, 1])
    expect(() => balancedPanel(rare, 2, 7, 0)).toThrow(/panel of 7 samples asked for, but 6/)
  })

  it('keeps to rows that every network gets right', () => {
    const right = Int32Array.from(labels)
    const wrongOnEven = Int32Array.from(labels, (label, row) => (row % 2 === 0 ? label + 1 : label))
    const { rows } = balancedPanel(labels, 3, 30, 0, correctRows(labels, [right, wrongOnEven]))
    expect([...rows].every((row) => row % 2 === 1)).toBe(true)
  })
})
