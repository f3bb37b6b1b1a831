/** Drawings of samples in the report against the samples: images, tables and texts. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { withinData } from '../../config/computedDefaults.js'
import { type ExperimentInput, experimentSchema } from '../../config/schema.js'
import { loadDataset } from '../../data/load.js'
import { encodeNpz } from '../../formats/npz.js'
import { planStudy } from '../../plan/plan.js'
import { tokenFile } from '../../testing/tokenFile.js'
import { describeDataset } from '../dataset.js'
import { drawSamples } from './reportDrawings.js'

async function drawn(input: ExperimentInput) {
  const config = experimentSchema.parse({ study: 'drawn', ...input })
  const dataset = await loadDataset(config.data, { baseDir: '.', dataDirs: ['../shared/data'] })
  const counts = { train: dataset.train.count, test: dataset.test.count }
  const plan = planStudy(withinData(config, input, counts), describeDataset(dataset))
  const ids = [...dataset.train.ids.subarray(0, 2)]
  const file = drawSamples(ids, dataset, plan, (name) => name)
  return { ids, file, first: file.samples[String(ids[0])] }
}

it('images: pixels as before standardisation, players on their cells', async () => {
  const { first } = await drawn({
    data: { source: 'glyphs', train: 40, test: 20, pixelNoise: 0 },
    model: { architecture: 'lenet' },
    analysis: { players: { count: 5 } },
  })
  if (first.drawing.kind !== 'image') throw new Error(first.drawing.kind)
  const { width, height, pixels, players } = first.drawing
  const bytes = Buffer.from(pixels, 'base64')
  expect([width, height, bytes.length, players.length]).toEqual([28, 28, 3 * 784, 784])
  expect([Math.min(...bytes), Math.max(...bytes)]).toEqual([0, 255])
  expect(new Set(players)).toEqual(new Set([-1, 0, 1, 2, 3, 4]))
  expect(first.names).toHaveLength(5)
})

it('images of 3×224×224 pixels, stretched to bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-drawings-'))
  try {
    const size = 3 * 224 * 224
    const data = Float32Array.from({ length: 6 * size }, (_, at) => (at % 5) - 1)
    const x = { data, shape: [6, 3, 224, 224] }
    const y = Int32Array.of(0, 1, 0, 1, 0, 1)
    const path = join(folder, 'large.npz')
    writeFileSync(path, encodeNpz({ x_train: x, y_train: y, x_test: x, y_test: y }))
    const { first } = await drawn({
      data: { source: 'npz', path, train: 6, test: 6 },
      model: { architecture: 'mlp-5' },
      analysis: { players: { count: 5 }, samples: { count: 2, testCount: 2 } },
    })
    if (first.drawing.kind !== 'image') throw new Error(first.drawing.kind)
    const bytes = Buffer.from(first.drawing.pixels, 'base64')
    expect(bytes).toHaveLength(size)
    expect(bytes.indexOf(0)).toBeGreaterThanOrEqual(0)
    expect(bytes.indexOf(255)).toBeGreaterThanOrEqual(0)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('tables: a cell a feature, with its raw value', async () => {
  const { first } = await drawn({
    data: {
      source: 'planted-logic',
      train: 40,
      test: 20,
      features: 6,
      rules: [{ kind: 'and', features: [0, 1] }],
    },
    model: { architecture: 'mlp-5' },
    analysis: { players: { count: 6 } },
  })
  if (first.drawing.kind !== 'row') throw new Error(first.drawing.kind)
  expect(first.drawing.cells.map(({ player }) => player)).toEqual([0, 1, 2, 3, 4, 5])
  for (const { value } of first.drawing.cells) expect(['0', '1', '-1']).toContain(value)
})

it.skipIf(!existsSync('../shared/data/sst2'))(
  'sentences: a cell a word, padding left out',
  async () => {
    const { first } = await drawn({
      data: { source: 'sst2', train: 60, test: 20 },
      model: { architecture: 'transformer' },
      analysis: { players: { count: 3 } },
    })
    if (first.drawing.kind !== 'text') throw new Error(first.drawing.kind)
    const { cells } = first.drawing
    expect(cells.length).toBeGreaterThan(3)
    expect(
      cells
        .filter(({ player }) => player >= 0)
        .map(({ value }) => value)
        .sort(),
    ).toEqual([...first.names].sort())
  },
)

it('token ids: words by their names, players on their sub-tokens', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-drawings-'))
  try {
    const path = join(folder, 'texts.npz')
    const many = <T>(row: T) => Array.from({ length: 8 }, () => row)
    writeFileSync(
      path,
      tokenFile({
        input_ids: many([101, 7, 8, 9, 102, 0]),
        attention_mask: many([1, 1, 1, 1, 1, 0]),
        word_ids: many([-1, 0, 1, 1, -1, -1]),
        words: many(['old', 'bridges']),
        labels: [0, 1, 0, 1, 0, 1, 0, 1],
      }),
    )
    const config = experimentSchema.parse({
      study: 'drawn',
      data: { source: 'tokens', path, train: 4, test: 4 },
      model: { architecture: 'mlp-5' },
      analysis: { players: { count: 1 }, samples: { count: 2 } },
    })
    const dataset = await loadDataset(config.data, { baseDir: folder, dataDirs: [] })
    const [id] = dataset.train.ids
    const { names, drawing } = drawSamples([id], dataset, { config }, String).samples[String(id)]
    if (drawing.kind !== 'text') throw new Error(drawing.kind)
    const player = (name: string) => (names[0] === name ? 0 : -1)
    expect(['old', 'bridges']).toContain(names[0])
    expect(drawing.cells).toEqual([
      { name: 'word 1', value: 'old', player: player('old') },
      { name: 'word 2', value: 'bridges', player: player('bridges') },
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
