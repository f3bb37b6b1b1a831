/** Studies on data whose truth is known, trained for real. Minutes: `npm run test:slow`. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readInteractionFile } from '../artifacts/interactionFile.js'
import { fromCsv } from '../tables/read.js'
import type { Row, Table } from '../tables/table.js'
import { networksTable, overlapsTable } from '../tables/tables.js'
import { lowlayer } from './commandLine.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-planted-'))
})
afterAll(() => rm(folder, { recursive: true }))

const planted = (labelNoise: number) => `
study: planted
data:
  source: planted-logic
  features: 8
  train: 600
  test: 400
  jitter: 0.1
  labelNoise: ${labelNoise}
  rules:
    - { kind: and, features: [0, 1, 2], weight: 2 }
    - { kind: or, features: [3, 4], weight: 1 }
    - { kind: and, features: [5, 6], weight: -2 }
model: { architecture: mlp-5, low: 2 }
`

const training = (epochs: number) => `
training:
  epochs: ${epochs}
  batchSize: 64
  optimizer: { name: sgd, lr: 0.05, momentum: 0.9, weightDecay: 0 }
  schedule: { name: constant }
  checkpoints: { logSpaced: 3 }
analysis: { samples: { count: 100, testCount: 0 }, checkpoints: final }
`

async function runStudy(name: string, yaml: string): Promise<string> {
  const file = join(folder, `${name}.yaml`)
  const results = join(folder, name)
  await writeFile(file, yaml)
  const { code, stderr } = await lowlayer(['run', file, '--results', results])
  expect(stderr).toMatch(/^verdict/m)
  expect(code).toBe(0)
  return results
}

async function tableOf<T extends Table>(results: string, table: T): Promise<Row<T>[]> {
  const study = (await readdir(results)).find((name) => name.startsWith('planted-'))!
  return fromCsv(table, await readFile(join(results, study, `${table.name}.csv`), 'utf8'))
}

/** Mean |I| over samples of every subset, AND and OR together. */
async function meanStrengths(results: string): Promise<Float64Array> {
  const [network] = await readdir(join(results, 'networks'))
  const interactions = join(results, 'networks', network, 'interactions')
  const name = (await readdir(interactions)).find((file) => /^\d+-[0-9a-f]+\.npz$/.test(file))!
  const [count, n] = [100, 8]
  const { and, or } = await readInteractionFile(join(interactions, name), { count, n })
  const strengths = new Float64Array(2 ** n)
  for (let index = 0; index < and.length; index++) {
    strengths[index % 2 ** n] += (Math.abs(and[index]) + Math.abs(or[index])) / count
  }
  return strengths
}

describe('studies on planted logic', () => {
  it('find the planted pairs first among all interactions of a network that learned the rules', async () => {
    const list = 'networks: { list: [{ name: only, seed: 0 }] }'
    const results = await runStudy('clean', planted(0) + training(40) + list)
    const [network] = await tableOf(results, networksTable)
    expect(network.test_accuracy).toBeGreaterThan(0.95)
    const strengths = await meanStrengths(results)
    const byStrength = [...strengths.keys()].sort((a, b) => strengths[b] - strengths[a])
    expect(new Set(byStrength.slice(0, 2))).toEqual(new Set([0b01100000, 0b00011000]))
  })

  it('see an overfitting phase, single out mislabelled samples, and find twins identical', async () => {
    const list = `networks: { list: [
      { name: a, seed: 0 }, { name: twin, seed: 0 }, { name: b, seed: 1 },
      { name: low, from: a, rerandomize: low, seed: 2 }, { name: high, from: a, rerandomize: high, seed: 2 } ] }`
    const results = await runStudy('noisy', planted(0.1) + training(150) + list)
    const networks = await tableOf(results, networksTable)
    for (const network of networks) {
      expect(network.phase_boundary_step).toBeGreaterThan(0)
      expect(network.mislabelled_auc).toBeGreaterThan(0.5)
    }
    const overlaps = await tableOf(results, overlapsTable)
    const twins = overlaps.filter(({ relation }) => relation === 'identical')
    expect(twins.map(({ jaccard }) => jaccard)).toEqual([1])
  })
})
