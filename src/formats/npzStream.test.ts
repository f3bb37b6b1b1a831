/** Archives written and read piece by piece against the same ones at once; damaged ones. */
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { InputError } from '../core/errors.js'
import { decodeNpz, encodeNpz } from './npz.js'
import { type ArrayPieces, checkNpzSize, npzRows, readNpzExcept, writeNpz } from './npzStream.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-npz-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function bytesOf(arrays: Iterable<ArrayPieces>): Promise<Buffer> {
  const written: Uint8Array[] = []
  await writeNpz(async (bytes) => void written.push(bytes), arrays)
  return Buffer.concat(written)
}

async function rowsOf(file: string): Promise<Float64Array[]> {
  const rows: Float64Array[] = []
  for await (const row of npzRows(file, 'values')) rows.push(row)
  return rows
}

/** All numbers of a matrix as bytes, which are compared much faster than numbers. */
const flat = (rows: readonly Float64Array[]) =>
  Buffer.concat(rows.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength)))

/** Numbers of which some compress and some do not. */
function matrix(rows: number, columns: number, seed = 1): Float64Array[] {
  let state = seed
  const next = () => {
    state = (state * 48271) % 2147483647
    return state % 3 === 0 ? 0 : state / 7
  }
  return Array.from({ length: rows }, () => Float64Array.from({ length: columns }, next))
}

const pieces = (rows: readonly Float64Array[]): ArrayPieces[] => [
  { name: 'values', dtype: '<f8', shape: [rows.length, rows[0].length], pieces: rows },
  { name: 'sample', dtype: '<i4', shape: [2], pieces: [Int32Array.of(3, 4)] },
]

const plain = (rows: readonly Float64Array[]) =>
  encodeNpz({
    values: {
      data: Float64Array.from(rows.flatMap((row) => [...row])),
      shape: [rows.length, rows[0].length],
    },
    sample: Int32Array.of(3, 4),
  })

describe('arrays written piece by piece', () => {
  it('are read by any reader, and row by row, whatever their size', async () => {
    const file = join(folder, 'any.npz')
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 14 }),
        fc.integer({ min: 1, max: 1e6 }),
        async (count, n, seed) => {
          const rows = matrix(Math.ceil(count / (1 + n)), 2 ** n, seed)
          const bytes = await bytesOf(pieces(rows))
          expect((await bytesOf(pieces(rows))).equals(bytes)).toBe(true)
          const { values } = decodeNpz(bytes, 'x')
          expect(values.shape).toEqual([rows.length, 2 ** n])
          expect(flat([values.data as Float64Array]).equals(flat(rows))).toBe(true)
          writeFileSync(file, bytes)
          expect(flat(await rowsOf(file)).equals(flat(rows))).toBe(true)
          const { sample, ...others } = await readNpzExcept(file, ['values'])
          expect([...sample.data]).toEqual([3, 4])
          expect(others).toEqual({})
        },
      ),
      { numRuns: 15 },
    )
  })

  it('are refused when they do not fill their shape, or no archive could hold them', async () => {
    const [values] = pieces(matrix(2, 4))
    await expect(bytesOf([{ ...values, shape: [3, 4] }])).rejects.toThrow(/shape \(3, 4\)/)
    expect(() => checkNpzSize(2 ** 28, 'tables of 9 samples')).not.toThrow()
    expect(() => checkNpzSize(2 ** 29, 'tables of 9 samples')).toThrow(
      /tables of 9 samples: 4\.0 GiB/,
    )
  })
})

describe('row by row', () => {
  it('reads what was written all at once', async () => {
    const file = join(folder, 'plain.npz')
    const rows = matrix(5, 8)
    writeFileSync(file, plain(rows))
    expect(flat(await rowsOf(file)).equals(flat(rows))).toBe(true)
  })

  it('may stop early', async () => {
    const file = join(folder, 'early.npz')
    const rows = matrix(40, 2 ** 12)
    writeFileSync(file, plain(rows))
    for (let again = 0; again < 3; again++) {
      for await (const row of npzRows(file, 'values')) {
        expect([...row]).toEqual([...rows[0]])
        break
      }
    }
  })

  it('names a file that is missing, cut short, damaged or of other arrays', async () => {
    const file = join(folder, 'bad.npz')
    await expect(rowsOf(join(folder, 'none.npz'))).rejects.toThrow(/none\.npz: no such file/)
    const good = plain(matrix(40, 256))
    writeFileSync(file, good)
    truncateSync(file, good.length - 30)
    await expect(rowsOf(file)).rejects.toThrow(/bad\.npz: not a zip archive .*, or cut short/)
    writeFileSync(file, '')
    await expect(rowsOf(file)).rejects.toThrow(/bad\.npz: the file is empty/)
    const changed = Uint8Array.from(good)
    changed.fill(255, 5000, 5100)
    writeFileSync(file, changed)
    await expect(rowsOf(file)).rejects.toThrow(/bad\.npz.*damaged/)
    writeFileSync(file, encodeNpz({ other: Float64Array.of(1) }))
    await expect(rowsOf(file)).rejects.toThrow(/no array named "values" \(it has: other\.npy\)/)
    writeFileSync(file, encodeNpz({ values: Float64Array.of(1) }))
    await expect(rowsOf(file)).rejects.toThrow(/\[values\]: no row-major matrix of float64/)
  })
})

