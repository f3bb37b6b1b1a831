/** Value tables of other tools, in each format and order of players, against the values meant. */
import { describe, expect, it } from 'vitest'
import { InputError } from '../core/errors.js'
import { encodeNpy } from './npy.js'
import { encodeNpz } from './npz.js'
import { decodeValueTables } from './valueTable.js'

const csv = (text: string) => Buffer.from(text)

describe('value tables', () => {
  it('are read from npy, npz and CSV alike', () => {
    const data = Float64Array.of(0, 1, 2, 3.5, 4, 5, 6, 7)
    const expected = [data.subarray(0, 4), data.subarray(4)].map((row) => [...row])
    const files: [string, Uint8Array][] = [
      ['v.npy', encodeNpy(data, [2, 4])],
      ['v.npz', encodeNpz({ values: { data: Float32Array.from(data), shape: [2, 4] } })],
      ['v.csv', csv('0,1,2,3.5\n4,5,6,7\n')],
      ['header.csv', csv('\uFEFFempty,a,b,ab\r\n0,1,2,3.5\r\n4,5,6,7e0')],
    ]
    for (const [file, bytes] of files) {
      const { n, tables } = decodeValueTables(bytes, file, 'lsb')
      expect(n).toBe(2)
      expect(tables.map((row) => [...row])).toEqual(expected)
    }
  })

  it('may be one table, in a row or a column', () => {
    for (const bytes of [csv('1,2,3,4'), csv('1\n2\n3\n4\n')]) {
      expect([...decodeValueTables(bytes, 'v.csv', 'lsb').tables[0]]).toEqual([1, 2, 3, 4])
    }
    expect(decodeValueTables(encodeNpy(Float64Array.of(5, 6)), 'v.npy', 'lsb').n).toBe(1)
  })

  it('may have the numbers of the columns as a header, as pandas writes', () => {
    const read = (text: string) =>
      decodeValueTables(csv(text), 'v.csv', 'lsb').tables.map((row) => [...row])
    expect(read('0,1,2,3\n0.0,0.5,0.25,1.0\n0.0,0.1,0.2,0.4\n')).toEqual([
      [0, 0.5, 0.25, 1],
      [0, 0.1, 0.2, 0.4],
    ])
    expect(read('"0","1"\r\n5,6')).toEqual([[5, 6]])
    expect(() => read('0,1\n3,x\n')).toThrow(/v\.csv:2: sample 0, column 1/)
    expect(read('a,b\n0,1\n5,6')).toHaveLength(2)
    // Alone, as decimals, in another order or in a column they are values.
    expect(read('0,1,2,3\n\n')).toEqual([[0, 1, 2, 3]])
    expect(read('0.0,1.0\n5,6')).toHaveLength(2)
    expect(read('1,0,2,3\n5,6,7,8')).toHaveLength(2)
    expect(read('0\n1')).toEqual([[0, 1]])
  })

  it('may have player 0 at the most significant bit', () => {
    const { tables } = decodeValueTables(csv('0,1,2,3,4,5,6,7'), 'v.csv', 'msb')
    expect([...tables[0]]).toEqual([0, 4, 2, 6, 1, 5, 3, 7])
  })

  it.each([
    ['v.csv', csv(''), /v\.csv: the file is empty/],
    ['v.csv', csv('\n\n'), /v\.csv: no samples/],
    ['v.csv', csv('1,2,3'), /v\.csv: 3 columns; 2\^n/],
    ['v.csv', csv('1,2\n3,4,5\n'), /v\.csv:2: sample 1 has 3 columns, those before have 2/],
    ['v.csv', csv('1,2\n3,x\n'), /v\.csv:2: sample 1, column 1 is "x", no number/],
    ['v.csv', csv('1,2\n3,\n'), /v\.csv:2: sample 1, column 1 is empty/],
    ['v.csv', csv('1,2\n3,nan\n'), /v\.csv: sample 1, column 1 is NaN/],
    ['v.csv', csv('-inf,2\n'), /v\.csv: sample 0, column 0 is -Infinity/],
    ['v.npy', encodeNpy(Float64Array.of(0, 1, 2, Infinity), [2, 2]), /sample 1, column 1 is Inf/],
    ['v.npy', encodeNpy(Int32Array.of(1, 2)), /v\.npy: values are of type <i4; float32 or float64/],
    ['v.npy', encodeNpy(new Float64Array(8), [2, 2, 2]), /shape \(2, 2, 2\)/],
    ['v.npy', encodeNpy(new Float64Array(0), [0, 4]), /v\.npy: no samples/],
    ['v.npz', encodeNpz({ v: new Float64Array(4) }), /v\.npz: no array named "values"/],
    [
      'v.csv',
      csv('00,01,10,11\n0.5,1,2,3\n'),
      /v\.csv:1: 00,01,10,11 … looks like a header of sub/,
    ],
    ['v.csv', csv('1,2,3,4\n0.5,1,2,3\n'), /v\.csv:1: 1,2,3,4 … looks like a header of numbers/],
    ['v.csv', csv('-0,736\n1,5\n'), /v\.csv:1: -0,736 may be numbers with decimal commas/],
    ['v.csv', csv('0,5,0,05\n1,5,2,5\n'), /v\.csv:1: 0,5,0,05 may be numbers with decimal/],
    ['v.csv', csv('0,0.5\n1,0.25\n2,1.5\n3,2\n'), /v\.csv:1: the first of two columns counts/],
    ['v.csv', csv('0,5;1,5\n'), /v\.csv:1: sample 0, column 1 is "5;1", no number \(cells are/],
    ['v.csv', csv('0.5;1.5\n'), /v\.csv:1: sample 0, column 0 is "0.5;1.5", no number \(cells are/],
    ['v.csv', csv('0.5,0x10\n'), /column 1 is "0x10", no number \(it is not decimal/],
    ['v.csv', csv('0.5,1e999\n'), /column 1 is "1e999", no number \(too large/],
    ['v.csv', csv('0.5,12%\n'), /column 1 is "12%", no number \(a share in percent/],
    ['v.csv', Buffer.from('\uFEFF1.5,2\n', 'utf16le'), /v\.csv is UTF-16, not UTF-8 text/],
    ['v.csv', Buffer.from('1.5,2\n', 'utf16le'), /v\.csv is UTF-16 or binary, not UTF-8/],
    ['v.csv', csv('1.5'), /v\.csv: 1 column; 2\^n are needed/],
    ['v.npy', encodeNpy(new Float64Array(16), [16, 1]), /1 column; .* \(values\.ravel\(\)\)/],
    ['v.txt', csv('1,2.5'), /v\.txt: value tables are read from/],
  ])('%s %#: bad input names file, sample and column', (file, bytes, message) => {
    expect(() => decodeValueTables(bytes, file, 'lsb')).toThrow(message)
    expect(() => decodeValueTables(bytes, file, 'lsb')).toThrow(InputError)
  })
})
