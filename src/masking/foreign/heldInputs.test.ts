/** Models of several inputs: one is masked, the others are fed what the data hold beside a sample. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { fedRows } from '../../data/heldInputs.js'
import { loadDataset } from '../../data/load.js'
import { sampleAt } from '../../data/rows.js'
import type { Dataset } from '../../data/types.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import { openForeignModel } from '../../engine/onnx/foreign.js'
import type { Engine } from '../../engine/types.js'
import { encodeNpz } from '../../formats/npz.js'
import { configOf } from '../../testing/configOf.js'
import { floats, type GraphSpec, integers, onnxFile } from '../../testing/onnxGraph.js'
import { parseConfig } from '../../testing/parseConfig.js'
import { constantsBaseline } from '../baseline/baselines.js'
import { inputBaseline } from '../baseline/configureBaseline.js'
import { parseOutput } from '../evaluation/output.js'
import { placePlayers } from '../players/configurePlayers.js'
import { gridPlayers } from '../players/players.js'
import {
  createForeignEvaluator,
  type ForeignWishes,
  foreignClassifier,
} from './foreignEvaluator.js'
import { probeRows } from './probe.js'

let folder: string
let engine: Engine
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-held-'))
  engine = await createOnnxEngine('cpu')
})
afterAll(() => rmSync(folder, { recursive: true }))

const [COUNT, C, SIDE, FEATURES] = [40, 2, 6, 3]
const PIXELS = C * SIDE * SIDE
const draws = stream(3, 'held').at()
const drawn = (length: number) => Float32Array.from({ length }, () => draws.normal())

const arrays = {
  x: { shape: [COUNT, C, SIDE, SIDE], data: drawn(COUNT * PIXELS) },
  y: { shape: [COUNT], data: Int32Array.from({ length: COUNT }, (_, row) => row % 2) },
  features: { shape: [COUNT, FEATURES], data: drawn(COUNT * FEATURES) },
  site: { shape: [COUNT], data: Int32Array.from({ length: COUNT }, (_, row) => (7 * row) % 5) },
}

const weights = {
  w: floats([PIXELS, 2], drawn(PIXELS * 2)),
  v: floats([FEATURES, 2], drawn(FEATURES * 2)),
  table: floats([5, 2], drawn(10)),
}

/** z = x·w + tanh(x·w · features·v) + table[site], so that held inputs change what masking does. */
const both: GraphSpec = {
  inputs: {
    features: ['n', FEATURES],
    image: ['n', C, SIDE, SIDE],
    site: ['n'],
  },
  types: { site: 'int64' },
  outputs: { z: ['n', 2] },
  nodes: [
    ['Flatten', ['image'], ['flat']],
    ['MatMul', ['flat', 'w'], ['a']],
    ['MatMul', ['features', 'v'], ['b']],
    ['Mul', ['a', 'b'], ['ab']],
    ['Tanh', ['ab'], ['t']],
    ['Add', ['a', 't'], ['s']],
    ['Gather', ['table', 'site'], ['g']],
    ['Add', ['s', 'g'], ['z']],
  ],
  weights,
}

function byHand(image: Float32Array, features: Float32Array, site: number): number[] {
  const product = (x: Float32Array, w: Float32Array, c: number) =>
    x.reduce((sum, value, at) => sum + value * w[2 * at + c], 0)
  return [0, 1].map((c) => {
    const a = product(image, weights.w.data as Float32Array, c)
    const b = product(features, weights.v.data as Float32Array, c)
    return a + Math.tanh(a * b) + (weights.table.data as Float32Array)[2 * site + c]
  })
}

async function dataOf(held: string, more: Record<string, unknown> = {}): Promise<Dataset> {
  const path = join(folder, 'data.npz')
  writeFileSync(path, encodeNpz({ ...arrays, ...more } as Parameters<typeof encodeNpz>[0]))
  const text = `data: { source: npz, path: ${path}, inputs: x, labels: y, standardize: false, held: ${held} }\nmodel: { architecture: lenet }`
  return loadDataset(parseConfig(text, 'a.yaml').data, { baseDir: folder, dataDirs: [] })
}

let files = 0
async function opened(spec: GraphSpec, data: Dataset, wishes: ForeignWishes = {}) {
  const file = join(folder, `${files++}.onnx`)
  writeFileSync(file, onnxFile(spec))
  const model = await openForeignModel(file, 'cpu')
  const samples = [0, 1, 5].map((row) => sampleAt(data.train, row))
  const players = gridPlayers([C, SIDE, SIDE], { rows: 2, columns: 2 }, 3, { by: 'centre' })
  const baseline = constantsBaseline([C, SIDE, SIDE], [0.3, -0.2], 'test')
  const probe =
    wishes.layer === undefined
      ? probeRows(samples, () => players, baseline)
      : fedRows({ ...data.train, count: data.train.count })
  const classifier = await foreignClassifier(model, data, 2, probe, wishes)
  return { model, classifier, samples, players, baseline }
}