/**
 * A zip64 archive of Python's zipfile, made with force_zip64 and ZIP64_LIMIT = -1: two rows of four numbers, deflated,
 * and two whole numbers, stored.
 */
const zip64 = Buffer.from(
  [
    'UEsDBC0AAAAIAAAAIQDKjGKd//////////8KABQAdmFsdWVzLm5weQEAEADAAAAAAAAAAFwAAAAAAAAAm+wX6hsQychQ',
    'xlCtnpJanFykbqWgbpNmoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKJpo6CrUKZAMuBhTwwR7KcIBQ',
    'PFBaAEqLQGkJKC3jAABQSwMELQAAAAAAAAAhAKqh5Er//////////woAFABzYW1wbGUubnB5AQAQAIgAAAAAAAAAiAAA',
    'AAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8aTQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwp',
    'LCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgMAAAAE',
    'AAAAUEsBAi0DLQAAAAgAAAAhAMqMYp3//////////woAHAAAAAAAAAAAAIAB/////3ZhbHVlcy5ucHkBABgAwAAAAAAA',
    'AABcAAAAAAAAAAAAAAAAAAAAUEsBAi0DLQAAAAAAAAAhAKqh5Er//////////woAHAAAAAAAAAAAAIAB/////3NhbXBs',
    'ZS5ucHkBABgAiAAAAAAAAACIAAAAAAAAAJgAAAAAAAAAUEsGBiwAAAAAAAAALQAtAAAAAAAAAAAAAgAAAAAAAAACAAAA',
    'AAAAAKgAAAAAAAAAXAEAAAAAAABQSwYHAAAAAAQCAAAAAAAAAQAAAFBLBQYAAAAAAgACAKgAAABcAQAAAAA=',
  ].join(''),
  'base64',
)
const zip64Rows = [Float64Array.of(0, 1, 2, 3.5), Float64Array.of(4, 5, 6, 7)]

describe('an archive in the zip64 format', () => {
  it('is read, at once and row by row', async () => {
    const { values, sample } = decodeNpz(zip64, 'zip64.npz')
    expect(values).toMatchObject({ shape: [2, 4], dtype: '<f8' })
    expect(flat([values.data as Float64Array]).equals(flat(zip64Rows))).toBe(true)
    expect([...sample.data]).toEqual([3, 4])
    const file = join(folder, 'zip64.npz')
    writeFileSync(file, zip64)
    expect(flat(await rowsOf(file)).equals(flat(zip64Rows))).toBe(true)
    expect(Object.keys(await readNpzExcept(file, []))).toEqual(['values', 'sample'])
  })

  it('is read where its entries lie beyond 4 GiB', async () => {
    const file = join(folder, 'beyond.npz')
    const hole = 2 ** 32 + 12345
    writeBehindHole(zip64, hole, file)
    expect(flat(await rowsOf(file)).equals(flat(zip64Rows))).toBe(true)
    const { sample } = await readNpzExcept(file, ['values'])
    expect([...sample.data]).toEqual([3, 4])
    rmSync(file)
  })

  /** Writes the archive behind a hole, which takes no space on the disk: its directory says where all lies. */
  function writeBehindHole(archive: Buffer, hole: number, path: string): void {
    const bytes = Buffer.from(archive)
    const shift = (at: number) =>
      bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at) + BigInt(hole), at)
    const record = bytes.length - 22 - 20 - 56
    let member = Number(bytes.readBigUInt64LE(record + 48))
    for (let left = bytes.readUInt16LE(record + 32); left > 0; left--) {
      const extra = member + 46 + bytes.readUInt16LE(member + 28)
      // Behind the head of the field and the two sizes.
      shift(extra + 4 + 16)
      member = extra + bytes.readUInt16LE(member + 30)
    }
    shift(record + 48)
    shift(record + 56 + 8)
    const file = openSync(path, 'w')
    writeSync(file, bytes, 0, bytes.length, hole)
    closeSync(file)
  }
})

