import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromCsv } from './read.js'
import { boolean, integer, number, type Row, table, text, toCsv } from './table.js'

const mixed = table('mixed', 'A column of every type.', {
  name: text('Any text.'),
  count: integer('A whole number.'),
  value: number('Any number.'),
  flag: boolean('Yes or no.'),
})

it('reads back what was written, whatever is in it', () => {
  const row = fc.record({
    name: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    count: fc.option(fc.integer(), { nil: undefined }),
    value: fc.option(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
      { nil: undefined },
    ),
    flag: fc.option(fc.boolean(), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const full = rows.filter((cells) => Object.values(cells).some((cell) => cell !== undefined))
      expect(fromCsv(mixed, toCsv(mixed, full as Row<typeof mixed>[]))).toEqual(full)
    }),
  )
})

it('a missing column is missing values, another one is left out', () => {
  expect(fromCsv(mixed, 'name,other\nx,1\n')).toEqual([
    { name: 'x', count: undefined, value: undefined, flag: undefined },
  ])
})

it.each([
  ['', 'empty'],
  ['a,b\n1,2\n', 'no column is known'],
  ['count\nmany\n', 'row 1, count: "many" is no number'],
  ['flag\n1\n', 'row 1, flag: "1" is no boolean'],
  ['count,flag\n1\n', 'Invalid Record Length'],
])('says what is wrong with %j', (csv, message) => {
  expect(() => fromCsv(mixed, csv)).toThrow(message)
})