describe('a model of several inputs', () => {
  it('is masked at the one of the samples, with the others as they are in each sample', async () => {
    const data = await dataOf('[site, features]')
    const { model, classifier, samples, players, baseline } = await opened(both, data)
    expect(classifier.remarks).toEqual([
      expect.stringMatching(/: image is masked, features, site held as in the sample/),
    ])
    const evaluator = createForeignEvaluator(engine, classifier, players.n, {
      players: () => players,
      baseline,
      output: parseOutput('log-odds', 1, 0),
      assume: () => undefined,
    })
    for (const sample of samples) {
      const features = arrays.features.data.subarray(
        sample.id * FEATURES,
        (sample.id + 1) * FEATURES,
      )
      const constants = baseline.valuesFor(sample.input)
      const { values } = await evaluator.evaluate(sample)
      for (const [coalition, value] of values.entries()) {
        const image = sample.input.map((cell, at) => {
          const player = players.map[at]
          return player >= 0 && (coalition >>> player) % 2 === 0 ? constants[at] : cell
        })
        const z = byHand(image, features, arrays.site.data[sample.id])
        expect(value).toBeCloseTo(z[sample.label] - z[1 - sample.label], 4)
      }
    }
    const all = await classifier.classify(fedRows(data.train))
    for (const [row, id] of data.train.ids.entries()) {
      const image = arrays.x.data.subarray(id * PIXELS, (id + 1) * PIXELS)
      const features = arrays.features.data.subarray(id * FEATURES, (id + 1) * FEATURES)
      const expected = byHand(image, features, arrays.site.data[id])
      for (const c of [0, 1]) expect(all[2 * row + c]).toBeCloseTo(expected[c], 4)
    }
    await model.dispose()
  })

  it('is masked at an inner tensor, and the part above reads the others', async () => {
    const data = await dataOf('[features, site]')
    const mapped: GraphSpec = {
      ...both,
      nodes: [['Relu', ['image'], ['map']], ['Flatten', ['map'], ['flat']], ...both.nodes.slice(1)],
    }
    const { model, classifier, samples, players, baseline } = await opened(mapped, data, {
      layer: { name: 'map', layout: 'nchw' },
    })
    expect(classifier.shape).toEqual([C, SIDE, SIDE])
    expect(classifier.remarks[1]).toMatch(/above reads features, site too, held as in the sample/)
    const evaluator = createForeignEvaluator(engine, classifier, players.n, {
      players: () => players,
      baseline,
      output: parseOutput('logit', 1, 0),
      assume: () => undefined,
    })
    for (const sample of samples) {
      const features = arrays.features.data.subarray(
        sample.id * FEATURES,
        (sample.id + 1) * FEATURES,
      )
      const constants = baseline.valuesFor(sample.input)
      const { values } = await evaluator.evaluate(sample)
      for (const [coalition, value] of values.entries()) {
        const inner = sample.input.map((cell, at) => {
          const player = players.map[at]
          const isMasked = player >= 0 && (coalition >>> player) % 2 === 0
          return isMasked ? constants[at] : Math.max(0, cell)
        })
        const z = byHand(inner, features, arrays.site.data[sample.id])
        expect(value).toBeCloseTo(z[sample.label], 4)
      }
    }
    await model.dispose()
  })

  it.each<[string, string, GraphSpec, ForeignWishes, RegExp]>([
    [
      'no array for an input',
      '[features]',
      both,
      { input: 'image' },
      /no array for the input site \[\?\] int64.*data\.held/,
    ],
    [
      'two inputs that could be the samples',
      '[features]',
      both,
      {},
      /has 3 inputs .*data\.held lists arrays/,
    ],
    [
      'rows of another shape',
      '[site, features]',
      {
        ...both,
        inputs: { ...both.inputs, features: ['n', 4] },
        weights: { ...weights, v: floats([4, 2], drawn(8)) },
      },
      {},
      /input features \[\?, 4\] does not take rows of features, \[batch, 3\]/,
    ],
    [
      'other batches',
      '[site, features]',
      {
        inputs: { image: [4, C, SIDE, SIDE], features: [2, FEATURES] },
        outputs: { z: [4, 2] },
        nodes: [
          ['Flatten', ['image'], ['flat']],
          ['MatMul', ['flat', 'w'], ['z']],
        ],
        weights,
      },
      {},
      /batches of different sizes, 4 and 2/,
    ],
    [
      'numbers that are not whole',
      '[features, site]',
      {
        inputs: { image: ['n', C, SIDE, SIDE], features: ['n', FEATURES] },
        types: { features: 'int64' },
        outputs: { z: ['n', 2] },
        nodes: [
          ['Flatten', ['image'], ['flat']],
          ['Gather', ['table', 'features'], ['g']],
          ['ReduceSum', ['g', 'axis'], ['s'], { keepdims: 0 }],
          ['MatMul', ['flat', 'w'], ['a']],
          ['Add', ['a', 's'], ['z']],
        ],
        weights: { ...weights, axis: integers(1) },
      },
      {},
      /input features: -?[\d.]+ is not a whole number/,
    ],
  ])('is refused with %s', async (_what, held, spec, wishes, message) => {
    await expect(opened(spec, await dataOf(held), wishes)).rejects.toThrow(message)
  })
})

