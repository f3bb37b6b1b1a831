/** Loaded data sets against what was asked for: subsets, labels, files; and real files where they are here. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse as parseCsv } from 'csv-parse/sync'
import { stringify as stringifyCsv } from 'csv-stringify/sync'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataSection } from '../config/data.js'
import { EnvironmentError, InputError } from '../core/errors.js'
import { readCsvTable } from '../formats/csvTable.js'
import { loadDataset } from './load.js'
import { pathsFrom, resolveDataPath } from './paths.js'
import { resamplePlane } from './resample.js'
import type { Dataset, Samples } from './types.js'

const shared = resolve('../shared/data')
const needs = (name: string) => ({ skip: !existsSync(join(shared, name)) })

function load(data: object, dataDirs: string[] = []): Promise<Dataset> {
  return loadDataset(dataSection.parse(data), { baseDir: '.', dataDirs })
}

function countsOf(labels: Int32Array): number[] {
  const counts: number[] = []
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

/** Rows of a split by id. */
function rowsById({ ids, inputs, count }: Samples): Map<number, Float32Array> {
  const size = inputs.length / count
  return new Map(Array.from(ids, (id, row) => [id, inputs.slice(row * size, (row + 1) * size)]))
}

describe('a data set', () => {
  const data = { source: 'tic-tac-toe', train: 200, test: 100, labelNoise: 0.1, seed: 4 }

  it('is the same for the same configuration, and has another fingerprint for another', async () => {
    const reference = await load(data)
    expect(await load({ ...data })).toEqual(reference)
    for (const change of [
      { seed: 5 },
      { labelNoise: 0.2 },
      { train: 201 },
      { standardize: true },
    ]) {
      expect((await load({ ...data, ...change })).fingerprint).not.toBe(reference.fingerprint)
    }
  })

  it('holds out the share that is asked for, and says so only where nothing was asked', async () => {
    const usual = await load({ source: 'tic-tac-toe' })
    expect(usual.assumptions).toEqual([
      expect.stringMatching(/288 of 958 are held out .*drawn by data.seed; data.heldOut: 0.3 is/),
    ])
    const same = await load({ source: 'tic-tac-toe', heldOut: 0.3 })
    expect({ ...same, assumptions: [] }).toEqual({ ...usual, assumptions: [] })
    expect(same.assumptions).toEqual([])
    const { train, test } = await load({ source: 'tic-tac-toe', heldOut: 0.1 })
    // 332 and 626 of the two classes, each rounded.
    expect([train.count, test.count]).toEqual([958 - 33 - 63, 33 + 63])
    const folder = await mkdtemp(join(tmpdir(), 'lowlayer-held-'))
    for (const name of ['a', 'b']) {
      await writeFile(join(folder, `${name}.csv`), 'x,label\n1,0\n2,1\n3,0\n4,1\n')
    }
    const own = { source: 'csv', path: join(folder, 'a.csv'), testPath: join(folder, 'b.csv') }
    await expect(load({ ...own, heldOut: 0.5 })).rejects.toThrow(/heldOut: .* of their own/)
    await rm(folder, { recursive: true })
  })

  it('takes the first samples whatever their class, and the last ones as test samples', async () => {
    const first = { source: 'tic-tac-toe', select: 'first' }
    const { train, test } = await load({ ...first, train: 200, test: 30 })
    expect([...train.ids]).toEqual([...Array(200).keys()])
    expect([...test.ids]).toEqual([...Array(30).keys()].map((index) => 928 + index))
    const whole = await load(first)
    expect([...whole.test.ids]).toEqual([...Array(287).keys()].map((index) => 671 + index))
    expect(whole.assumptions[0]).toMatch(/287 of 958 .*the last ones/)
  })

  it('keeps true labels beside noisy ones, in training only', async () => {
    const { train, test } = await load(data)
    expect(train.labels.filter((label, row) => label !== train.trueLabels[row])).toHaveLength(20)
    expect(test.labels).toEqual(test.trueLabels)
    const clean = await load({ ...data, labelNoise: 0 })
    expect(clean.train.labels).toEqual(train.trueLabels)
    expect(clean.train.inputs).toEqual(train.inputs)
  })

  it('says when more samples are asked for than there are, or other classes', async () => {
    await expect(load({ ...data, train: 900 })).rejects.toThrow(/data\.train .*900 samples .*858/)
    await expect(load({ ...data, classes: ['x won', 'x lost'] })).rejects.toThrow(
      'there is no class "x lost" (did you mean "x won"?)',
    )
    await expect(load({ ...data, classes: ['x won', 'x won'] })).rejects.toThrow(
      'lists "x won" twice',
    )
  })
})

describe('files', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lowlayer-paths-'))
    await mkdir(join(folder, 'configs'))
    await writeFile(join(folder, 'configs', 'beside.csv'), '')
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('are looked for from the working folder, then from the configuration', () => {
    const context = { baseDir: join(folder, 'configs'), dataDirs: [] }
    expect(resolveDataPath('beside.csv', context)).toBe(join(folder, 'configs', 'beside.csv'))
    expect(resolveDataPath('package.json', context)).toBe(resolve('package.json'))
    expect(() => resolveDataPath('none.csv', context)).toThrow(
      `looked for ${resolve('none.csv')} and ${join(folder, 'configs', 'none.csv')}`,
    )
  })

  it('of a named data set that is not here end with the command that brings it', async () => {
    const missing = load({ source: 'fashion-mnist' }, [join(folder, 'a'), join(folder, 'b')])
    await expect(missing).rejects.toThrow(EnvironmentError)
    await expect(missing).rejects.toThrow(
      /fashion-mnist, .*; bring it with: lowlayer data fetch fashion-mnist$/,
    )
  })

  it('of a given path that is not there are bad input', async () => {
    await expect(load({ source: 'mnist', path: 'nowhere' })).rejects.toThrow(InputError)
  })
})

