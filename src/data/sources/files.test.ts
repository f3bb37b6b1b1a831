/** Data sources against small files written here: what is read, assumed and refused. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DataConfig, dataSection } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { encodeNpz, type NpzContent } from '../../formats/npz.js'
import { loadDataset } from '../load.js'
import type { Dataset } from '../types.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-data-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
  return file
}

function load(data: object): Promise<Dataset> {
  const isText = 'source' in data && (data.source === 'sst2' || data.source === 'text')
  const usual = isText ? { path: folder } : { path: folder, standardize: false }
  const parsed: DataConfig = dataSection.parse({ ...usual, ...data })
  return loadDataset(parsed, { baseDir: folder, dataDirs: [], inspect: true })
}

async function messageOf(data: object): Promise<string> {
  const error = await load(data).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(InputError)
  return (error as InputError).message
}

/** IDX with a header that may lie. */
function idx(shape: number[], data: number[], magic = 0x0800 + shape.length): Uint8Array {
  const bytes = Buffer.alloc(4 + 4 * shape.length + data.length)
  bytes.writeUInt32BE(magic)
  for (const [axis, extent] of shape.entries()) bytes.writeUInt32BE(extent, 4 + 4 * axis)
  bytes.set(data, 4 + 4 * shape.length)
  return bytes
}

describe('IDX files', () => {
  const pixels = [0, 51, 102, 255, 1, 2, 3, 4]

  async function writeAll() {
    await write('train-images-idx3-ubyte.gz', gzipSync(idx([2, 2, 2], pixels)))
    await write('train-labels-idx1-ubyte', idx([2], [7, 3]))
    await write('t10k-images.idx3-ubyte', idx([1, 2, 2], [9, 9, 9, 9]))
    await write('t10k-labels-idx1-ubyte', idx([1], [4]))
  }

  it('are read plain and gzipped, by either spelling, and padded', async () => {
    await writeAll()
    const { train, test, shape } = await load({ source: 'mnist', pad: 1 })
    expect(shape).toEqual([1, 4, 4])
    expect([...train.labels]).toEqual([7, 3])
    expect([...train.inputs.subarray(0, 16)].map((value) => Math.round(value * 255))).toEqual([
      0, 0, 0, 0, 0, 0, 51, 0, 0, 102, 255, 0, 0, 0, 0, 0,
    ])
    expect([...test.labels]).toEqual([4])
  })

  it.each([
    [
      'train-images-idx3-ubyte.gz',
      gzipSync(idx([2, 2, 2], pixels.slice(1))),
      /train-images.* is cut short: .* 2 × 2 × 2 = 8 bytes, but 7 follow/,
    ],
    ['train-images-idx3-ubyte.gz', gzipSync(idx([2, 2, 2], [...pixels, 0])), /too long/],
    [
      'train-images-idx3-ubyte.gz',
      gzipSync(idx([2, 2, 2], pixels)).subarray(0, 20),
      /train-images.*\.gz is damaged or cut short/,
    ],
    [
      'train-images-idx3-ubyte.gz',
      gzipSync(idx([2, 2, 2], pixels, 2049)),
      /magic number 2049, 2051 expected/,
    ],
    ['train-labels-idx1-ubyte', new Uint8Array(0), /train-labels-idx1-ubyte is empty/],
    ['train-labels-idx1-ubyte', new Uint8Array(3), /fewer than 4 bytes/],
    ['train-labels-idx1-ubyte', new Uint8Array([0, 0, 8, 1, 0]), /cut short within its header/],
    [
      'train-labels-idx1-ubyte',
      idx([3], [1, 2, 3]),
      /train-images.* has 2 images, but .*train-labels.* has 3 labels/,
    ],
    ['train-labels-idx1-ubyte', idx([2], [1, 10]), /train-labels.*: sample 1 has label 10/],
    ['t10k-images.idx3-ubyte', idx([1, 1, 4], [1, 2, 3, 4]), /differ in size/],
  ])('are refused by name when wrong: %s', async (name, content, message) => {
    await writeAll()
    await write(name, content)
    expect(await messageOf({ source: 'mnist' })).toMatch(message)
  })

  it('are named when missing', async () => {
    await writeAll()
    await rm(join(folder, 't10k-labels-idx1-ubyte'))
    expect(await messageOf({ source: 'mnist' })).toContain('has no file t10k-labels-idx1-ubyte')
  })
})

describe('CIFAR files', () => {
  const record = (...head: number[]) => [
    ...head,
    ...Array.from({ length: 3072 }, (_, i) => i % 251),
  ]
  const bytes = (...records: number[][]) => Uint8Array.from(records.flat())

  it('are read batch after batch, as red, green and blue planes', async () => {
    await write('cifar-10-batches-bin/data_batch_1.bin', bytes(record(3), record(0)))
    await write('cifar-10-batches-bin/data_batch_2.bin', bytes(record(9)))
    await write('cifar-10-batches-bin/test_batch.bin', bytes(record(1)))
    const { train, classes, assumptions } = await load({ source: 'cifar10' })
    expect(assumptions).toEqual([expect.stringMatching(/^3 of the five training files/)])
    expect([...train.labels].map((label) => classes[label])).toEqual(['cat', 'airplane', 'truck'])
    expect(train.inputs[1024]).toBeCloseTo((1024 % 251) / 255, 6)
  })

  it('have fine and coarse labels in CIFAR-100', async () => {
    await write('train.bin', bytes(record(4, 72)))
    await write('test.bin', bytes(record(19, 99)))
    const fine = await load({ source: 'cifar100' })
    const coarse = await load({ source: 'cifar100', labels: 'coarse' })
    expect([fine.train.labels[0], fine.test.labels[0]]).toEqual([72, 99])
    expect([coarse.train.labels[0], coarse.classes.length]).toEqual([4, 20])
    expect(fine.train.inputs).toEqual(coarse.train.inputs)
  })

  it.each([
    [
      'data_batch_1.bin',
      bytes(record(1)).subarray(1),
      /data_batch_1\.bin is cut short or no CIFAR file: 3072 bytes/,
    ],
    ['data_batch_1.bin', bytes(record(1), record(10)), /data_batch_1\.bin: record 1 has label 10/],
    ['data_batch_3.bin', bytes(record(1)), /has no file data_batch_2\.bin/],
    ['test_batch.bin', new Uint8Array(0), /test_batch\.bin is cut short/],
  ])('are refused by name when wrong: %s', async (name, content, message) => {
    await write('data_batch_1.bin', bytes(record(1)))
    await write('test_batch.bin', bytes(record(1)))
    await write(name, content)
    expect(await messageOf({ source: 'cifar10' })).toMatch(message)
  })

  it('are named when missing', async () => {
    expect(await messageOf({ source: 'cifar10' })).toContain('has no file data_batch_1.bin')
  })
})