describe('players of further inputs', () => {
  const analysisOf = (players: object, baseline: unknown = 'zero') =>
    configOf(
      {
        data: { source: 'glyphs' },
        model: { architecture: 'lenet' },
        analysis: { players, baseline },
      },
      'test',
      [],
    ).analysis

  async function masked(
    held: string,
    players: object,
    { baseline, spec = both }: { baseline?: unknown; spec?: GraphSpec } = {},
  ) {
    const data = await dataOf(held)
    const analysis = analysisOf(players, baseline)
    const placed = placePlayers(analysis.players, data, String)
    const constants = await inputBaseline(analysis, data, String)
    const samples = [0, 1, 5].map((row) => sampleAt(data.train, row))
    const file = join(folder, `${files++}.onnx`)
    writeFileSync(file, onnxFile(spec))
    const model = await openForeignModel(file, 'cpu')
    const of = (sample: (typeof samples)[number]) => placed.players(sample, data.shape)
    const probe = probeRows(samples, of, constants)
    const alsoMasked = Object.keys(analysis.players.inputs ?? {})
    const classifier = await foreignClassifier(model, data, 2, probe, { alsoMasked })
    const evaluator = createForeignEvaluator(engine, classifier, placed.n, {
      players: of,
      baseline: constants,
      output: parseOutput('log-odds', 1, 0),
      assume: () => undefined,
    })
    return { data, classifier, samples, evaluator, placed }
  }

  it.each(['zero', 'mean', { damp: 0.25 }])(
    'are masked with those of the samples: baseline %j',
    async (baseline) => {
      const players = { layout: 'grid1x2', inputs: { features: [2] } }
      const whole = { layout: 'grid1x2', count: 3, inputs: { features: 'all' } }
      for (const config of [{ ...players, count: 3 }, whole]) {
        const found = await masked('[site, features]', config, { baseline })
        const { data, classifier, samples, evaluator, placed } = found
        expect(placed.n).toBe(3)
        expect(classifier.remarks).toEqual([
          expect.stringMatching(/: image, features are masked, site held as in the sample/),
        ])
        const maskedBy = (value: number, mean: () => number) =>
          baseline === 'zero' ? 0 : baseline === 'mean' ? mean() : value / 4
        const rows = [...data.train.ids]
        const meanOver = (cells: readonly number[]) =>
          cells.reduce((sum, cell) => sum + cell, 0) / cells.length
        for (const sample of samples) {
          const { values } = await evaluator.evaluate(sample)
          for (const [coalition, value] of values.entries()) {
            const has = (player: number) => (coalition >>> player) % 2 === 1
            const image = sample.input.map((cell, at) => {
              if (has(Math.floor((at % SIDE) / 3))) return cell
              const plane = SIDE * SIDE
              const channel = Math.floor(at / plane)
              return maskedBy(cell, () =>
                meanOver(
                  rows.flatMap((row) => {
                    const start = row * PIXELS + channel * plane
                    return [...arrays.x.data.subarray(start, start + plane)]
                  }),
                ),
              )
            })
            const own = arrays.features.data.subarray(
              sample.id * FEATURES,
              (sample.id + 1) * FEATURES,
            )
            const features = own.map((cell, at) => {
              const isPlayer = config === whole || at === 2
              if (!isPlayer || has(2)) return cell
              return maskedBy(cell, () =>
                meanOver(rows.map((row) => arrays.features.data[row * FEATURES + at])),
              )
            })
            const z = byHand(image, features, arrays.site.data[sample.id])
            expect(value).toBeCloseTo(z[sample.label] - z[1 - sample.label], 4)
          }
        }
        await classifier.model.dispose()
      }
    },
  )

  it.each<[string, string, object, { baseline?: unknown; spec?: GraphSpec }, RegExp]>([
    [
      'whole numbers',
      '[site, features]',
      { site: 'all' },
      {},
      /site is to be masked .*takes whole numbers \(int64\), and only floats/,
    ],
    [
      'an array that is not held',
      '[site, features]',
      { feature: [0] },
      {},
      /inputs\.feature: no array/,
    ],
    [
      'a value too many',
      '[site, features]',
      { features: [3] },
      {},
      /inputs\.features: no value 3; it has 3, from 0 to 2/,
    ],
    [
      'an input that the model has not',
      '[site, features]',
      { features: [0] },
      {
        spec: {
          ...both,
          inputs: { image: both.inputs.image, site: ['n'] },
          nodes: both.nodes.flatMap((node) =>
            node[0] === 'MatMul' && node[1][0] === 'features'
              ? [['MatMul', ['flat', 'w'], ['b']] as const]
              : [node],
          ),
        },
      },
      /features is to be masked .* the model has no such input/,
    ],
    ['a blur', '[site, features]', { features: [0] }, { baseline: 'blur' }, /mean, zero or \{damp/],
  ])('are refused for %s', async (_what, held, inputs, more, message) => {
    const players = { layout: 'grid1x2', count: 3, inputs }
    await expect(masked(held, players, more)).rejects.toThrow(message)
  })

  it('are counted among all players', () => {
    const list = {
      layout: 'grid2x2',
      select: 'list',
      list: [0, 3],
      inputs: { a: [0, 1], b: 'all' },
    }
    expect(analysisOf(list).players.count).toBe(5)
    expect(() => analysisOf({ ...list, count: 4 })).toThrow(/list: has 2 entries for 1 players/)
    expect(() => analysisOf({ layout: 'grid2x2', count: 2, inputs: { a: [0, 1] } })).toThrow(
      /inputs: has 2 of 2 players/,
    )
    expect(() => analysisOf({ layout: 'grid2x2', count: 3, inputs: { a: [1, 1] } })).toThrow(
      /inputs\.a/,
    )
    expect(() =>
      analysisOf({ layout: 'layer', layer: 'conv1', count: 3, inputs: { a: [1] } }),
    ).toThrow(/inputs: is for samples that are masked at their input/)
  })
})

describe('arrays that are held', () => {
  it('belong to their rows in both splits, and to what the data are', async () => {
    const data = await dataOf('[features, site]')
    for (const split of [data.train, data.test]) {
      for (const [row, id] of split.ids.entries()) {
        const own = arrays.features.data.subarray(id * FEATURES, (id + 1) * FEATURES)
        expect([...(sampleAt(split, row).held ?? [])]).toEqual([...own, arrays.site.data[id]])
      }
    }
    const other = arrays.features.data.map((value, at) => (at === 5 ? value + 1 : value))
    const changed = await dataOf('[features, site]', {
      features: { ...arrays.features, data: other },
    })
    expect(changed.fingerprint).not.toBe(data.fingerprint)
    expect((await dataOf('[site]')).fingerprint).not.toBe(data.fingerprint)
  })

  it.each([
    [
      'that are missing',
      '[feature]',
      {},
      /no array named "feature" \(it has: x, y, features, site\); data\.held says/,
    ],
    [
      'of other rows',
      '[few]',
      { few: { shape: [3, 1], data: drawn(3) } },
      /few \[3, 1\] .* not as many rows .* 40/,
    ],
    [
      'with values that are not finite',
      '[gaps]',
      { gaps: { shape: [COUNT], data: new Float32Array(COUNT).fill(Number.NaN) } },
      /sample \d+ of the train split: value 0 of gaps is NaN/,
    ],
  ])('are refused %s', async (_what, held, more, message) => {
    await expect(dataOf(held, more)).rejects.toThrow(message)
  })

  it('have test rows of their own where samples have', async () => {
    const data = await dataOf('[features]', {
      x_test: { shape: [2, C, SIDE, SIDE], data: drawn(2 * PIXELS) },
      y_test: { shape: [2], data: Int32Array.of(1, 0) },
      features_test: { shape: [2, FEATURES], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    })
    expect([...(data.test.held ?? [])]).toEqual([1, 2, 3, 4, 5, 6])
    expect(data.train.held?.length).toBe(COUNT * FEATURES)
  })
})
