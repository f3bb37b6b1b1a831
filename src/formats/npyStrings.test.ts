/** Arrays of strings against the bytes that NumPy writes for them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenFile } from '../testing/tokenFile.js'
import { decodeNpyStrings } from './npyStrings.js'
import { npzEntries } from './npz.js'

/** The bytes that NumPy 2 writes for np.array([['a', 'Ωß'], ['', '🙂x']]) and for np.array([b'old', b'fox!']). */
const header = (descr: string, shape: string) => {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`
  const text = `${dict.padEnd(128 - 10 - 1)}\n`
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'),
    Buffer.from(text, 'latin1'),
  ])
}
const points = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer)

describe('arrays of strings', () => {
  it('of UTF-32 are read as NumPy writes them', () => {
    const body = points(97, 0, 0x3a9, 0xdf, 0, 0, 0x1f642, 120)
    const file = Buffer.concat([header('<U2', '(2, 2)'), body])
    expect(decodeNpyStrings(file, 'w.npy')).toEqual({ shape: [2, 2], data: ['a', 'Ωß', '', '🙂x'] })
    const swapped = Buffer.concat([header('>U2', '(2, 2)'), Buffer.from(body).swap32()])
    expect(decodeNpyStrings(swapped, 'w.npy').data).toEqual(['a', 'Ωß', '', '🙂x'])
  })

  it('of bytes too', () => {
    const file = Buffer.concat([header('|S4', '(2,)'), Buffer.from('old\0fox!')])
    expect(decodeNpyStrings(file, 'w.npy')).toEqual({ shape: [2], data: ['old', 'fox!'] })
  })

  it('give back what was written, whatever the letters', () => {
    // NumPy cannot tell zeros at the end of a string from those that fill it up.
    const word = fc.string({ unit: 'binary', maxLength: 6 }).filter((text) => !text.includes('\0'))
    const table = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
      .chain(([rows, columns]) => {
        const row = fc.array(word, { minLength: columns, maxLength: columns })
        return fc.array(row, { minLength: rows, maxLength: rows })
      })
    fc.assert(
      fc.property(table, (rows) => {
        const bytes = npzEntries(tokenFile({ rows }), 'f.npz').get('rows') as Uint8Array
        expect(decodeNpyStrings(bytes, 'f.npz').data).toEqual(rows.flat())
      }),
    )
  })

  it.each([
    [
      'numbers',
      header('<f4', '(1,)'),
      /strings are read from arrays .* of type U or S, not of <f4/,
    ],
    ['pickles', header('|O', '(1,)'), /not of \|O; save np.array\(words, dtype=str\)/],
    ['a file cut short', header('<U2', '(2,)'), /needs 144 bytes, the file has 128/],
    ['many of nothing', header('<U0', '(4, 2000000000)'), /strings of type <U0 have no letters/],
    ['bytes of nothing', header('|S0', '(99999999,)'), /strings of type \|S0 have no letters/],
    [
      'beyond Unicode',
      Buffer.concat([header('<U2', '(1,)'), points(97, 0x110000)]),
      /damaged: 1114112 is no letter of Unicode, whose last is 1114111/,
    ],
  ])('are refused where they are %s', (_, bytes, message) => {
    expect(() => decodeNpyStrings(bytes, 'w.npy')).toThrow(message)
  })
})