describe('CSV files', () => {
  const table = 'a,label,"b,c"\n1,yes,2\n3,no,-4e1\n5,yes,6\n7,no,8\n'

  it('give numbers and class names, test rows from their own file', async () => {
    const path = await write('train.csv', table)
    const testPath = await write('test.csv', 'b,c;'.replace(/.*/, '"b,c",a,label\n9,8,no\n'))
    const { train, test, features, classes } = await load({ source: 'csv', path, testPath })
    expect(features).toEqual(['a', 'b,c'])
    expect(classes).toEqual(['no', 'yes'])
    expect([...train.inputs]).toEqual([1, 2, 3, -40, 5, 6, 7, 8])
    expect([...train.labels]).toEqual([1, 0, 1, 0])
    expect([...test.inputs]).toEqual([8, 9])
  })

  it('are refused where they are not UTF-8, which would merge classes', async () => {
    const text = 'a,label\n1,v\xe9lo\n2,v\xe8lo\n'
    const utf8 = await write('utf8.csv', text)
    const { classes } = await load({ source: 'csv', path: utf8, testPath: utf8 })
    expect(classes).toEqual(['v\xe8lo', 'v\xe9lo'])
    const path = await write('train.csv', Buffer.from(text, 'latin1'))
    expect(await messageOf({ source: 'csv', path })).toMatch(/train\.csv is not UTF-8.*iconv/)
  })

  it('are split where there is no test file', async () => {
    const path = await write('train.csv', table)
    const { train, test } = await load({ source: 'csv', path, train: 2, test: 2 })
    expect([...train.ids, ...test.ids].sort()).toEqual([0, 1, 2, 3])
  })

  it.each([
    ['', /train\.csv is empty/],
    ['a,label\n', /has a header but no rows/],
    ['a,label\n1,x\n\n2\n', /train\.csv:4: 1 cells, but the header has 2/],
    ['a,label\n1,x\n?,y\n', /train\.csv:3: column "a" holds "\?", not a number/],
    ['id,a,b,label\n1,2,3,x\nP2,4,5,y\n', /"P2", not a number .*data\.features: \[a, b\]/],
    ['a,label\n1,x\n,y\n', /train\.csv:3: column "a" holds "", not a number/],
    ['a,label\n1,x\n2,\n', /train\.csv:3: no "label"/],
    ['a,lable\n1,x\n', /has no column "label" \(did you mean "lable"\?\)/],
    ['a,a,label\n1,2,x\n', /the column "a" is there twice/],
    ['a,label\n1,x\n2,x\n', /the column "label" has one class; at least two/],
    ['a,label\n1,"x\n2,y\n', /train\.csv:2: a quote is not closed/],
    ['a,label\n1,"x"z\n2,y\n', /train\.csv:2: text follows a closing quote/],
    ['a,label\n0x10,x\n2,y\n', /:2: column "a" holds "0x10", not a number \(it is not decimal/],
    ['a,label\n1,x\n"0,5",y\n', /:3: column "a" holds "0,5", .*decimal comma/],
    ['a,label\n1,x\n"1,234.5",y\n', /:3: .*thousands separators/],
    ['a,label\n1,x\n1e400,y\n', /:3: .*too large for a float64/],
    ['a,label\n1,x\nTRUE,y\n', /:3: .*a word: write 0 and 1/],
    ['a,label\n1,x\nInf,y\n', /:3: .*infinite/],
    ['a;label\n1;x\n2;y\n', /cells are separated by ";": set data\.delimiter to ";"/],
    ['a;label\n1,5;x\n2,5;y\n', /cells are separated by ";": set data\.delimiter to ";"/],
    ['a\tlabel\n1\tx\n2\ty\n', /separated by tabs: set data\.delimiter to "\\t"/],
    ['sep=;\na;label\n', /"sep=;", is Excel's: delete it, and set data\.delimiter to ";"/],
    ['a,,label\n1,2,x\n2,3,y\n', /train\.csv:1: column 2 has no name/],
    [',a,label\n1,2,x\n1,3,y\n', /train\.csv:1: column 1 has no name/],
  ])('are refused with the line when wrong: %j', async (text, message) => {
    const path = await write('train.csv', text)
    expect(await messageOf({ source: 'csv', path })).toMatch(message)
  })

  it.each(['NA', 'nan', 'NaN', 'null', 'NULL', 'None', 'N/A', '#N/A', '<NA>', 'NaT', '?', '-'])(
    'have no class named by the missing value %s, unless it is quoted',
    async (missing) => {
      const rows = (label: string) => `a,label\n1,x\n2,y\n3,${label}\n4,x\n5,${label}\n`
      const path = await write('train.csv', rows(missing))
      expect(await messageOf({ source: 'csv', path })).toMatch(/:4: no "label": .* missing value/)
      await write('train.csv', rows(`"${missing}"`))
      expect((await load({ source: 'csv', path })).classes).toContain(missing)
    },
  )

  it('are read without the numbers of the rows, as without that column, and say so', async () => {
    const rows = Array.from({ length: 30 }, (_, row) => `${(row * 7) % 11},${row < 15 ? 'x' : 'y'}`)
    const plain = await write('plain.csv', `a,label\n${rows.join('\n')}`)
    const expected = await load({ source: 'csv', path: plain })
    for (const [name, first] of [
      ['pandas', (row: number) => `${row}`],
      ['shuffled', (row: number) => `${(row * 7) % 30}`],
      ['r', (row: number) => `"${row + 1}"`],
    ] as const) {
      const text = rows.map((cells, row) => `${first(row)},${cells}`).join('\n')
      const path = await write(`${name}.csv`, `${name === 'r' ? '""' : ''},a,label\n${text}`)
      const { fingerprint, assumptions } = await load({ source: 'csv', path })
      expect(fingerprint).toBe(expected.fingerprint)
      expect(assumptions[0]).toMatch(
        /has no name and another whole number in every row: it was left/,
      )
    }
  })

  it('use no column twice, nor that of the class', async () => {
    const path = await write('train.csv', table)
    const listed = (...features: string[]) => messageOf({ source: 'csv', path, features })
    expect(await listed('a', 'label')).toMatch(/lists "label", which is the column of the class/)
    expect(await listed('a', 'b,c', 'a')).toMatch(/lists "a" twice/)
  })

  it('say which columns count the rows, tell the class or name the row', async () => {
    const noise = (row: number) => (row * 37) % 101
    const rows = Array.from({ length: 100 }, (_, row) => {
      const y = row < 50 ? 'x' : 'y'
      return [2 * row + 7, noise(row) / 7, y === 'x' ? noise(row) : 200 + noise(row), noise(row), y]
    })
    const header = 'count,noise,leak,id,label'
    const path = await write('t.csv', [header, ...rows.map((row) => row.join())].join('\n'))
    const { assumptions } = await load({ source: 'csv', path })
    const remarks = assumptions.filter((line) => line.startsWith('column'))
    expect(remarks).toEqual([
      expect.stringMatching(/column "count" counts the rows/),
      expect.stringMatching(/column "leak" alone tells the class of 100\.0% of the rows/),
      expect.stringMatching(/column "id" has another whole number in every row/),
    ])
  })

  it('find the column that tells the class among many rows, and no other', async () => {
    const classes = 4
    const rows = Array.from({ length: 6000 }, (_, row) => {
      const label = row % classes
      return [(row * 4001) % 6007, label + ((row * 31) % 97) / 100, label]
    })
    const text = ['noise,leak,label', ...rows.map((row) => row.join())].join('\n')
    const { assumptions } = await load({ source: 'csv', path: await write('t.csv', text) })
    expect(assumptions.filter((line) => line.startsWith('column'))).toEqual([
      expect.stringMatching(/column "noise" has another whole number/),
      expect.stringMatching(/column "leak" alone tells the class of 100\.0%/),
    ])
  })

  it('are looked over only where that is asked for, and are the same data', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `${row},${row < 20 ? 'x' : 'y'}`)
    const path = await write('t.csv', `count,label\n${rows.join('\n')}`)
    const data = dataSection.parse({ source: 'csv', path })
    const context = { baseDir: folder, dataDirs: [] }
    const plain = await loadDataset(data, context)
    const inspected = await loadDataset(data, { ...context, inspect: true })
    const said = ({ assumptions }: Dataset) =>
      assumptions.some((line) => /counts the rows/.test(line))
    expect([said(plain), said(inspected)]).toEqual([false, true])
    expect(plain.fingerprint).toBe(inspected.fingerprint)
  })

  it('say how many rows are there twice, and which classes are hardly different', async () => {
    const train = await write('train.csv', 'a,label\n1,cat\n1,Cat \n2,"dog"\n3,1\n4,1.0\n')
    const testPath = await write('test.csv', 'a,label\n2,dog\n3,dog\n9,cat\n')
    const { assumptions } = await load({ source: 'csv', path: train, testPath })
    expect(assumptions).toEqual([
      expect.stringMatching(/classes "1" and "1\.0" count as different/),
      expect.stringMatching(/classes "Cat" and "cat" count as different/),
      expect.stringMatching(/2 of 3 test rows are equal to training rows/),
      expect.stringMatching(/2 rows are equal to training rows of another class/),
    ])
  })
})

