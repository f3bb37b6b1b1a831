/** Files and configurations that ask for more than there can be: each ends at once, in an error that says what is too much. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { dataSection } from '../config/data.js'
import { loadConfig } from '../config/load.js'
import { experimentSchema } from '../config/schema.js'
import { InputError, LowlayerError } from '../core/errors.js'
import { limits } from '../core/limits.js'
import { quotable } from '../core/quote.js'
import { loadDataset } from '../data/load.js'
import { openForeignModel } from '../engine/onnx/foreign.js'
import { decodeModel, encodeModel } from '../engine/onnx/format.js'
import { csvRecords } from '../formats/csvTable.js'
import { inflate } from '../formats/inflate.js'
import { decodeNpy, encodeNpy } from '../formats/npy.js'
import { encodeNpz, readNpz } from '../formats/npz.js'
import { planStudy } from '../plan/plan.js'
import { planLoaded } from '../tasks/planLoaded.js'
import { ticTacToeInfo } from './dataInfo.js'
import { onnxFile } from './onnxGraph.js'

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

/** Two gibibytes of zeros in two megabytes: a gzip may have any number of members. */
const manyZeros = () => {
  const member = gzipSync(new Uint8Array(2 ** 24))
  return Buffer.concat(Array.from({ length: 128 }, () => member))
}
const idxFiles = ['train', 't10k'].flatMap((split) => [
  `${split}-images-idx3-ubyte`,
  `${split}-labels-idx1-ubyte`,
])
const cifarFiles = ['data_batch_1.bin', 'test_batch.bin']
const headOfIdx = Buffer.from([0, 0, 8, 3, 0x7f, 255, 255, 255, 0, 0, 0, 1, 0, 0, 0, 1])

