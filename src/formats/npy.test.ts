/** NumPy's files read back against what was written, by this program or byte by byte as other tools do. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../core/errors.js'
import { decodeNpy, encodeNpy, readNpy } from './npy.js'
import { arrayOf, decodeNpz, encodeNpz } from './npz.js'

/** A `.npy` file written by hand, as other tools might: any header text, any bytes. */
function npyFile(dict: string, body: Uint8Array, version = 1): Uint8Array {
  const header = Buffer.from(dict, 'latin1')
  const size = Buffer.alloc(version === 1 ? 2 : 4)
  if (version === 1) size.writeUInt16LE(header.length)
  else size.writeUInt32LE(header.length)
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0])
  return Buffer.concat([magic, size, header, body])
}

const bytesOf = (data: ArrayBufferView) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

describe('npy', () => {
  it('reads back what it writes, bit for bit', () => {
    fc.assert(
      fc.property(fc.float64Array({ maxLength: 40 }), (data) => {
        const read = decodeNpy(encodeNpy(data, [data.length, 1]), 'x.npy')
        expect(read.shape).toEqual([data.length, 1])
        expect(bytesOf(read.data)).toEqual(bytesOf(data))
      }),
    )
  })

  it('reads Fortran order', () => {
    const dict = "{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3)}\n"
    const { data } = decodeNpy(npyFile(dict, bytesOf(Int32Array.of(0, 3, 1, 4, 2, 5))), 'f.npy')
    expect([...data]).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('reads big-endian elements and version 2 headers', () => {
    const body = Buffer.alloc(16)
    body.writeDoubleBE(1.5, 0)
    body.writeDoubleBE(-2, 8)
    const dict = "{'descr': '>f8', 'fortran_order': False, 'shape': (2,), }\n"
    expect([...decodeNpy(npyFile(dict, body, 2), 'b.npy').data]).toEqual([1.5, -2])
  })

  it.each([
    ['nothing', new Uint8Array(0), /x\.npy: the file is empty/],
    ['another format', Buffer.from('PK\x03\x04'), /not a \.npy file/],
    ['half a header', encodeNpy(Float64Array.of(1)).subarray(0, 20), /cut short within/],
    ['half the data', encodeNpy(new Float64Array(8)).subarray(0, 150), /cut short: shape \(8\)/],
    ['too much data', Buffer.concat([encodeNpy(new Float64Array(2)), Buffer.alloc(1)]), /too long/],
    [
      'objects',
      npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n", Buffer.alloc(8)),
      /type \|O cannot be read; text is to be numbered/,
    ],
    [
      'records',
      npyFile(
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}\n",
        Buffer.alloc(8),
      ),
      /named fields/,
    ],
    [
      'huge integers',
      npyFile(
        "{'descr': '<i8', 'fortran_order': False, 'shape': (1,)}\n",
        bytesOf(BigInt64Array.of(2n ** 60n)),
      ),
      /beyond 2\^53/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeNpy(bytes, 'x.npy')).toThrow(message)
    expect(() => decodeNpy(bytes, 'x.npy')).toThrow(InputError)
  })

  it('names a missing file', () => {
    expect(() => readNpy('absent.npy')).toThrow(/absent\.npy: no such file/)
  })
})

describe('npz', () => {
  it('reads back what it writes, with equal bytes for equal content', () => {
    const content = {
      values: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] },
      labels: Uint8Array.of(7),
    }
    const bytes = encodeNpz(content)
    expect(encodeNpz(content)).toEqual(bytes)
    const arrays = decodeNpz(bytes, 'x.npz')
    expect(arrays.values).toEqual({ shape: [2, 2], dtype: '<f4', data: content.values.data })
    expect([...arrayOf(arrays, 'labels', 'x.npz').data]).toEqual([7])
    expect(() => arrayOf(arrays, 'v', 'x.npz')).toThrow(
      /x\.npz: no array named "v" .*values, labels/,
    )
  })

  it('refuses a truncated archive', () => {
    const bytes = encodeNpz({ values: new Float64Array(64) })
    expect(() => decodeNpz(bytes.subarray(0, bytes.length - 30), 'x.npz')).toThrow(/x\.npz: /)
  })
})
