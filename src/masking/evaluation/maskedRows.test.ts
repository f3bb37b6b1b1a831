/** Masked inputs written by what changes between them against their definition. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BACKGROUND } from '../types.js'
import { maskedRows } from './maskedRows.js'

it('masks by the definition of x_S, from any coalition on', () => {
  const n = 4
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: BACKGROUND, max: n - 1 }), { minLength: 1, maxLength: 12 }),
      fc.nat(12),
      fc.integer({ min: 1, max: 4 }),
      (owners, first, count) => {
        const map = Int32Array.from(owners)
        const x = Float32Array.from(owners, (_, cell) => cell + 1)
        const baseline = Float32Array.from(owners, (_, cell) => -cell - 0.5)
        const rows = new Float32Array(count * map.length).fill(Number.NaN)
        const write = maskedRows({ n, map })(x, baseline)
        write(new Float32Array(map.length), 15 - first)
        write(rows, first)
        const expected = Array.from({ length: count }, (_, row) =>
          owners.map((player, cell) => {
            const present = player === BACKGROUND || ((first + row) >> player) & 1
            return present ? x[cell] : baseline[cell]
          }),
        )
        expect([...rows]).toEqual(expected.flat())
      },
    ),
  )
})
