import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterAll, expect, it } from 'vitest'
import type { Decomposition } from '../interactions/types.js'
import {
  collectDecompositions,
  readInteractionFile,
  writeInteractionFile,
} from './interactionFile.js'
import { writeInteractionTable } from './interactionTable.js'

const folder = await mkdtemp(join(tmpdir(), 'lowlayer-interactions-'))
afterAll(() => rm(folder, { recursive: true }))

/** Made-up interactions of one sample that differ from every other's. */
function decomposition(sample: number, n: number): Decomposition {
  const strengths = (sign: number) =>
    Float64Array.from({ length: 2 ** n }, (_, mask) => sign * (sample + mask / 2 ** n))
  return {
    n,
    solver: 'certified',
    and: strengths(1),
    or: strengths(-1),
    l1: sample,
    lowerBound: sample / 2,
    gap: 0.5,
    noiseBound: 0,
    matchingError: 0,
    converged: true,
    iterations: sample,
    milliseconds: 0,
  }
}

it('holds every interaction of every sample, over several row groups', async () => {
  const n = 11
  const rows = Array.from({ length: 50 }, (_, sample) => decomposition(sample, n))
  const file = join(folder, 'table.parquet')
  const samples = Int32Array.from(rows, (_, row) => 100 + row)
  const taus = Float64Array.from(rows, (_, row) => row + 0.5)
  await writeInteractionTable(file, { samples, rows, taus })
  const buffer = await asyncBufferFromFile(file)
  expect((await parquetMetadataAsync(buffer)).row_groups.length).toBeGreaterThan(1)
  const found = await parquetReadObjects({ file: buffer })
  const perSample = 2 ** (n + 1) - n - 1
  expect(found).toHaveLength(rows.length * perSample)
  const { and, or } = rows[49]
  expect(found[49 * perSample + 3]).toEqual({
    sample: 149,
    kind: 'and',
    mask: 3,
    players: '0+1',
    order: 2,
    value: and[3],
    salient: false,
  })
  expect(found[found.length - 1]).toMatchObject({
    sample: 149,
    kind: 'or',
    order: n,
    value: or[2 ** n - 1],
    salient: true,
  })
  const wrong = found.find(({ sample, kind, mask, value }) => {
    const { and, or } = rows[Number(sample) - 100]
    return value !== (kind === 'and' ? and : or)[Number(mask)]
  })
  expect(wrong).toBeUndefined()
})

it('is beside a file of decompositions that reads back as it was written', async () => {
  const found = collectDecompositions([3, 1, 2].map((sample) => decomposition(sample, 5)))
  const file = join(folder, 'interactions.npz')
  await writeInteractionFile(file, found)
  expect(await readInteractionFile(file)).toEqual(found)
})
