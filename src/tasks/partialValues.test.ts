import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { ValueTables } from '../study/types.js'
import { partialWriter, removePartial, restorePartial } from './partialValues.js'

const folder = await mkdtemp(join(tmpdir(), 'lowlayer-partial-'))
afterAll(() => rm(folder, { recursive: true }))

function tables(filled: number, baseline = 'b'): ValueTables {
  const count = 3
  const row = (index: number) => index + 1
  return {
    n: 2,
    count,
    values: Float64Array.from({ length: 4 * count }, (_, at) => (at < 4 * filled ? at + 0.5 : 0)),
    sample: Int32Array.from([7, 5, 9]),
    panel: new Int32Array(count),
    label: new Int32Array(count),
    givenLabel: new Int32Array(count),
    prediction: Int32Array.from({ length: count }, (_, at) => (at < filled ? row(at) : 0)),
    loss: Float64Array.from({ length: count }, (_, at) => (at < filled ? row(at) : 0)),
    baseline,
  }
}

it('goes on where an evaluation of the same samples stopped', async () => {
  const file = join(folder, 'values.npz')
  await partialWriter(file, tables(2)).save(2)
  const resumed = tables(0)
  expect(await restorePartial(file, resumed)).toBe(2)
  expect(resumed).toEqual(tables(2))
  await removePartial(file)
  expect(await restorePartial(file, tables(0))).toBe(0)
})

it('starts anew for another baseline, other samples or a damaged file', async () => {
  const file = join(folder, 'other.npz')
  await partialWriter(file, tables(2)).save(2)
  expect(await restorePartial(file, tables(0, 'c'))).toBe(0)
  expect(await restorePartial(file, { ...tables(0), sample: Int32Array.from([7, 6, 9]) })).toBe(0)
  await writeFile(`${file}.partial`, 'damaged')
  expect(await restorePartial(file, tables(0))).toBe(0)
})
