/** Weights of trained networks against what each regime promises: which layers are shared, frozen or drawn anew. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Tensors } from '../core/tensor.js'
import { importOnnxParameters } from '../engine/onnx/checkpoint.js'
import { fromCsv } from '../tables/read.js'
import { networksTable, overlapsTable } from '../tables/tables.js'
import { lowlayerHere } from './testing/here.js'

const study = `
study: regimes
data: { source: tic-tac-toe, train: 200, test: 100 }
model: { architecture: mlp-5, low: 2, width: 8 }
training: { epochs: 6, batchSize: 32, checkpoints: { logSpaced: 3 } }
networks:
  list:
    - { name: base, seed: 0 }
    - { name: random, from: base, rerandomize: high, seed: 1, regime: frozen-random }
    - { name: frozen, from: base, rerandomize: high, seed: 1, regime: trained-frozen }
    - { name: warm, from: base, rerandomize: high, seed: 1, regime: trained-warm }
    - { name: rewound, from: base, rerandomize: high, seed: 1, regime: rewind@9it }
    - { name: mirror, from: base, rerandomize: low, seed: 1, regime: trained-frozen-high }
analysis: { samples: { count: 8, testCount: 0 }, players: { count: 3 }, checkpoints: final }
comparison: { bootstrap: 20 }
runtime: { device: cpu }
`

let folder: string
let manifest: {
  id: string
  networks: { id: string; name: string }[]
}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lowlayer-regimes-'))
  const file = join(folder, 'regimes.yaml')
  await writeFile(file, study)
  const { code, stderr } = await lowlayerHere(['run', file, '--results', folder])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const name = /^results {3}(.*)\/$/m.exec(stderr)![1]
  manifest = JSON.parse(await readFile(join(name, 'manifest.json'), 'utf8'))
})
afterAll(() => rm(folder, { recursive: true }))

async function weights(name: string, step: number): Promise<Tensors> {
  const { id } = manifest.networks.find((network) => network.name === name)!
  const file = join(folder, 'networks', id, 'checkpoints', `${step}.onnx`)
  return importOnnxParameters(await readFile(file))
}

const END = 38
const side = (tensors: Tensors, blocks: readonly string[]) =>
  Object.fromEntries(
    Object.entries(tensors).filter(([name]) => blocks.includes(name.split('.')[0])),
  )
const low = (tensors: Tensors) => side(tensors, ['fc1', 'fc2'])
const high = (tensors: Tensors) => side(tensors, ['fc3', 'fc4', 'fc5'])

describe('regimes', () => {
  it('frozen-random leaves the low layers as drawn and trains the high ones', async () => {
    const start = await weights('random', 0)
    const end = await weights('random', END)
    expect(low(end)).toEqual(low(start))
    expect(low(start)).toEqual(low(await weights('base', 0)))
    expect(high(end)).not.toEqual(high(start))
  })

  it('trained-frozen takes the trained low layers and leaves them', async () => {
    const donor = await weights('base', END)
    expect(low(await weights('frozen', 0))).toEqual(low(donor))
    expect(low(await weights('frozen', END))).toEqual(low(donor))
    expect(high(await weights('frozen', 0))).not.toEqual(high(await weights('base', 0)))
  })

  it('trained-warm takes the trained low layers and trains on', async () => {
    expect(low(await weights('warm', 0))).toEqual(low(await weights('base', END)))
    expect(low(await weights('warm', END))).not.toEqual(low(await weights('base', END)))
  })

  it('rewind takes the low layers from the step that it names', async () => {
    expect(low(await weights('rewound', 0))).toEqual(low(await weights('base', 9)))
  })

  it('a mirror takes the trained high layers, leaves them, and trains new low ones', async () => {
    const donor = await weights('base', END)
    const [start, end] = [await weights('mirror', 0), await weights('mirror', END)]
    expect(high(start)).toEqual(high(donor))
    expect(high(end)).toEqual(high(donor))
    expect(low(start)).not.toEqual(low(await weights('base', 0)))
    expect(low(end)).not.toEqual(low(start))
  })

  it('draws the same high layers from the same seed in every regime', async () => {
    const drawn = high(await weights('random', 0))
    for (const name of ['frozen', 'warm', 'rewound']) {
      expect(high(await weights(name, 0))).toEqual(drawn)
    }
  })

  it('tells in the tables what each network is', async () => {
    const results = join(folder, `regimes-${manifest.id.slice(0, 8)}`)
    const networks = fromCsv(networksTable, await readFile(join(results, 'networks.csv'), 'utf8'))
    expect(networks.map(({ regime }) => regime)).toEqual([
      'init',
      'frozen-random',
      'trained-frozen',
      'trained-warm',
      'rewind@9it',
      'trained-frozen-high',
    ])
    expect(networks[2].derived_from).toBe(networks[0].network)
    expect(networks[2].rerandomized).toBe('fc3+fc4+fc5')
    const pairs = fromCsv(overlapsTable, await readFile(join(results, 'overlaps.csv'), 'utf8'))
    expect(pairs.find(({ relation }) => relation?.endsWith('+regime'))).toBeDefined()
  })
})
