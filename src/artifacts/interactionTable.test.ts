/** Parquet files of interactions, read back, against the interactions that were written; size limits and damage. */
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { afterAll, expect, it } from 'vitest'
import { npzRows, readNpzExcept } from '../formats/npzStream.js'
import type { Decomposition } from '../interactions/types.js'
import { soleLease } from '../testing/soleLease.js'
import {
  checkInteractionFileSize,
  collectDecompositions,
  readInteractionFile,
  writeInteractionFile,
} from './interactionFile.js'
import { writeInteractionTable } from './interactionTable.js'

const folder = await mkdtemp(join(tmpdir(), 'lowlayer-interactions-'))
const lease = soleLease(folder)
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
  await writeInteractionTable(file, { samples, rows }, lease.write)
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
    interaction_order: 2,
    value: and[3],
  })
  expect(found[found.length - 1]).toMatchObject({
    sample: 149,
    kind: 'or',
    interaction_order: n,
    value: or[2 ** n - 1],
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
  await writeInteractionFile(file, found, lease.write)
  expect(await readInteractionFile(file, found)).toEqual(found)
})

it('reads a file of decompositions beyond 2 GiB', async () => {
  const found = collectDecompositions([3, 1, 2].map((sample) => decomposition(sample, 5)))
  const file = join(folder, 'small.npz')
  await writeInteractionFile(file, found, lease.write)
  const large = join(folder, 'large.npz')
  await writeBehindHole(await readFile(file), 2 ** 31, large)
  const { l1 } = await readNpzExcept(large, ['and', 'or'])
  expect(l1.data).toEqual(found.l1)
  const tables: number[] = []
  for await (const row of npzRows(large, 'or')) tables.push(...row)
  expect(Float64Array.from(tables)).toEqual(found.or)
})

/** Writes an archive behind a hole, which takes no space on the disk: entries lie where the directory says. */
async function writeBehindHole(archive: Buffer, hole: number, path: string): Promise<void> {
  const bytes = Buffer.from(archive)
  const end = bytes.length - 22
  const shift = (at: number) => bytes.writeUInt32LE(bytes.readUInt32LE(at) + hole, at)
  let member = bytes.readUInt32LE(end + 16)
  shift(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    shift(member + 42)
    member += 46 + [28, 30, 32].reduce((sum, at) => sum + bytes.readUInt16LE(member + at), 0)
  }
  const file = await open(path, 'w')
  await file.write(bytes, 0, bytes.length, hole)
  await file.close()
}

it('refuses more interactions than a file holds, before any is computed', () => {
  expect(() => checkInteractionFileSize(16_000, 14)).not.toThrow()
  expect(() => checkInteractionFileSize(32_000, 14)).toThrow(
    /interactions of 32000 samples with 14 players .*analysis\.samples.*: 7\.8 GiB, .* at most 4/,
  )
  // Of few players the other columns take most of it.
  expect(() => checkInteractionFileSize(50_000_000, 1)).not.toThrow()
  expect(() => checkInteractionFileSize(70_000_000, 1)).toThrow(/4\.7 GiB/)
})

it('names a file of decompositions that is missing, damaged or of tables that do not fit', async () => {
  const missing = join(folder, 'missing.npz')
  await expect(readInteractionFile(missing, { count: 3, n: 5 })).rejects.toThrow(
    /missing\.npz is not there/,
  )
  const file = join(folder, 'damaged.npz')
  const found = collectDecompositions([3, 1, 2].map((sample) => decomposition(sample, 5)))
  await writeInteractionFile(file, { ...found, l1: found.l1.subarray(1) }, lease.write)
  await expect(readInteractionFile(file, found)).rejects.toThrow(
    /damaged\.npz \[l1\]: damaged: <f8 of shape \(2\) where <f8 of shape \(3\) belongs/,
  )
  await expect(readInteractionFile(file, { count: 2, n: 5 })).rejects.toThrow(
    /damaged\.npz \[l1_lower_bound\]: damaged/,
  )
  await writeInteractionFile(file, found, lease.write)
  await expect(readInteractionFile(file, { count: 3, n: 4 })).rejects.toThrow(
    /damaged\.npz \[and\]: damaged: no 3 rows of 16 numbers/,
  )
})