it('images of the test that are images of the training are counted, but not those that what is held tells apart', async () => {
  const images = (...firsts: number[]) => ({
    data: Float32Array.from(firsts.flatMap((first) => [first, 1, 2, 3])),
    shape: [firsts.length, 2, 2],
  })
  const arrays = {
    x_train: images(1, 2, 3),
    y_train: Int32Array.of(0, 1, 0),
    x_test: images(3, 4),
    y_test: Int32Array.of(0, 1),
  }
  const said = async (more: NpzContent, data: object) => {
    const path = join(folder, 'leaking.npz')
    await writeFile(path, encodeNpz({ ...arrays, ...more }))
    const config = dataSection.parse({ source: 'npz', path, standardize: false, ...data })
    const context = { baseDir: folder, dataDirs: [], inspect: true }
    const { assumptions } = await loadDataset(config, context)
    return assumptions.filter((line) => line.includes('equal to training'))
  }
  expect(await said({}, {})).toEqual([
    expect.stringMatching(/^1 of 2 test rows are equal to training rows/),
  ])
  const time = Float32Array.of(0, 1, 2)
  expect(await said({ time, time_test: time.slice(0, 2) }, { held: ['time'] })).toEqual([])
})

it('whole numbers that are held and that float32 does not have are refused', async () => {
  const path = join(folder, 'held.npz')
  const load = async (...time: number[]) => {
    const x_train = { data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [3, 2] }
    const y_train = Int32Array.of(0, 1, 0)
    await writeFile(path, encodeNpz({ x_train, y_train, time: Int32Array.from(time) }))
    const config = dataSection.parse({ source: 'npz', path, standardize: false, held: ['time'] })
    return loadDataset(config, { baseDir: folder, dataDirs: [] })
  }
  const exact = [2 ** 24, -(2 ** 24), 2 ** 25]
  const { train, test } = await load(...exact)
  expect(new Set([...train.held!, ...test.held!])).toEqual(new Set(exact))
  await expect(load(1e8, 2 ** 24 + 1, -1e8)).rejects.toThrow(/held\.npz: time has 16777217, which/)
})