it('files that a configuration names are seen from the working folder, or else from its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-paths-'))
  writeFileSync(join(folder, 'only-there.npy'), '')
  writeFileSync(join(folder, 'package.json'), '')
  const pathOf = pathsFrom({ baseDir: folder })
  expect(pathOf('only-there.npy')).toBe(join(folder, 'only-there.npy'))
  expect(pathOf('package.json')).toBe(resolve('package.json'))
  expect(pathOf('nowhere.npy')).toBe(join(folder, 'nowhere.npy'))
  expect(pathOf(join(folder, 'only-there.npy'))).toBe(join(folder, 'only-there.npy'))
  rmSync(folder, { recursive: true })
})

describe('CSV tables', () => {
  it('are read as csv-parse reads them', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', '1', '"', ',', '\n', ' ', 'é'),
      maxLength: 4,
    })
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, record_delimiter) => {
        const text = stringifyCsv([['x', 'y', 'z'], ...rows], {
          record_delimiter,
          quoted_match: /[\r\n]/,
        })
        const expected = parseCsv(text, { relax_column_count: true }) as string[][]
        const { rows: read } = readCsvTable(text, ',', 'any.csv')
        expect(read.map(({ cells }) => cells)).toEqual(expected.slice(1))
      }),
    )
  })
})

describe('resampling', () => {
  it('leaves an image of the right size alone and keeps constants', () => {
    const plane = Float32Array.from({ length: 12 }, (_, index) => index)
    expect(resamplePlane(plane, [3, 4], [3, 4])).toEqual(plane)
    for (const value of resamplePlane(new Float32Array(12).fill(3), [3, 4], [7, 2])) {
      expect(value).toBeCloseTo(3, 6)
    }
  })

  it('halves and doubles a ramp like the triangle filter by hand', () => {
    // Weights of halving are 1, 3, 3, 1 over 8; the border drops those that fall outside.
    const [left, right] = resamplePlane(Float32Array.of(0, 1, 2, 3), [1, 4], [1, 2])
    expect(left).toBeCloseTo((3 * 0 + 3 * 1 + 1 * 2) / 7, 6)
    expect(right).toBeCloseTo((1 * 1 + 3 * 2 + 3 * 3) / 7, 6)
    const doubled = [...resamplePlane(Float32Array.of(0, 1), [1, 2], [1, 4])]
    for (const [index, value] of [0, 0.25, 0.75, 1].entries()) {
      expect(doubled[index]).toBeCloseTo(value, 6)
    }
  })
})

describe('real files (../shared/data; skipped where it is missing)', () => {
  it(
    'of MNIST: subsets are balanced, nested, and hold the source rows',
    needs('mnist'),
    async () => {
      const path = join(shared, 'mnist')
      const large = await load({
        source: 'mnist',
        path,
        train: 2000,
        test: 500,
        labelNoise: 0.1,
        standardize: false,
      })
      const small = await load({ source: 'mnist', path, train: 100, test: 500, standardize: false })
      expect(countsOf(large.train.trueLabels)).toEqual(new Array(10).fill(200))
      expect(countsOf(large.test.labels)).toEqual(new Array(10).fill(50))
      expect(large.train.labels.filter((l, row) => l !== large.train.trueLabels[row])).toHaveLength(
        200,
      )
      const rows = rowsById(large.train)
      for (const [id, row] of rowsById(small.train)) expect(row).toEqual(rows.get(id))
    },
  )

  it('of MNIST: the whole set has the known counts and moments', needs('mnist'), async () => {
    const { train, test, standardization } = await load({
      source: 'mnist',
      path: join(shared, 'mnist'),
    })
    expect(countsOf(train.labels)).toEqual([
      5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ])
    expect(countsOf(test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    expect(standardization?.mean[0]).toBeCloseTo(0.1307, 4)
    expect(standardization?.std[0]).toBeCloseTo(0.3081, 4)
    expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9])
  })

  it('of MNIST: too large an equal subset names the scarce class', needs('mnist'), async () => {
    const wanted = { source: 'mnist', path: join(shared, 'mnist'), train: 58_000 }
    await expect(load(wanted)).rejects.toThrow(/5800 of class "5", but the source has 5421/)
  })

  it(
    'of CIFAR-10: 5,000 and 1,000 images, equally many a class',
    needs('cifar10-subset'),
    async () => {
      const { train, test } = await load({
        source: 'cifar10',
        path: join(shared, 'cifar10-subset'),
      })
      expect(countsOf(train.labels)).toEqual(new Array(10).fill(500))
      expect(countsOf(test.labels)).toEqual(new Array(10).fill(100))
    },
  )

  it('of SST-2: 67,349 and 872 phrases, of which 444 are positive', needs('sst2'), async () => {
    const { train, test } = await load({ source: 'sst2', path: join(shared, 'sst2') })
    expect([train.count, test.count]).toEqual([67_349, 872])
    expect(countsOf(test.labels)).toEqual([428, 444])
  })
})