describe('files that unpack to more than they can mean', () => {
  it('are refused: by what the archive says', () => {
    expect(() => readNpz(put('said.npz', zipClaiming(zeros.length, bomb)))).toThrow(
      /134,217,7\d\d.*store it without compression/,
    )
  })

  // What is unpacked until then is what there is memory for.
  it.each<[string, object, readonly string[], RegExp]>([
    ['a table', { source: 'csv' }, ['rows.csv'], /rows\.csv\.gz: unpacks to more than 268,435,456/],
    ['text', { source: 'sst2' }, ['train.tsv', 'dev.tsv'], /train\.tsv\.gz: .*than 268,435,456/],
    ['IDX', { source: 'mnist' }, idxFiles, /images-idx3-ubyte\.gz: .*than 268,435,456.*gunzip/],
    ['CIFAR-10', { source: 'cifar10' }, cifarFiles, /data_batch_1\.bin\.gz: .*than 153,650,000/],
    ['CIFAR-100', { source: 'cifar100' }, ['train.bin', 'test.bin'], /in\.bin\.gz: .*153,700,000/],
  ])('are refused: gzips of %s', async (name, data, files, message) => {
    const content = name === 'IDX' ? [gzipSync(headOfIdx), manyZeros()] : [manyZeros()]
    for (const file of files) put(join(name, `${file}.gz`), Buffer.concat(content))
    const path = join(folder, name, name === 'a table' ? `${files[0]}.gz` : '')
    await expect(load({ ...data, path })).rejects.toThrow(message)
  })

  it('are refused: more records than CIFAR has, in several files', async () => {
    const records = gzipSync(new Uint8Array(3073 * 20_000))
    for (const file of ['data_batch_1.bin', 'data_batch_2.bin', 'data_batch_3.bin'])
      put(join('records', `${file}.gz`), records)
    put('records/test_batch.bin', new Uint8Array(3073))
    await expect(load({ source: 'cifar10', path: join(folder, 'records') })).rejects.toThrow(
      /data_batch_3\.bin\.gz: unpacks to more than 30,730,000 bytes.*take a part of it/,
    )
  })

  it('are unpacked no further than there is a use for', () => {
    const packed = gzipSync(new Uint8Array(1000))
    expect(inflate('gzip', packed, 'a.csv.gz', { wanted: 1000 })).toHaveLength(1000)
    expect(() => inflate('gzip', packed, 'a.csv.gz', { wanted: 999 })).toThrow(
      /a\.csv\.gz: unpacks to more than 999 bytes/,
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
      /wide\.csv: more than 100,000 columns; take a part of it/,
    )
  })

  it.each([
    ['rows', 'a\n'],
    ['cells', ','],
  ] as const)(
    'with more %s than are taken are refused, before they fill the memory',
    (what, text) => {
      const most = { rows: 1000, cells: 2000, columns: 10_000 }
      expect(csvRecords(text.repeat(999), ',', 'long.csv', most).flat()).not.toHaveLength(0)
      expect(() => csvRecords(text.repeat(1e7), ',', 'long.csv', most)).toThrow(
        `long.csv: more than ${most[what].toLocaleString('en')} ${what}; take a part of it`,
      )
    },
  )

  it.each([
    ['columns', ','.repeat(limits.columns + 1), /more than 100,000 columns/],
    ['quotes', '"'.repeat(2 ** 24), /claims\.csv:1: a quoted cell has more than 1,048,576 letters/],
  ])('with nothing but %s are refused', (_, text, message) => {
    expect(() => csvRecords(text, ',', 'claims.csv')).toThrow(message)
  })

  it.each<[string, string, RegExp]>([
    ['tabs', '\t'.repeat(2 ** 24), /texts\.tsv: columns: 100,001, but at most/],
    ['lines', '\n'.repeat(2 ** 24), /texts\.tsv: lines: 10,000,002, but at most 10,000,001/],
    ['one text', `sentence\tlabel\n${'a '.repeat(2 ** 20)}\tx\n`, /tsv:2: letters: 2,097,152, but/],
    [
      'ever other words',
      `sentence\tlabel\n${Array.from({ length: 22 }, (_, row) => `${Array.from({ length: 50_000 }, (_, k) => (row * 50_000 + k).toString(36)).join(' ')}\tx\n`).join('')}`,
      /texts\.tsv: different words: .* but at most 1,048,576/,
    ],
  ])('of texts with nothing but %s are refused', async (_, text, message) => {
    const path = put('texts.tsv', text)
    await expect(load({ source: 'text', path })).rejects.toThrow(message)
  })

  it('may have any number of empty lines', () => {
    expect(csvRecords(`a,b${'\n'.repeat(1e6)}1,""`, ',', 'sparse.csv')).toEqual([
      { line: 1, cells: ['a', 'b'], quoted: new Set() },
      { line: 1e6 + 1, cells: ['1', ''], quoted: new Set([1]) },
    ])
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

describe('networks from elsewhere', () => {
  const planOf = (networks: object) => {
    const document = {
      data: { source: 'tic-tac-toe', train: 40, test: 20 },
      networks,
      analysis: { players: { count: 2 }, samples: { count: 4, testCount: 0 } },
    }
    const path = put('given.yaml', JSON.stringify(document))
    return loadConfig(path, []).then((loaded) => planLoaded(loaded, []))
  }
  const values = (more: object = {}) =>
    encodeNpz({ values: { data: new Float64Array(16), shape: [4, 4] }, ...more })
  const head = 'step,split,metric,value\n'

  it.each<[string, string, RegExp]>([
    [
      'a list of a million parts',
      `name,path,lowLayers\na,b.onnx,${'+'.repeat(1e6)}`,
      /lowLayers: parts: 100,001, but/,
    ],
    [
      'a list of many empty parts',
      `name,path,lowLayers\na,b.onnx,${'+'.repeat(9e4)}`,
      /list\.csv:2: lowLayers\.0: /,
    ],
    [
      'more than anybody writes',
      `name,path\n${'a,b\n'.repeat(2 ** 22)}`,
      /list\.csv: bytes: 16,777,226, but at most/,
    ],
    [
      'more networks than a study has',
      `name,path\n${'a,b\n'.repeat(50_001)}`,
      /networks: 50,001, but at most 50,000/,
    ],
    [
      'keys of everything',
      'name,path,__proto__,constructor\na,b,1,2\n',
      /list\.csv:2: __proto__: unknown key/,
    ],
    [
      'a formula as an architecture',
      'name,path,architecture\na,b.onnx,"=HYPERLINK(""x"")"\n',
      /list\.csv:2: architecture: .* must not begin with "="/,
    ],
    [
      'a formula as a layer',
      'name,path,lowLayers\na,b.onnx,@SUM(1)\n',
      /list\.csv:2: lowLayers\.0: .* must not begin with "="/,
    ],
    [
      'a name that leads upwards',
      'name,path\n../../a,b.onnx\n',
      /list\.csv:2: name: "\.\.\/\.\.\/a" is not valid: letters, digits/,
    ],
  ])('are refused as a table of %s', async (_, text, message) => {
    put('list.csv', text)
    await expect(planOf({ table: 'list.csv' })).rejects.toThrow(message)
  })

  it('are refused with the first of their problems', async () => {
    put(
      'list.csv',
      `name,path\n${Array.from({ length: 2000 }, (_, k) => `n${k},none.onnx`).join('\n')}`,
    )
    const error = await planOf({ table: 'list.csv' }).catch((caught: unknown) => caught)
    expect((error as InputError).message.split('\n')).toHaveLength(limits.problems)
  })

  it.each<[string, string, RegExp]>([
    ['steps that no training has', `${head}1e300,train,loss,1\n`, /log\.csv:2: needs a step/],
    ['accuracies that are none', `${head}1,train,accuracy,-7\n`, /log\.csv:2: an accuracy of -7/],
    [
      'losses that are no numbers',
      `${head}1,train,loss,1e999\n`,
      /log\.csv:2: the value ".*" is no finite number/,
    ],
    [
      'losses without end',
      `${head}1,train,loss,Infinity\n`,
      /log\.csv:2: the value ".*" is no finite number/,
    ],
    ['rows that are none', `${head}1,2\n`, /log\.csv:2: 2 cells, but the header has 4/],
  ])('are refused when planned, with a curve of %s', async (_, text, message) => {
    put('log.csv', text)
    put('v.npz', values())
    const networks = { files: [{ name: 'a', values: 'v.npz', curve: 'log.csv' }] }
    await expect(planOf(networks)).rejects.toThrow(message)
  })

  it.each<[string, Uint8Array, RegExp]>([
    [
      'of other players',
      encodeNpz({ values: { data: new Float64Array(32), shape: [4, 8] } }),
      /2\^2 coalitions of 2 players/,
    ],
    [
      'that are not finite',
      encodeNpz({ values: { data: new Float64Array(16).fill(Number.NaN), shape: [4, 4] } }),
      /coalition 0, is NaN/,
    ],
    [
      'that predict half a class',
      values({ prediction: Float64Array.of(0, 1, 0.5, 1) }),
      /the prediction of sample \d+ is 0\.5, no class of the data/,
    ],
    [
      'that predict no class',
      values({ prediction: Float64Array.of(1e300, 1, 1, 1) }),
      /is 1e\+300, no class/,
    ],
    ...[Number.POSITIVE_INFINITY, Number.NaN].map((lost): [string, Uint8Array, RegExp] => [
      `of a loss of ${lost}`,
      values({ loss: Float64Array.of(0.1, 0.2, lost, 0.3) }),
      new RegExp(`the loss of sample \\d+ is ${lost}, no finite number`),
    ]),
    ['of a claim', npyClaiming('(1000000000000, 4)'), /v\.npz: not a zip archive/],
  ])('are refused when planned, with values %s', async (_, bytes, message) => {
    put('v.npz', bytes)
    await expect(planOf({ files: [{ name: 'a', values: 'v.npz' }] })).rejects.toThrow(message)
  })

  it('are refused as a series of numbers that no step has', async () => {
    put(`series/${'9'.repeat(200)}.onnx`, '')
    await expect(planOf({ files: [{ name: 'a', path: 'series/{step}.onnx' }] })).rejects.toThrow(
      /9\.onnx: its number: .* but at most 1,000,000,000/,
    )
  })
})

describe('models from elsewhere', () => {
  const opened = async (bytes: Uint8Array) => {
    const model = await openForeignModel(put('model.onnx', bytes), 'cpu')
    await model.dispose()
  }

  /** A model whose weight is said to be kept somewhere. */
  function withWeightIn(location: string): Uint8Array {
    const externalData = [{ key: 'location', value: location }]
    const weight = { name: 'w', dims: [2], dataType: 1, dataLocation: 1, externalData }
    const bytes = onnxFile({
      inputs: { x: ['n', 2] },
      outputs: { y: ['n', 2] },
      nodes: [['Add', ['x', 'w'], ['y']]],
    })
    const model = decodeModel(bytes)
    return encodeModel({ ...model, graph: { ...model.graph, initializer: [weight as never] } })
  }

  it.each(['a\0b', '../secret', '/etc/passwd', 'a/../../b', ''])(
    'keep no weights out of their folder: %j',
    async (location) => {
      await expect(opened(withWeightIn(location))).rejects.toThrow(/no file beside the model/)
    },
  )

  it.each(['nothing.bin', 'x'.repeat(5000), 'device', '.'])(
    'wait for no weights that are no file: %.20s',
    async (location) => {
      rmSync(join(folder, 'device'), { force: true })
      symlinkSync('/dev/zero', join(folder, 'device'))
      await expect(opened(withWeightIn(location))).rejects.toThrow(/which is no file that is there/)
    },
  )

  it('of a batch that no memory holds are refused', async () => {
    const inputs = { x: [2 ** 30, 2] }
    const bytes = onnxFile({
      inputs,
      outputs: { y: [2 ** 30, 2] },
      nodes: [['Relu', ['x'], ['y']]],
    })
    await expect(opened(bytes)).rejects.toThrow(/input "x" \[1073741824, 2\].*open batch axis/)
  })

  it.each(['Add', 'Softmax', 'Identity', 'Reshape', 'Gemm'])(
    'whose nodes wait for one another are refused: %s',
    async (operator) => {
      const more = operator === 'Softmax' || operator === 'Identity' ? [] : ['x']
      const bytes = onnxFile({
        inputs: { x: ['n', 2] },
        outputs: { y: ['n', 2] },
        nodes: [
          [operator, ['b', ...more], ['a']],
          [operator, ['a', ...more], ['b']],
          ['Identity', ['b'], ['y']],
        ],
      })
      await expect(opened(bytes)).rejects.toThrow(InputError)
    },
  )
})

describe('text in messages', () => {
  it('stands on one line, steers no terminal and is cut, whatever it is', () => {
    const { message } = new InputError(`"${'y'.repeat(1e6)}" is no number`)
    expect(message.length).toBeLessThan(2000)
    expect(message).toMatch(/^"yyy.* … .*yyy" is no number$/)
    expect(quotable('a\nb\u001b[2J\u202e\ud800é日')).toBe('a\\nb\\x1b[2J\\u202e\\ud800é日')
  })
})

describe('configurations', () => {
  const study = 'data: {source: tic-tac-toe}\nmodel: {architecture: mlp-5}\n'
  const problemOf = (yaml: string, overrides: string[] = []) =>
    loadConfig(put('study.yaml', yaml), overrides).then(
      () => 'none',
      (error: unknown) => (error instanceof LowlayerError ? error.message : `crash: ${error}`),
    )

  it.each<[string, string, RegExp]>([
    ['too long', `${study}# ${'x'.repeat(limits.configBytes)}`, /bytes: .* but at most 262,144/],
    ['brackets in brackets', `${study}a: ${'['.repeat(1e5)}`, /nested more than 50 deep/],
    ['lists in lists', `${study}a:\n  ${'- '.repeat(1e5)}`, /nested more than 50 deep/],
    ['a gap that no float reaches', `${study}analysis: { gap: 1.0e-300 }\n`, /at least 1e-10/],
    ['brackets that close', `${study}a: ${']'.repeat(1e5)}`, /study\.yaml:3/],
    [
      'mappings in mappings',
      `${study}${Array.from({ length: 99 }, (_, k) => `${' '.repeat(k)}k:`).join('\n')}`,
      /nested more/,
    ],
    [
      'names of names of names',
      `a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n${[...'bcdefghij'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`)}]`).join('\n')}\n${study}`,
      /alias/,
    ],
    ['a value in itself', `${study}a: &a [*a]`, /unknown key|nested/],
    [
      'the prototype of everything',
      `${study}__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}`,
      /__proto__: unknown key[\s\S]*constructor: unknown key/,
    ],
    [
      'thousands of keys',
      study + Array.from({ length: 20_000 }, (_, k) => `k${k}: 1\n`).join(''),
      /and 19,951 more keys are unknown/,
    ],
    ['no file of YAML', `${study}extends: /etc/passwd`, /ends in \.yaml/],
    [
      'a million networks',
      `${study}networks: {grid: {low: [0, 1], high: [0, 1], repeats: 1000000}}`,
      /networks\.grid: asks for 2,000,002 networks, but a study has at most 50,000/,
    ],
    [
      'donors without end',
      `${study}networks: {grid: {regimes: [trained-frozen], donors: 1000000}}`,
      /asks for 12,000,006 networks/,
    ],
    [
      'random draws without end',
      `${study}comparison: {bootstrap: 1000000000000000}`,
      /bootstrap: 1000000000000000 must be at most 1000000/,
    ],
    [
      'a name of a study that no folder can have',
      `${study}study: ${'n'.repeat(300)}`,
      /study: its length must be at most 100/,
    ],
    [
      'thousands of problems on one line',
      `${study}analysis: {samples: {ids: [${Array(14_000).fill('9007199254740991').join()}]}}`,
      /ids\[1\]: 9007199254740991 is given twice[\s\S]*… and 13,949 more problems/,
    ],
    [
      'thousands of networks in a circle',
      `${study}networks: {list: [${Array.from({ length: 4000 }, (_, k) => `{name: n${k}, from: n${(k + 1) % 4000}}`).join()}]}`,
      /"n0" is derived from itself[\s\S]*… and 3,950 more problems/,
    ],
    [
      'a name that leads upwards',
      `${study}networks: {list: [{name: .., seed: 1}]}`,
      /name: .*a letter or digit first/,
    ],
  ])('are refused in words: %s', async (_, yaml, message) => {
    expect(await problemOf(yaml)).toMatch(message)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('are refused where they extend one another without end', async () => {
    for (let k = 0; k < 60; k++) put(`chain/${k}.yaml`, `extends: ${k + 1}.yaml\n`)
    expect(await problemOf('extends: chain/0.yaml')).toMatch(/goes on over more than 50 files/)
  })

  it.each([`a.${'a.'.repeat(1e5)}a=1`, `a=${'['.repeat(1e5)}`, `__proto__.x=1`])(
    'take no such value from the command line',
    async (override) => {
      const problem = await problemOf(study, [override])
      expect(problem).not.toMatch(/^crash/)
      expect(problem).not.toBe('none')
      expect(problem.length).toBeLessThan(5000)
    },
  )

  it.each<[string, object, RegExp]>([
    [
      'weights',
      { model: { architecture: 'mlp-5', width: 1e9 } },
      /weights of mlp-5: .* but at most 268,435,456/,
    ],
    [
      'steps',
      { training: { epochs: '1000000000000ep' } },
      /optimiser steps: .* at most 1,000,000,000/,
    ],
    [
      'times',
      { training: { epochs: '100000000it', evaluate: { every: '1it' } } },
      /every 1it: 100,000,001, but at most 100,000/,
    ],
  ])('are refused when planned, before anything is trained: %s', (_, more, message) => {
    const config = experimentSchema.parse({
      study: 's',
      data: { source: 'tic-tac-toe' },
      model: { architecture: 'mlp-5' },
      ...more,
    })
    expect(() => planStudy(config, ticTacToeInfo)).toThrow(message)
  })
})