it('a number that is none is refused in a table of any length', async () => {
  const path = join(folder, 'none.npz')
  const data = Float32Array.from({ length: 80 }, (_, cell) => (cell % 7 === 3 ? Number.NaN : cell))
  const y_train = Int32Array.from({ length: 40 }, (_, row) => row % 2)
  await writeFile(path, encodeNpz({ x_train: { data, shape: [40, 2] }, y_train }))
  const config = dataSection.parse({ source: 'npz', path, standardize: false })
  const context = { baseDir: folder, dataDirs: [], inspect: true }
  await expect(loadDataset(config, context)).rejects.toThrow(/none\.npz: sample \d+ .*: f\d is NaN/)
})

describe('features whose differences float32 would lose', () => {
  const csvOf = (feature: (row: number) => number) =>
    `time,label\n${Array.from({ length: 40 }, (_, row) => `${feature(row)},${row % 2}`).join('\n')}`
  const refused =
    /column "time" .* float32, .* 17000000\d\d becomes 1700000\d\d\d, .* subtract its mean, 1700000019\.5/

  it('are refused in CSV files and npz files, by name', async () => {
    const seconds = (row: number) => 1.7e9 + row
    const path = await write('time.csv', csvOf(seconds))
    expect(await messageOf({ source: 'csv', path })).toMatch(refused)
    const times = Float64Array.from({ length: 40 }, (_, row) => seconds(row))
    const x_train = { data: times, shape: [40, 1] }
    const y_train = Int32Array.from({ length: 40 }, (_, row) => row % 2)
    const file = await write('time.npz', encodeNpz({ x_train, y_train }))
    expect(await messageOf({ source: 'npz', path: file })).toMatch(
      /time\.npz: column "f0" .* float32/,
    )
  })

  it.each<[string, (row: number) => number]>([
    ['small ones', (row) => row],
    ['years', (row) => 1980 + row],
    ['seconds over a month', (row) => 1.7e9 + 65_000 * row],
    ['tenths', (row) => row / 10],
    ['a constant', () => 0.1],
    ['a constant with rounding errors', (row) => 0.1 + 0.2 + (row % 2) * 5e-17],
  ])('are not seen in %s', async (_name, feature) => {
    const path = await write('fine.csv', csvOf(feature))
    const { train } = await load({ source: 'csv', path })
    const expected = Array.from(train.ids, (row) => Math.fround(feature(row)))
    expect([...train.inputs]).toEqual(expected)
  })
})

describe('classes that are chosen', () => {
  const choose = async (labels: readonly string[], classes: readonly (string | number)[]) => {
    const rows = labels.flatMap((label, row) => [`${row},${label}`, `${row + 0.5},${label}`])
    const path = await write('t.csv', `a,label\n${rows.join('\n')}`)
    return load({ source: 'csv', path, classes, train: 2, test: 2 })
  }

  it('are those of that name, never those at that place', async () => {
    expect((await choose(['1', '2', '3', '8'], [3, 8])).classes).toEqual(['3', '8'])
    await expect(choose(['a', 'b', 'c'], [0, 1])).rejects.toThrow(
      /there is no class "0" .*; there are a, b, c/,
    )
    await expect(choose(['5', '6', '7'], [0, 1])).rejects.toThrow(/no class "0"/)
  })

  it('are asked for in quotes where YAML loses their zeros', async () => {
    const hint = /for "01" write it in quotes: YAML reads 01 as the number 1/
    await expect(choose(['01', '02', '03'], [1, 2])).rejects.toThrow(hint)
    await expect(choose(['1', '01', '2'], [1, 2])).rejects.toThrow(/1 may be two classes/)
    expect((await choose(['01', '02', '03'], ['01', '02'])).classes).toEqual(['01', '02'])
  })
})

