/** Players, baseline and place of masking that follow from a configuration, for images, texts, tables and layers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { sizeOf } from '../core/tensor.js'
import type { Dataset } from '../data/types.js'
import { createOnnxEngine } from '../engine/onnx/engine.js'
import { buildModel } from '../models/build.js'
import { initialize } from '../models/initialize.js'
import { configOf } from '../testing/configOf.js'
import { studyMasking } from './configure.js'
import { admitsSample } from './players/configurePlayers.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-masking-'))
afterAll(() => rmSync(folder, { recursive: true }))
const engine = await createOnnxEngine('cpu')

const words = ['<pad>', '<unk>', 'the', 'film', 'is', 'bad', '!', 'plot', 'funny', 'sad', 'long']

function dataset(kind: Dataset['kind'], shape: readonly number[], count = 30): Dataset {
  const draws = stream(1, kind).at()
  const inputs = Float32Array.from({ length: count * sizeOf(shape) }, () =>
    kind === 'text' ? draws.below(words.length) : draws.normal(),
  )
  const labels = Int32Array.from({ length: count }, (_, row) => row % 2)
  const ids = Int32Array.from({ length: count }, (_, row) => row)
  const samples = { count, inputs, labels, trueLabels: labels, ids }
  const vocabulary = kind === 'text' ? { vocabulary: words } : {}
  const classes = ['no', 'yes']
  return {
    source: 'test',
    kind,
    shape,
    classes,
    ...vocabulary,
    train: samples,
    test: samples,
    assumptions: [],
    fingerprint: '',
  }
}

function analysis(overrides: readonly string[], source = 'glyphs') {
  const architecture = source === 'sst2' ? 'transformer' : 'mlp-5'
  const text = { data: { source }, model: { architecture } }
  return configOf(
    text,
    'test',
    overrides.map((text) => `analysis.${text}`),
  ).analysis
}

const pathOf = (file: string) => join(folder, file)

describe('studyMasking', () => {
  it('masks the embeddings of words: word order stays, and masking every word hides the text', async () => {
    const data = dataset('text', [12])
    const config = analysis(['players.count=3', 'baseline=mean', 'output=log-odds'], 'sst2')
    const model = buildModel(
      { architecture: 'transformer', width: 16 },
      { kind: 'text', shape: [12], classes: 2, vocabularySize: words.length },
    )
    const parameters = initialize(model, () => 2)
    const masking = studyMasking(config, data, pathOf)
    const evaluator = await masking.evaluator({ engine, graph: model.graph, parameters })
    const admits = admitsSample(config.players, data)
    const row = [...data.train.ids].findIndex((id) =>
      admits(data.train.inputs.subarray(id * 12, (id + 1) * 12)),
    )
    const input = data.train.inputs.subarray(row * 12, (row + 1) * 12)
    const { values } = await evaluator.evaluate({ id: row, input, label: 1 })
    const predictor = await engine.createPredictor(model.graph, parameters)
    const ids = { shape: [1, 12], data: Int32Array.from(input) }
    const plain = await predictor.run({ x: ids })
    expect(values).toHaveLength(8)
    expect(values[7]).toBeCloseTo(plain[1] - plain[0], 5)
    // Another word in place of a player shows in v(N), not in v(∅), where it is masked.
    const players = masking.placed.players({ id: row, input }, [12, 16])
    const position = players.map.indexOf(0) / 16
    const changed = input.slice()
    changed[position] = words.indexOf(words[input[position]] === 'plot' ? 'film' : 'plot')
    const other = await evaluator.evaluate({ id: row, input: changed, label: 1 })
    expect(other.values[0]).toBeCloseTo(values[0], 5)
    expect(other.values[7]).not.toBeCloseTo(values[7], 5)
    await predictor.dispose()
    await evaluator.dispose()
  })

  it('refuses texts with too few words before they are drawn', () => {
    const data = dataset('text', [4])
    const admits = admitsSample(analysis(['players.count=2'], 'sst2').players, data)
    expect(admits(Float32Array.from([3, 5, 0, 0]))).toBe(true)
    expect(admits(Float32Array.from([3, 2, 6, 1]))).toBe(false)
  })

  it('masks a layer, with the same cells for networks of different layers', async () => {
    const data = dataset('image', [1, 28, 28])
    const config = analysis([
      'players.layout=layer',
      'players.layer=conv1',
      'players.count=4',
      'players.layerGrid=grid2x2',
    ])
    const masking = studyMasking(config, data, pathOf)
    for (const architecture of ['lenet', 'lenet-wide']) {
      const model = buildModel({ architecture }, { kind: 'image', shape: [1, 28, 28], classes: 2 })
      const evaluator = await masking.evaluator({
        engine,
        graph: model.graph,
        parameters: initialize(model, () => 4),
      })
      const input = data.train.inputs.subarray(0, 784)
      const { values } = await evaluator.evaluate({ id: 0, input, label: 1 })
      expect(new Set(values).size).toBeGreaterThan(8)
      await evaluator.dispose()
    }
  })

  it('reads segments and constants from files, and names what is wrong with them', async () => {
    const data = dataset('image', [1, 4, 4])
    const place = (content: unknown, overrides: readonly string[] = []) => {
      writeFileSync(join(folder, 's.json'), JSON.stringify(content))
      const config = analysis(['players.layout=segments', 'players.file=s.json', ...overrides])
      return studyMasking(config, data, pathOf).placed
    }
    const players = place([[0, 1], [[3, 3]]]).players(
      { id: 0, input: new Float32Array(16) },
      [1, 4, 4],
    )
    expect([...players.map].filter((player) => player >= 0)).toEqual([0, 0, 1])
    expect(players.map[15]).toBe(1)
    expect(() => place([[0], [0]])).toThrow(/players overlap/)
    expect(() => place([[16]])).toThrow(/s\.json: player 0: pixel 16 misses the image of 4×4/)
    expect(() => place([[[0, 4]]])).toThrow(/misses the image/)
    expect(() => place([[0, 1], [1]])).toThrow(/s\.json: players overlap/)
    expect(() => place([[0], []])).toThrow(/s\.json: player 1 \(s1\) has no cell/)
    expect(() => place(Array.from({ length: 15 }, (_, pixel) => [pixel]))).toThrow(
      /s\.json: 15 players need 2\^15/,
    )
    expect(() => place({ size: [28, 28], segments: [[0]] })).toThrow(
      /images of 28×28 pixels; these have 4×4/,
    )
    expect(() => place(Array.from({ length: 15 }, (_, i) => [i]))).toThrow(/15 players need 2\^15/)
    expect(() => place('x')).toThrow(/JSON list/)
  })

  it('takes features by name and in groups', () => {
    const data = { ...dataset('tabular', [3]), features: ['a', 'b', 'c'] }
    const config = analysis(
      ['players.layout=features', 'players.groups={ p: [a, 2], q: [b] }'],
      'planted-logic',
    )
    const { n, players } = studyMasking(config, data, pathOf).placed
    expect(n).toBe(2)
    expect([...players({ id: 0, input: new Float32Array(3) }, [3]).map]).toEqual([0, 1, 0])
    const wrong = analysis(
      ['players.layout=features', 'players.groups={ p: [d] }'],
      'planted-logic',
    )
    expect(() => studyMasking(wrong, data, pathOf)).toThrow(/no feature "d"; there are a, b, c/)
  })
})
