/** Tables read back against what was written: whole, in pieces, filtered and damaged. */
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromCsv, readTable, readTablePieces } from './read.js'
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
  ['count\nmany\n', 'line 2: count "many" is no number'],
  ['count\n1.5\n', 'line 2: count "1.5" is no whole number'],
  ['flag\n1\n', 'line 2: flag "1" is no boolean'],
  ['count,flag\n1\n', 'line 2: 1 cell instead of 2'],
  ['count,value\n1,2\n3,4.5', 'line 3: cut short'],
])('says what is wrong with %j', (csv, message) => {
  expect(() => fromCsv(mixed, csv)).toThrow(message)
})

it('refuses a table with a damaged row, and names the line', () => {
  const csv = 'name,count\na,1\n"b\nc",2\nd,many\n'
  expect(() => fromCsv(mixed, csv)).toThrow('line 5: count "many" is no number')
  expect(() => fromCsv(mixed, 'name,count\na,1\n"b,2\n')).toThrow(/Quote Not Closed/)
  expect(readTable(mixed, 'name,count\na,1\n').lacking).toEqual(['value', 'flag'])
})

it('reads pieces as it reads the whole, wherever these end, and refuses the same', async () => {
  const whole = 'name,count,flag\n"é, ""\nb""",1,true\n"c\nd",22,false\ne,3,\n'
  const damaged = [whole.slice(0, -1), whole.replace('22', 'many'), whole.replace('e,', '"e,'), '']
  const pieces = async function* (bytes: Uint8Array, size: number) {
    const piece = new Uint8Array(size)
    for (let at = 0; at < bytes.length; at += size) {
      const next = bytes.subarray(at, at + size)
      piece.set(next)
      yield piece.subarray(0, next.length)
    }
  }
  const bytes = (text: string) => new TextEncoder().encode(text)
  for (let size = 1; size < whole.length; size++) {
    const filter = { columns: ['flag'], values: new Set(['true', 'false']) }
    expect(await readTablePieces(mixed, pieces(bytes(whole), size))).toEqual(
      readTable(mixed, whole),
    )
    expect((await readTablePieces(mixed, pieces(bytes(whole), size), filter)).rows).toHaveLength(2)
    for (const text of damaged) {
      const message = refusalOf(() => readTable(mixed, text))
      await expect(readTablePieces(mixed, pieces(bytes(text), size))).rejects.toThrow(message)
    }
  }
})

it('of the rows of a filter reads what all rows have of them, whatever the cells are', async () => {
  const cell = fc.oneof(
    fc.constantFrom('é', 'a', 'a,b', '"', '\n', 'a\r', '\r\n', ''),
    fc.string({ maxLength: 3 }),
  )
  const row = fc.record({ name: cell, count: fc.integer({ min: 0, max: 3 }), flag: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(row),
      fc.array(cell),
      fc.integer({ min: 1, max: 9 }),
      async (rows, names, size) => {
        const csv = toCsv(mixed, rows as Row<typeof mixed>[])
        const values = new Set(['1', '2', ...names])
        const pieces = async function* () {
          const bytes = new TextEncoder().encode(csv)
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
        }
        const { rows: found } = await readTablePieces(mixed, pieces(), {
          columns: ['name', 'count'],
          values,
        })
        const all = fromCsv(mixed, csv)
        expect(found).toEqual(
          all.filter(({ name = '', count }) => values.has(name) && values.has(String(count))),
        )
      },
    ),
  )
})

it('names the line of a damaged row beside others that are not wanted', async () => {
  const csv = 'name,count\na,1\nb,2\n"c\nc",3\na,many\n'
  const pieces = async function* () {
    yield new TextEncoder().encode(csv)
  }
  const filter = { columns: ['name'], values: new Set(['a']) }
  await expect(readTablePieces(mixed, pieces(), filter)).rejects.toThrow(
    'line 6: count "many" is no number',
  )
  await expect(
    readTablePieces(
      mixed,
      (async function* () {
        yield new TextEncoder().encode('name,count\nb,2\nb\n')
      })(),
      filter,
    ),
  ).rejects.toThrow('line 3: 1 cell instead of 2')
})

it('writes what csv-stringify writes, whatever a cell holds', () => {
  const line = fc.array(
    fc.oneof(fc.string(), fc.constantFrom('a,b', 'a"', '\n', '\r', ' a ', '')),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  fc.assert(
    fc.property(line, (cells) => {
      const names = cells.map((_, at) => `c${at}`)
      const columns = Object.fromEntries(names.map((name) => [name, text('Any text.')]))
      const row = Object.fromEntries(names.map((name, at) => [name, cells[at]]))
      expect(toCsv(table('any', 'Any.', columns), [row])).toBe(stringify([names, cells]))
    }),
  )
})

function refusalOf(read: () => unknown): RangeError {
  try {
    read()
  } catch (error) {
    return error as RangeError
  }
  throw new Error('it was read')
}

it('wherever a file is cut within a line, it is refused', () => {
  const rows = Array.from({ length: 4 }, (_, index) => ({
    name: index % 2 === 0 ? `na,me "${index}"` : undefined,
    count: 10 * index,
    value: 1 / (index + 3),
    flag: index > 1,
  }))
  const csv = toCsv(mixed, rows)
  for (let length = 0; length < csv.length; length++) {
    const cut = csv.slice(0, length)
    if (cut.endsWith('\n'))
      expect(fromCsv(mixed, cut)).toEqual(rows.slice(0, cut.split('\n').length - 2))
    else expect(() => fromCsv(mixed, cut)).toThrow(RangeError)
  }
})