describe('npz files', () => {
  const labels = Int32Array.of(0, 1, 2)
  const save = (content: NpzContent) => write('data.npz', encodeNpz(content))

  it('name the arrays that nothing says what to do with', async () => {
    const x = { data: new Float32Array(6), shape: [3, 2] }
    const path = await save({ x_train: x, y_train: labels, x_val: x, y_val: labels })
    const { assumptions } = await load({ source: 'npz', path, train: 2, test: 1 })
    expect(assumptions).toContainEqual(
      expect.stringMatching(
        /data\.npz these are not read: x_val, y_val; data\.inputs and data\.labels say/,
      ),
    )
  })

  it('are refused where images of the two splits are of other scales', async () => {
    const images = (most: number) => ({
      data: Float32Array.from({ length: 12 }, (_, i) => (i / 11) * most),
      shape: [3, 2, 2],
    })
    const y = { y_train: labels, y_test: labels }
    const path = await save({ ...y, x_train: images(255), x_test: images(1) })
    expect(await messageOf({ source: 'npz', path })).toMatch(
      /data\.npz: x_train has values from 0 to 255 and x_test from 0 to 1: .* other scales/,
    )
    expect(await messageOf({ source: 'npz', path, standardize: true })).toMatch(/other scales/)
    const alike = await save({ ...y, x_train: images(255), x_test: images(200) })
    expect((await load({ source: 'npz', path: alike })).test.count).toBe(3)
  })

  it('hold tables as they are and bytes of images as 0 to 1', async () => {
    const y = { y_train: labels, y_test: labels }
    const table = { data: Float64Array.from({ length: 6 }, (_, i) => i * 100), shape: [3, 2] }
    let path = await save({ ...y, x_train: table, x_test: table })
    expect([...(await load({ source: 'npz', path })).train.inputs]).toEqual([
      0, 100, 200, 300, 400, 500,
    ])
    const grey = { data: Uint8Array.from({ length: 12 }, (_, i) => 5 * i), shape: [3, 2, 2] }
    path = await save({ ...y, x_train: grey, x_test: grey })
    const { shape, train } = await load({ source: 'npz', path })
    expect(shape).toEqual([1, 2, 2])
    expect(train.inputs[11]).toBeCloseTo(55 / 255, 6)
  })

  it('say which class numbers no sample has', async () => {
    const x = { data: new Float32Array(8).map((_, i) => i), shape: [4, 2] }
    const y = Int32Array.of(1, 3, 1, 3)
    const path = await save({ x_train: x, y_train: y, x_test: x, y_test: y })
    const { assumptions, classes } = await load({ source: 'npz', path })
    expect(classes).toEqual(['0', '1', '2', '3'])
    expect(assumptions[0]).toBe('y_train has no sample of the classes 0, 2, of 4')
  })

  it('say which classes are tested and not trained', async () => {
    const x = { data: new Float32Array(8).map((_, i) => i), shape: [4, 2] }
    const [train, test] = [Int32Array.of(0, 1, 2, 0), Int32Array.of(7, 7, 1, 0)]
    const path = await save({ x_train: x, y_train: train, x_test: x, y_test: test })
    const { assumptions } = await load({ source: 'npz', path })
    expect(assumptions[0]).toBe(
      'y_train has no sample of the classes 3, 4, 5, 6, 7, of 8; test samples are of class 7',
    )
  })

  it.each([
    [[3, 8, 9, 3], 9, 3],
    [[3, 8, 9, 1], 9, 1],
    [[3, 8, 9, 4], 9, 4],
    [[3, 4, 9, 3], 9, 3],
  ])(
    'are asked for the layout where axes %j look like channels last',
    async (shape, width, channels) => {
      const x = { data: new Float32Array(shape.reduce((size, extent) => size * extent, 1)), shape }
      const path = await save({ y_train: labels, y_test: labels, x_train: x, x_test: x })
      expect(await messageOf({ source: 'npz', path })).toMatch(
        /but look like .* say data\.layout: nhwc/,
      )
      const { shape: read } = await load({ source: 'npz', path, layout: 'nhwc' })
      expect(read).toEqual([channels, shape[1], width])
    },
  )

  it.each([[[3, 4]], [[3, 4, 5]]])('of axes %j have no order of channels', async (shape) => {
    const x = { data: new Float32Array(shape.reduce((size, extent) => size * extent, 1)), shape }
    const path = await save({ y_train: labels, y_test: labels, x_train: x, x_test: x })
    expect(await messageOf({ source: 'npz', path, layout: 'nhwc' })).toMatch(
      `data.layout: nhwc is for inputs of 4 axes, but x_train has ${shape.length}: leave it out`,
    )
  })

  const numbers = (
    array: 'Uint8Array' | 'Int16Array' | 'Float32Array',
    values: number[],
    shape: number[],
  ) => {
    const data = { Uint8Array, Int16Array, Float32Array }[array].from(values)
    const x = { data, shape }
    return save({ y_train: labels, y_test: labels, x_train: x, x_test: x })
  }
  const scaled = (values: number[]) => values.map((value) => Math.fround(value / 255))

  it.each<[string, Parameters<typeof numbers>, number[], RegExp[]]>([
    [
      'bytes of a table that are pixels',
      ['Uint8Array', [0, 51, 255, 7, 128, 9], [3, 2]],
      scaled([0, 51, 255, 7, 128, 9]),
      [
        /^x_train is a table of bytes \(uint8\) up to 255: .*\(divided by 255\).*save it as float32/,
      ],
    ],
    ['zeros and ones', ['Uint8Array', [0, 1, 1, 0, 0, 1], [3, 2]], [0, 1, 1, 0, 0, 1], []],
    ['whole numbers', ['Int16Array', [0, 51, 255, 7, 8, 9], [3, 2]], [0, 51, 255, 7, 8, 9], []],
    [
      'whole numbers of images',
      ['Int16Array', [0, 51, 255], [3, 1, 1]],
      [0, 51, 255],
      [/^x_train has images with values from 0 to 255, taken as they are/],
    ],
    [
      'images of floats up to 255',
      ['Float32Array', [0, 51, 255], [3, 1, 1]],
      [0, 51, 255],
      [/^x_train has images with values from 0 to 255, taken as they are/],
    ],
    ['images of floats up to 1', ['Float32Array', [0, 0.5, 1], [3, 1, 1]], [0, 0.5, 1], []],
    [
      'bytes of images that are zeros and ones',
      ['Uint8Array', [0, 1, 1], [3, 1, 1]],
      scaled([0, 1, 1]),
      [/^x_train has values from 0 to 1 in bytes .* become 0 to 1\/255/],
    ],
  ])('say on what scale they are read: %s', async (_, array, expected, said) => {
    const path = await numbers(...array)
    const { train, test, assumptions } = await load({ source: 'npz', path })
    expect([...train.inputs]).toEqual(expected)
    expect([...test.inputs]).toEqual(expected)
    const ofScale = assumptions.filter((line) => /^x_train (is a table|has)/.test(line))
    expect(ofScale).toEqual(said.map((pattern) => expect.stringMatching(pattern)))
  })

  it('of bytes that could be pixels or numbers are refused with the remedy, unless they are standardised', async () => {
    const path = await numbers('Uint8Array', [0, 16, 3, 4, 5, 6], [3, 2])
    expect(await messageOf({ source: 'npz', path })).toMatch(
      /x_train is a table of bytes .* from 0 to 16: .* x_train\.astype\('float32'\) .* or x_train \/ 255/,
    )
    const { assumptions } = await load({ source: 'npz', path, standardize: true })
    expect(assumptions.join()).not.toMatch(/bytes/)
  })

  it('are refused where only one of two parts is bytes', async () => {
    const x_train = { data: Uint8Array.of(0, 200, 3), shape: [3, 1, 1] }
    const x_test = { data: Float32Array.of(0, 0.5, 1), shape: [3, 1, 1] }
    const path = await save({ y_train: labels, y_test: labels, x_train, x_test })
    expect(await messageOf({ source: 'npz', path })).toMatch(
      /x_train has type .*u1 and x_test .*f4.*same type/,
    )
  })

  it('hold images in either layout', async () => {
    const [n, c, h, w] = [3, 2, 2, 5]
    const nchw = Float32Array.from({ length: n * c * h * w }, (_, i) => i)
    const nhwc = Float32Array.from(nchw, (_, index) => {
      const [channel, x] = [index % c, Math.floor(index / c) % w]
      const [y, sample] = [Math.floor(index / (c * w)) % h, Math.floor(index / (c * w * h))]
      return nchw[((sample * c + channel) * h + y) * w + x]
    })
    const y = { y_train: labels, y_test: labels }
    const both = (data: Float32Array, shape: number[]) =>
      save({ ...y, x_train: { data, shape }, x_test: { data, shape } })
    const first = await load({ source: 'npz', path: await both(nchw, [n, c, h, w]) })
    const last = await load({ source: 'npz', layout: 'nhwc', path: await both(nhwc, [n, h, w, c]) })
    expect(first.shape).toEqual([c, h, w])
    expect([first.axisOrder, last.axisOrder]).toEqual(['nchw', 'nhwc'])
    expect(last.assumptions).toContain(
      'x_train is read as images of 2×5 pixels with 2 channels, channels last (data.layout)',
    )
    const { assumptions } = last
    expect(last).toEqual({ ...first, axisOrder: 'nhwc', assumptions })
  })

  it.each([
    [
      { x_train: { data: new Float32Array(6), shape: [3, 2] } },
      /no array named "y_train" \(it has: x_train\); data\.inputs and data\.labels say which/,
    ],
    [
      { x_train: { data: new Float32Array(4), shape: [2, 2] }, y_train: labels },
      /x_train \[2, 2\] and y_train \[3\]/,
    ],
    [
      {
        x_train: { data: new Float32Array(6), shape: [3, 2] },
        y_train: Float32Array.of(0, 0.5, 1),
      },
      /y_train\[1\] is 0\.5/,
    ],
    [
      {
        x_train: { data: Float32Array.of(0, 1, 2, Number.NaN, 4, 5), shape: [3, 2] },
        y_train: labels,
      },
      /\.npz: sample 1 of the (train|test) split: f1 is NaN/,
    ],
    [
      { x_train: { data: new Float32Array(6), shape: [3, 2] }, y_train: new Int32Array(3) },
      /y_train has one class/,
    ],
    [
      {
        x_train: { data: new Float32Array(6), shape: [3, 2] },
        y_train: Int32Array.of(20240101, 20240115, 20240101),
      },
      /y_train has 2 different numbers, the largest 20240115: .*return_inverse/,
    ],
    [
      { x_train: { data: new Float32Array(6), shape: [3, 2] }, y_train: Int32Array.of(-1, 1, 1) },
      /y_train\[0\] is -1, no whole number from 0 \(np\.unique/,
    ],
    [
      {
        x_train: { data: new Float32Array(6), shape: [3, 2] },
        y_train: { data: Float32Array.of(1, 0, 0, 1, 1, 0), shape: [3, 2] },
      },
      /y_train \[3, 2\] has a number a class in every row; .*argmax\(1\)/,
    ],
  ] satisfies [NpzContent, RegExp][])('are refused when wrong: %#', async (content, message) => {
    const path = await save(content)
    expect(await messageOf({ source: 'npz', path, train: 2, test: 1 })).toMatch(message)
  })
})

describe('folders of images', () => {
  function png(
    width: number,
    height: number,
    colour: (x: number, y: number) => number[],
  ): Uint8Array {
    const image = new PNG({ width, height })
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) image.data.set([...colour(x, y), 255], 4 * (y * width + x))
    }
    return PNG.sync.write(image)
  }

  const flat = (colour: number[], size = 6) => png(size, size, () => colour)

  it('give a class a folder, from PNG and JPEG', async () => {
    await write(
      'cat/b.png',
      png(8, 8, (x) => [x * 10, 20, 30]),
    )
    await write('cat/a.png', flat([255, 0, 0], 8))
    await write('cat/notes.txt', 'no image')
    const data = Buffer.from(Array.from({ length: 64 }, () => [0, 0, 255, 255]).flat())
    await write('dog/a.jpeg', jpeg.encode({ width: 8, height: 8, data }, 100).data)
    await write('dog/b.JPG', jpeg.encode({ width: 8, height: 8, data }, 100).data)
    const { train, test, classes, shape } = await load({ source: 'images', train: 2, test: 2 })
    expect(classes).toEqual(['cat', 'dog'])
    expect(shape).toEqual([3, 8, 8])
    const rows = [train, test].flatMap((split) =>
      [...split.ids].map(
        (id, row) => [id, split.inputs.subarray(row * 192, row * 192 + 192)] as const,
      ),
    )
    const images = new Map(rows)
    expect(images.get(0)?.[0]).toBe(1)
    expect(images.get(1)?.[1]).toBeCloseTo(10 / 255, 6)
    expect(images.get(1)?.[64]).toBeCloseTo(20 / 255, 6)
    expect(images.get(3)?.[128]).toBeCloseTo(1, 1)
  })

  it('may hold train and test, be grey, and be resampled', async () => {
    for (const split of ['train', 'test']) {
      await write(`${split}/a/1.png`, flat([100, 100, 100]))
      await write(`${split}/b/1.png`, flat([200, 200, 200], 9))
    }
    const { train, shape } = await load({ source: 'images', size: [4, 5], channels: 1 })
    expect(shape).toEqual([1, 4, 5])
    for (const value of train.inputs.subarray(0, 20)) expect(value).toBeCloseTo(100 / 255, 5)
    for (const value of train.inputs.subarray(20)) expect(value).toBeCloseTo(200 / 255, 5)
  })

  it('may be symbolic links, which count as what they lead to', async () => {
    await write('store/dog/1.png', flat([9, 9, 9]))
    await write('own/cat/1.png', flat([8, 8, 8]))
    await symlink(join(folder, 'store/dog'), join(folder, 'own/dog'))
    await symlink('../../store/dog/1.png', join(folder, 'own/cat/2.png'))
    await symlink('own', join(folder, 'linked'))
    const counts = { train: 2, test: 1, balance: 'proportional' }
    const plain = await load({ source: 'images', path: join(folder, 'own'), ...counts })
    expect(plain.classes).toEqual(['cat', 'dog'])
    expect(plain.train.count + plain.test.count).toBe(3)
    const linked = await load({ source: 'images', path: join(folder, 'linked'), ...counts })
    expect(linked.fingerprint).toBe(plain.fingerprint)
  })

  it.each([
    ['nowhere', 'gone', /c is a symbolic link to gone, which cannot be followed \(ENOENT/],
    ['to itself', 'c', /c is a symbolic link to c, which cannot be followed \(ELOOP/],
    ['to the folder of the classes', '.', /c has no \.png, \.jpg or \.jpeg file/],
  ])('are refused by name where a link leads %s', async (_, target, message) => {
    await write('a/1.png', flat([1, 1, 1]))
    await write('b/1.png', flat([1, 1, 1]))
    await symlink(target, join(folder, 'c'))
    expect(await messageOf({ source: 'images', train: 1, test: 1 })).toMatch(message)
  })

  it('are in the order of their numbers where all are numbers', async () => {
    for (const name of ['10', '2', '1']) await write(`${name}/1.png`, flat([Number(name), 0, 0]))
    const { classes, train, test } = await load({
      source: 'images',
      train: 2,
      test: 1,
      balance: 'proportional',
    })
    expect(classes).toEqual(['1', '2', '10'])
    const reds = [train, test].flatMap(({ inputs, labels, count }) =>
      Array.from({ length: count }, (_, row) => [labels[row], Math.round(inputs[row * 108] * 255)]),
    )
    expect(reds.sort()).toEqual([
      [0, 1],
      [1, 2],
      [2, 10],
    ])
  })

  it('take train for a class where it holds images', async () => {
    await write('train/1.png', flat([1, 1, 1]))
    await write('plane/1.png', flat([1, 1, 1]))
    const { classes } = await load({ source: 'images', train: 1, test: 1, balance: 'proportional' })
    expect(classes).toEqual(['plane', 'train'])
  })

  it('keep the colours of transparent pixels, and say so', async () => {
    const clear = new PNG({ width: 8, height: 8 })
    clear.data.fill(255)
    clear.data.set([10, 20, 30, 0])
    const grey = Buffer.alloc(256, 77)
    await write('a/1.png', PNG.sync.write(clear))
    await write('a/2.png', flat([1, 1, 1], 8))
    await write('b/1.jpg', jpeg.encode({ width: 8, height: 8, data: grey }, 90).data)
    const counts = { train: 2, test: 1, balance: 'proportional' }
    const { assumptions, train, test } = await load({ source: 'images', ...counts })
    expect(assumptions).toEqual([
      "1 of 3 images have transparent pixels, whose own colours are taken (as Pillow's convert('RGB') does)",
    ])
    const first = [train, test].flatMap(({ ids, inputs }) => {
      const row = ids.indexOf(0)
      return row === -1 ? [] : [inputs[row * 192], inputs[row * 192 + 64], inputs[row * 192 + 128]]
    })
    for (const [channel, value] of [10, 20, 30].entries()) {
      expect(first[channel]).toBeCloseTo(value / 255, 6)
    }
  })

  it('say what of them is not read, hidden files aside, and what is resampled', async () => {
    for (const name of ['a', 'b']) {
      await write(`train/${name}/1.png`, flat([1, 1, 1]))
      await write(`train/${name}/._1.png`, 'no image at all')
      await write(
        `test/${name}/1.png`,
        png(12, 8, () => [1, 1, 1]),
      )
    }
    await write('train/a/2.gif', 'GIF89a')
    await write('train/b/3.GIF', 'GIF89a')
    await write('train/b/2.webp', 'RIFF')
    await write('test/b/more/2.png', flat([1, 1, 1]))
    await write('extra/a/1.png', flat([1, 1, 1]))
    const { assumptions, train } = await load({ source: 'images', size: 6 })
    expect(train.count).toBe(2)
    expect(assumptions).toEqual([
      expect.stringMatching(/not read: 2 \.gif, 1 \.webp, 1 nested folder$/),
      expect.stringMatching(/extra is not read/),
      '2 of 4 images were resampled to 6×6 pixels, 2 of them from another aspect ratio, which distorts them',
    ])
    expect((await load({ source: 'images', size: 4 })).assumptions).toContainEqual(
      expect.stringMatching(/^4 of 4 images were resampled .* 2 of them/),
    )
  })

  it.each([
    [
      'an image of another size',
      { 'a/1.png': flat([1, 1, 1]), 'b/1.png': flat([1, 1, 1], 7) },
      /b.1\.png has 7×7 pixels, .*a.1\.png 6×6; set data\.size/,
    ],
    [
      'a damaged image',
      { 'a/1.png': flat([1, 1, 1]), 'b/1.png': flat([1, 1, 1]).subarray(0, 40) },
      /b.1\.png is damaged/,
    ],
    [
      'another file by the name',
      { 'a/1.png': flat([1, 1, 1]), 'b/1.png': Buffer.from('GIF89a') },
      /b.1\.png is damaged or no image: it begins neither/,
    ],
    [
      'an empty class',
      { 'a/1.png': flat([1, 1, 1]), 'b/1.txt': Buffer.from('x') },
      /b has no \.png, \.jpg or \.jpeg file/,
    ],
    [
      'a single class',
      { 'a/1.png': flat([1, 1, 1]) },
      /needs a subfolder per class, at least 2; it has 1/,
    ],
  ])('are refused by name for %s', async (_, files, message) => {
    for (const [name, content] of Object.entries(files)) await write(name, content)
    expect(
      await messageOf({ source: 'images', train: 1, test: 1, balance: 'proportional' }),
    ).toMatch(message)
  })
})

describe('text files', () => {
  const header = 'sentence\tlabel\n'

  it('become token ids, with a vocabulary of the training rows', async () => {
    await write('train.tsv', `${header}a good , good film \t1\nbad film\t0\n`)
    await write('dev.tsv.gz', gzipSync(`${header}an unseen film\t1\r\n`))
    const dataset = await load({ source: 'sst2', length: 4 })
    expect(dataset.kind).toBe('text')
    expect(dataset.vocabulary).toEqual(['<pad>', '<unknown>', 'film', 'good', ',', 'a', 'bad'])
    expect([...dataset.train.inputs]).toEqual([5, 3, 4, 3, 6, 2, 0, 0])
    expect([...dataset.test.inputs]).toEqual([1, 1, 2, 0])
    expect(dataset.classes).toEqual(['negative', 'positive'])
  })

  it('may be prose of any classes, with a vocabulary of limited size', async () => {
    const text = `${header}Well-made, isn’t it?\tjoy\nMade it.\tjoy\nIt’s “bad”.\tanger\nbad it\tanger\n`
    const path = await write('own.tsv', text)
    const dataset = await load({
      source: 'text',
      path,
      vocabulary: 3,
      train: 2,
      test: 2,
    })
    expect(dataset.classes).toEqual(['anger', 'joy'])
    expect(dataset.vocabulary).toHaveLength(3)
  })

  it.each([
    ['text\tlabel\nx\t1\n', /train\.tsv:1: the header needs the columns/],
    [header, /has a header but no rows/],
    [`${header}fine\t1\nno label\n`, /train\.tsv:3: 1 cells, but the header has 2/],
    [`${header}fine\t1\n \t0\n`, /train\.tsv:3: the sentence has no words/],
    [`${header}fine\t2\n`, /train\.tsv:2: class "2" is not one of 0, 1/],
  ])('are refused with the line when wrong: %j', async (text, message) => {
    await write('train.tsv', text)
    await write('dev.tsv', `${header}fine\t1\n`)
    expect(await messageOf({ source: 'sst2' })).toMatch(message)
  })

  it('are refused where they are not UTF-8, which would merge words', async () => {
    const latin = Buffer.from(`${header}v\xe9lo\tjoy\nbad\tanger\n`, 'latin1')
    const path = await write('own.tsv.gz', gzipSync(latin))
    expect(await messageOf({ source: 'text', path })).toMatch(/own\.tsv\.gz is not UTF-8.*iconv/)
  })

  it('say what was cut and what is unknown', async () => {
    const text = 'sentence\tlabel\na b c d\tx\na b\ty\na\tx\nq\ty\n'
    const [path, testPath] = [await write('a.tsv', text), await write('b.tsv', text)]
    const { assumptions } = await load({
      ...{ source: 'text', path, testPath, length: 3, vocabulary: 4, balance: 'proportional' },
    })
    expect(assumptions).toEqual([
      '2 of 8 texts are longer than 3 words and were cut (data.length)',
      '29% of the words are not in the vocabulary and count as one (data.vocabulary)',
    ])
  })

  it('are refused where a label is empty, which is no class', async () => {
    const path = await write('own.tsv', `${header}good\tjoy\nbad\tanger\nso so\t \n`)
    expect(await messageOf({ source: 'text', path })).toMatch(/own\.tsv:4: no "label"/)
  })
})
