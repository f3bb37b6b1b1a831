/** Evaluations that were stopped and went on against ones that ran through. */
import {
  appendFile,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { EvaluationPlan } from '../study/types.js'
import { soleLease } from '../testing/soleLease.js'
import { openPartial, removePartials } from './partialValues.js'
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

/** The lock's holder of the evaluations that follow: another one each time it was lost. */
let lease = soleLease(folder)

const partialFile = (file: string, holder = lease) => `${file}.${holder.token}.partial`

/** Evaluates what is missing, up to `count` rows; returns how many were there before. */
async function evaluate(file: string, count: number, asked = plan): Promise<number> {
  const partial = await openPartial(file, asked, lease)
  const before = partial.count
  while (partial.count < count) await partial.append(rowAt(partial.count))
  if (count === asked.count) await writeValueFile(file, asked, partial.rows(), lease.write)
  await partial.close()
  return before
}

/** The same as the next holder of the lock. */
async function evaluateNext(file: string, count: number, asked = plan): Promise<number> {
  lease = soleLease(folder)
  return evaluate(file, count, asked)
}

/** The bytes of a value file that was written without a stop. */
async function wholeFile(): Promise<Buffer> {
  const file = join(folder, 'whole.npz')
  await evaluate(file, 3)
  return readFile(file)
}

/** Bytes of a record: row, four values, prediction, loss and checksum. */
const RECORD = 8 * 8
const HEADER = 64

describe('an evaluation that stopped', () => {
  it('goes on where it was, and ends with the same bytes', async () => {
    const file = join(folder, 'stopped.npz')
    expect(await evaluate(file, 1)).toBe(0)
    expect(await evaluate(file, 2)).toBe(1)
    expect(await evaluateNext(file, 3)).toBe(2)
    expect(await readFile(file)).toEqual(await wholeFile())
    await removePartials(file, lease)
    expect(await evaluate(file, 1)).toBe(0)
  })

  it('evaluates again what a kill cut short, wherever it did', async () => {
    const file = join(folder, 'torn.npz')
    await evaluate(file, 2)
    for (let cut = 1; cut <= RECORD; cut++) {
      await truncate(partialFile(file), HEADER + 2 * RECORD - cut)
      expect(await (cut % 2 === 0 ? evaluate(file, 2) : evaluateNext(file, 2))).toBe(1)
    }
    await truncate(partialFile(file), 10)
    expect(await evaluate(file, 3)).toBe(0)
    expect(await readFile(file)).toEqual(await wholeFile())
  })

  it('counts nothing from a damaged record on, nor what lies behind the last sample', async () => {
    const file = join(folder, 'damaged.npz')
    await evaluate(file, 3)
    const path = partialFile(file)
    const good = await readFile(path)
    const bad = Buffer.from(good)
    bad[HEADER + RECORD + 3] ^= 1
    await writeFile(path, bad)
    expect(await evaluate(file, 3)).toBe(1)
    expect(await readFile(path)).toEqual(good)
    // As file systems may leave it after a loss of power.
    await writeFile(path, Buffer.concat([good.subarray(0, HEADER + RECORD), Buffer.alloc(RECORD)]))
    expect(await evaluate(file, 3)).toBe(1)
    await appendFile(path, Buffer.alloc(RECORD))
    expect(await evaluate(file, 3)).toBe(3)
    expect(await readFile(file)).toEqual(await wholeFile())
  })

  it('starts anew for another baseline, other samples or another file', async () => {
    const file = join(folder, 'other.npz')
    await evaluate(file, 2)
    expect(await evaluate(file, 2, { ...plan, baseline: 'c' })).toBe(0)
    expect(await evaluateNext(file, 2, { ...plan, sample: Int32Array.from([7, 6, 9]) })).toBe(0)
    await writeFile(partialFile(file), 'PK of an earlier version')
    expect(await evaluate(file, 2)).toBe(0)
    expect(await evaluate(file, 2)).toBe(2)
  })

  it('takes no record for that of another row, in whatever order writers left them', async () => {
    const file = join(folder, 'mixed.npz')
    await evaluate(file, 3)
    const good = await readFile(partialFile(file))
    await removePartials(file, lease)
    const record = (row: number) =>
      good.subarray(HEADER + row * RECORD, HEADER + (row + 1) * RECORD)
    const whole = await wholeFile()
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(2), { maxLength: 6 }),
        fc.nat(RECORD - 1),
        async (order, torn) => {
          const left = [good.subarray(0, HEADER), ...order.map(record), record(0).subarray(0, torn)]
          await writeFile(`${file}.earlier.partial`, Buffer.concat(left))
          const inPlace = order.findIndex((row, at) => row !== at)
          const expected = inPlace < 0 ? Math.min(order.length, 3) : inPlace
          expect(await evaluateNext(file, 3)).toBe(expected)
          expect(await readFile(file)).toEqual(whole)
          await removePartials(file, lease)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('goes on from the longest that writers before it left, whatever they go on to append', async () => {
    const file = join(folder, 'several.npz')
    const slow = await openPartial(file, plan, soleLease(folder))
    await slow.append(rowAt(0))
    const [left] = (await readdir(folder)).filter((name) => name.startsWith('several.npz.'))
    await cp(join(folder, left), join(folder, 'several.npz.longer.partial'))
    const record = await recordOf(1)
    await appendFile(join(folder, 'several.npz.longer.partial'), record)
    await writeFile(join(folder, 'several.npz.partial'), 'of an earlier version')
    expect(await evaluateNext(file, 2)).toBe(2)
    expect((await readdir(folder)).filter((name) => name.startsWith('several.npz'))).toEqual([
      `several.npz.${lease.token}.partial`,
    ])
    // It was suspended, and knows nothing of the next one.
    await slow.append({ ...rowAt(1), loss: 100 })
    await slow.append({ ...rowAt(2), loss: 100 })
    await slow.close()
    expect(await evaluate(file, 3)).toBe(2)
    expect(await readFile(file)).toEqual(await wholeFile())
  })
})

/** The bytes of one record. */
async function recordOf(row: number): Promise<Buffer> {
  const file = join(folder, 'records.npz')
  const holder = soleLease(folder)
  const partial = await openPartial(file, plan, holder)
  while (partial.count <= row) await partial.append(rowAt(partial.count))
  await partial.close()
  const bytes = await readFile(partialFile(file, holder))
  return bytes.subarray(HEADER + row * RECORD, HEADER + (row + 1) * RECORD)
}

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
    await expect(writeValueFile(file, plan, failing(), lease.write)).rejects.toThrow(
      /failing\.npz: out of luck/,
    )
    await expect(readEvaluatedSamples(file)).rejects.toThrow(/failing\.npz is not there/)
  })
})