describe('a damaged archive', () => {
  it.each([
    ['as NumPy writes it', plain(matrix(6, 20))],
    ['in the zip64 format', zip64],
  ])('%s is noticed, whatever bit was flipped, or read as it was written', async (_, whole) => {
    const written = decodeNpz(whole, 'a.npz')
    const file = join(folder, 'flipped.npz')
    await fc.assert(
      fc.asyncProperty(fc.nat(8 * whole.length - 1), async (bit) => {
        const bytes = Uint8Array.from(whole)
        bytes[bit >> 3] ^= 1 << (bit & 7)
        writeFileSync(file, bytes)
        const readers = [
          async () => decodeNpz(bytes, file),
          async () => readNpzExcept(file, []),
          async () => ({ values: { data: Buffer.from(flat(await rowsOf(file))) } }),
        ]
        for (const read of readers) {
          const found = await read().catch((error: unknown) => error)
          if (found instanceof InputError) {
            expect(found.message).toContain(file)
            continue
          }
          expect(found).not.toBeInstanceOf(Error)
          const arrays = found as Record<string, { data: Uint8Array }>
          // No array is missed, or has another name.
          const all = 'sample' in arrays ? Object.keys(written) : ['values']
          expect(Object.keys(arrays)).toEqual(all)
          for (const [name, { data }] of Object.entries(arrays)) {
            const { buffer, byteOffset, byteLength } = written[name].data
            expect(Buffer.from(data.buffer, data.byteOffset, data.byteLength)).toEqual(
              Buffer.from(buffer, byteOffset, byteLength),
            )
          }
        }
      }),
      { numRuns: 800, seed: 1 },
    )
  })
})

it('a folder in the place of an archive is named as what cannot be read', async () => {
  await expect(readNpzExcept(folder, [])).rejects.toThrow(`${folder}: cannot be read (EISDIR)`)
  await expect(readNpzExcept(join(folder, 'none.npz'), [])).rejects.toThrow(
    /none\.npz: no such file/,
  )
})

describe('an archive whose directory', () => {
  const whole = plain(matrix(3, 4))
  const end = whole.length - 22
  const directory = Buffer.from(whole).readUInt32LE(end + 16)
  const changed = (change: (bytes: Buffer) => Buffer | undefined) => {
    const bytes = Buffer.from(whole)
    return change(bytes) ?? bytes
  }

  it.each<[string, (bytes: Buffer) => Buffer | undefined]>([
    [
      'counts an entry less',
      (bytes) => {
        bytes.writeUInt16LE(1, end + 8)
        bytes.writeUInt16LE(1, end + 10)
        return undefined
      },
    ],
    [
      'counts an entry more',
      (bytes) => {
        bytes.writeUInt16LE(3, end + 8)
        bytes.writeUInt16LE(3, end + 10)
        return undefined
      },
    ],
    [
      'names an entry otherwise than it names itself',
      (bytes) => void bytes.write('other', directory + 46, 'latin1'),
    ],
    [
      'names two entries alike',
      (bytes) => {
        const second = bytes.indexOf('sample.npy', directory)
        bytes.write('values.npy', second, 'latin1')
        bytes.write('values.npy', bytes.indexOf('sample.npy'), 'latin1')
        return undefined
      },
    ],
    [
      'leads to the content of another entry',
      (bytes) => {
        const second = directory + 46 + 'values.npy'.length
        bytes.writeUInt32LE(bytes.readUInt32LE(second + 42), directory + 42)
        return undefined
      },
    ],
    [
      'ends before its end record',
      (bytes) => Buffer.concat([bytes.subarray(0, end), Buffer.alloc(3), bytes.subarray(end)]),
    ],
    [
      'asks for a compression that is not read',
      (bytes) => void bytes.writeUInt16LE(12, directory + 10),
    ],
  ])('%s is refused by all readers', async (_, change) => {
    const file = join(folder, 'directory.npz')
    const bytes = changed(change)
    writeFileSync(file, bytes)
    expect(() => decodeNpz(bytes, file)).toThrow(InputError)
    await expect(readNpzExcept(file, [])).rejects.toThrow(InputError)
  })
})
