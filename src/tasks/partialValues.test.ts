import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { EvaluationPlan } from '../study/types.js'
import { openPartial, removePartial } from './partialValues.js'
import { type EvaluatedRow, readEvaluatedSamples, readTables, writeValueFile } from './valueFile.js'

const folder = await mkdtemp(join(tmpdir(), 'lowlayer-partial-'))
afterAll(() => rm(folder, { recursive: true }))

const plan: EvaluationPlan = {
  n: 2,
  count: 3,
  sample: Int32Array.from([7, 5, 9]),
  panel: Int32Array.from([0, 0, 1]),
  label: Int32Array.from([1, 2, 3]),
  givenLabel: Int32Array.from([1, 2, 4]),
  baseline: 'b',
}

/** Any numbers that differ from row to row. */
const rowAt = (row: number): EvaluatedRow => ({
  values: Float64Array.from({ length: 4 }, (_, at) => row + at / 3),
  prediction: row + 1,
  loss: row / 7,
})

/** Evaluates what is missing, up to `count` rows; returns how many were there before. */
async function evaluate(file: string, count: number, asked = plan): Promise<number> {
  const partial = await openPartial(file, asked)
  const before = partial.count
  while (partial.count < count) await partial.append(rowAt(partial.count))
  if (count === asked.count) await writeValueFile(file, asked, partial.rows())
  await partial.close()
  return before
}

/** The bytes of a value file that was written without a stop. */
async function wholeFile(): Promise<Buffer> {
  const file = join(folder, 'whole.npz')
  await evaluate(file, 3)
  return readFile(file)
}

describe('an evaluation that stopped', () => {
  it('goes on where it was, and ends with the same bytes', async () => {
    const file = join(folder, 'stopped.npz')
    expect(await evaluate(file, 1)).toBe(0)
    expect(await evaluate(file, 2)).toBe(1)
    expect(await evaluate(file, 3)).toBe(2)
    expect(await readFile(file)).toEqual(await wholeFile())
    await removePartial(file)
    expect(await evaluate(file, 1)).toBe(0)
  })

  it('evaluates again what a kill cut short, wherever it did', async () => {
    const file = join(folder, 'torn.npz')
    await evaluate(file, 2)
    const { size } = await stat(`${file}.partial`)
    const record = 8 * 7
    for (let cut = 1; cut <= record; cut++) {
      await truncate(`${file}.partial`, size - cut)
      expect(await evaluate(file, 2)).toBe(1)
    }
    await truncate(`${file}.partial`, 10)
    expect(await evaluate(file, 3)).toBe(0)
    expect(await readFile(file)).toEqual(await wholeFile())
  })

  it('counts nothing from a damaged record on, nor what lies behind the last sample', async () => {
    const file = join(folder, 'damaged.npz')
    await evaluate(file, 3)
    const path = `${file}.partial`
    const good = await readFile(path)
    const bad = Buffer.from(good)
    bad[64 + 8 * 7 + 3] ^= 1
    await writeFile(path, bad)
    expect(await evaluate(file, 3)).toBe(1)
    expect(await readFile(path)).toEqual(good)
    // As file systems may leave it after a loss of power.
    await writeFile(path, Buffer.concat([good.subarray(0, 64 + 8 * 7), Buffer.alloc(8 * 7)]))
    expect(await evaluate(file, 3)).toBe(1)
    await appendFile(path, Buffer.alloc(8 * 7))
    expect(await evaluate(file, 3)).toBe(3)
    expect(await readFile(file)).toEqual(await wholeFile())
  })

  it('starts anew for another baseline, other samples or another file', async () => {
    const file = join(folder, 'other.npz')
    await evaluate(file, 2)
    expect(await evaluate(file, 2, { ...plan, baseline: 'c' })).toBe(0)
    expect(await evaluate(file, 2, { ...plan, sample: Int32Array.from([7, 6, 9]) })).toBe(0)
    await writeFile(`${file}.partial`, 'PK of an earlier version')
    expect(await evaluate(file, 2)).toBe(0)
    expect(await evaluate(file, 2)).toBe(2)
  })
})

describe('a value file', () => {
  it('gives back its samples and, one at a time, their tables', async () => {
    const file = join(folder, 'read.npz')
    await evaluate(file, 3)
    const { empty, full, prediction, loss, ...read } = await readEvaluatedSamples(file)
    expect(read).toEqual(plan)
    const rows = [0, 1, 2].map(rowAt)
    expect([...prediction]).toEqual(rows.map((row) => row.prediction))
    expect([...loss]).toEqual(rows.map((row) => row.loss))
    expect([...empty]).toEqual(rows.map(({ values }) => values[0]))
    expect([...full]).toEqual(rows.map(({ values }) => values[3]))
    const tables: Float64Array[] = []
    for await (const table of readTables(file)) tables.push(table)
    expect(tables).toEqual(rows.map(({ values }) => values))
  })

  it('is not there when its rows end in an error', async () => {
    const file = join(folder, 'failing.npz')
    function* failing() {
      yield rowAt(0)
      throw new Error('out of luck')
    }
    await expect(writeValueFile(file, plan, failing())).rejects.toThrow(/failing\.npz: out of luck/)
    await expect(readEvaluatedSamples(file)).rejects.toThrow(/failing\.npz: no such file/)
  })
})
