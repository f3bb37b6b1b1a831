/** Files and configurations that ask for more than there can be: each ends at once, in an error that says what is too much. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { dataSection } from '../config/data.js'
import { InputError } from '../core/errors.js'
import { limits } from '../core/limits.js'
import { quotable } from '../core/quote.js'
import { loadDataset } from '../data/load.js'
import { decodeNpy, encodeNpy } from '../formats/npy.js'
import { readNpz } from '../formats/npz.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-hostile-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function put(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  return path
}

const load = (data: object) =>
  loadDataset(dataSection.parse(data), { baseDir: folder, dataDirs: [] })

/** A zip archive whose one entry claims `size` bytes. */
function zipClaiming(size: number, content: Uint8Array): Uint8Array {
  const name = 'x_train.npy'
  const local = Buffer.alloc(30 + name.length)
  const member = Buffer.alloc(46 + name.length)
  for (const [bytes, signature, at] of [
    [local, 0x04034b50, 8],
    [member, 0x02014b50, 10],
  ] as const) {
    bytes.writeUInt32LE(signature)
    bytes.writeUInt16LE(8, at)
    bytes.writeUInt32LE(crc32(content), at + 6)
    bytes.writeUInt32LE(content.length, at + 10)
    bytes.writeUInt32LE(size, at + 14)
    bytes.writeUInt16LE(name.length, at + 18)
    bytes.write(name, bytes.length - name.length)
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(member.length, 12)
  end.writeUInt32LE(local.length + content.length, 16)
  return Buffer.concat([local, content, member, end])
}

/** A `.npy` file of no elements with a header of one's own. */
function npyClaiming(shape: string): Uint8Array {
  const bytes = Buffer.from(encodeNpy(new Float32Array(0)))
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`
  const text = `${dict.padEnd(bytes.length - 11)}\n`
  return Buffer.concat([
    bytes.subarray(0, 8),
    Buffer.from([text.length & 255, text.length >> 8]),
    Buffer.from(text),
  ])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length)
  bytes.write(type, 4)
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), 8 + data.length)
  return bytes
}

function pngClaiming(
  width: number,
  height: number,
  pixels: Uint8Array,
  interlaced = 0,
): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, interlaced], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const jpegClaiming = (side: number) =>
  Buffer.from([
    ...[
      0xff,
      0xd8,
      0xff,
      0xc0,
      0,
      11,
      8,
      side >> 8,
      side & 255,
      side >> 8,
      side & 255,
      1,
      1,
      0x11,
      0,
    ],
    ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0, 0xff, 0xd9],
  ])

const zeros = new Uint8Array(limits.unpackedFreely + 1)
const bomb = deflateRawSync(zeros)

describe('files that unpack to more than they can mean', () => {
  it.each<[string, () => unknown]>([
    ['by what the archive says', () => readNpz(put('said.npz', zipClaiming(zeros.length, bomb)))],
    ['by a gzip', () => load({ source: 'csv', path: put('big.csv.gz', gzipSync(zeros)) })],
  ])('are refused: %s', async (_, read) => {
    await expect((async () => read())()).rejects.toThrow(
      /134,217,7\d\d.*store it without compression/,
    )
  })

  it('are unpacked no further than the archive says', () => {
    expect(() => readNpz(put('less.npz', zipClaiming(1000, bomb)))).toThrow(/damaged or cut short/)
  })
})

describe('headers that claim what no file has', () => {
  it.each([
    '(2000000000, 0)',
    '(0, 4294967296)',
    `(${'9'.repeat(400)}, 0)`,
    `(${'1, '.repeat(70)})`,
  ])('of .npy: %s', (shape) => {
    expect(() => decodeNpy(npyClaiming(shape), 'claims.npy')).toThrow(
      /claims\.npy.*which no array has/,
    )
  })

  it.each<[string, Uint8Array, RegExp]>([
    [
      '2³¹ − 1 a side',
      pngClaiming(2 ** 31 - 1, 2 ** 31 - 1, Buffer.alloc(9)),
      /2147483647 × 2147483647 pixels/,
    ],
    ['2³¹ − 1 in a row', pngClaiming(2 ** 31 - 1, 1, Buffer.alloc(9)), /1 × 2147483647 pixels/],
    ['nothing', pngClaiming(0, 5, Buffer.alloc(9)), /5 × 0 pixels/],
    [
      'interlaced, with more than its pixels',
      pngClaiming(8, 8, Buffer.alloc(2 ** 24), 1),
      /damaged/,
    ],
    ['65,535 a side', jpegClaiming(65_535), /65535 × 65535 pixels/],
  ])('of pictures: %s', async (name, bytes, message) => {
    const place = `pictures ${name}`.replaceAll(/\W/g, '-')
    for (const file of ['a/1.png', 'b/1.png']) put(join(place, file), bytes)
    const loading = load({ source: 'images', path: join(folder, place) })
    await expect(loading).rejects.toThrow(InputError)
    await expect(loading).rejects.toThrow(message)
  })

  it('of IDX: pictures without a row', async () => {
    const idx = (magic: number, shape: readonly number[], size: number) => {
      const bytes = Buffer.alloc(4 + 4 * shape.length + size)
      for (const [at, number] of [magic, ...shape].entries()) bytes.writeUInt32BE(number, 4 * at)
      return bytes
    }
    for (const split of ['train', 't10k']) {
      put(`idx/${split}-images-idx3-ubyte`, idx(2051, [20, 0, 28], 0))
      put(`idx/${split}-labels-idx1-ubyte`, idx(2049, [20], 20))
    }
    const data = { source: 'mnist', path: join(folder, 'idx'), balance: 'proportional' }
    await expect(load(data)).rejects.toThrow(/inputs \[1, 0, 28\], which hold nothing/)
  })
})

describe('data that are no file', () => {
  it.each([
    ['a device', '/dev/zero'],
    ['a folder', folder],
  ])('are refused, not waited for: %s', async (what, path) => {
    await expect(load({ source: 'csv', path })).rejects.toThrow(`${what}, not a file`)
  })

  it('are refused behind a link too', async () => {
    symlinkSync('/dev/zero', join(folder, 'link.csv'))
    await expect(load({ source: 'csv', path: 'link.csv' })).rejects.toThrow('a device, not a file')
  })
})

describe('tables', () => {
  it('with more columns than are taken are refused, in time that grows with their number', async () => {
    const count = limits.columns + 1
    const header = Array.from({ length: count }, (_, column) => `c${column}`).join()
    const row = '1,'.repeat(count)
    const path = put('wide.csv', `${header},label\n${row}a\n${row}b\n`)
    await expect(load({ source: 'csv', path })).rejects.toThrow(
      /columns: 100,001, but at most 100,000/,
    )
  })

  it.each([
    ['a class', 'a,label\n1,x\u001b[31m\n2,y\n'],
    ['a column', 'a\u001b[31m,label\n1,x\n2,y\n'],
    ['a cell', 'a,label\n\u001b[31m,x\n2,y\n'],
  ])('repeat nothing that steers a terminal: %s', async (what, text) => {
    const path = put('control.csv', text)
    const loading = load({ source: 'csv', path })
    await expect(loading).rejects.toThrow(/\\x1b\[31m/)
    await expect(loading).rejects.not.toThrow(String.fromCharCode(27))
    expect(what).toBeDefined()
  })
})

describe('text in messages', () => {
  it('stands on one line, steers no terminal and is cut, whatever it is', () => {
    const { message } = new InputError(`"${'x'.repeat(1e6)}" is no number`)
    expect(message.length).toBeLessThan(2000)
    expect(message).toMatch(/^"xxx.* … .*xxx" is no number$/)
    expect(quotable('a\nb\u001b[2J\u202e\ud800é日')).toBe('a\\nb\\x1b[2J\\u202e\\ud800é日')
  })
})
