/** Studies of models from elsewhere: what is read, asked for, refused and told, from files written here. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import type { Tensors } from '../../core/tensor.js'
import { loadDataset } from '../../data/load.js'
import { exportOnnx } from '../../engine/onnx/checkpoint.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import { foreignFileId } from '../../engine/onnx/foreignFile.js'
import { dataTypes, decodeModel, encodeModel } from '../../engine/onnx/format.js'
import { encodeInference } from '../../engine/onnx/model.js'
import { encodeNpy } from '../../formats/npy.js'
import { encodeNpz } from '../../formats/npz.js'
import type { Graph, Node } from '../../graph/types.js'
import { constantsBaseline, meansBaseline } from '../../masking/baseline/baselines.js'
import { trainingMoments } from '../../masking/baseline/trainingMoments.js'
import { studyMasking } from '../../masking/configure.js'
import { createMaskedEvaluator } from '../../masking/evaluation/evaluate.js'
import { parseOutput } from '../../masking/evaluation/output.js'
import { initialize } from '../../models/initialize.js'
import { layerBuilder } from '../../models/layers.js'
import { floats, type GraphSpec, onnxFile } from '../../testing/onnxGraph.js'
import {
  fileOf,
  planOfDocument,
  type RanStudy,
  runDocument,
  type StudyPlaces,
  valuesOfNetwork,
} from '../../testing/studyRun.js'

let folder: string
let graph: Graph
let parameters: Tensors
/** The feature map of the first layer. */
let map: string
const COUNT = 40

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-analyze-'))
  const net = layerBuilder({ kind: 'image', shape: [2, 8, 8], classes: 3 })
  const top = net.activation('relu', net.convolution('conv', net.x, 4, { kernel: 3 }))
  map = top
  const output = net.dense('head', net.flatten(net.pool('max', top, 2)), 3)
  const { inputs, parameters: described, nodes } = net.graph
  graph = { inputs, parameters: described, nodes, output }
  const described2 = { architecture: 'test', graph, blocks: [], parameterCount: 0 }
  parameters = initialize(described2, () => 5)

  const x = drawnInputs()
  const y = Int32Array.from({ length: COUNT }, (_, row) => row % 3)
  const arrays = { x: { data: x, shape: [COUNT, 2, 8, 8] }, y }
  writeFileSync(join(folder, 'data.npz'), encodeNpz(arrays))
  save('dynamic', graph)
  save('fixed', { ...graph, inputs: [{ ...graph.inputs[0], shape: [12, 2, 8, 8] }] })
  save('nhwc', channelsLast(graph))
  save('softmax', withSoftmax(graph))
})
afterAll(() => rmSync(folder, { recursive: true }))

function drawnInputs(): Float32Array {
  const draws = stream(1, 'test').at()
  return Float32Array.from({ length: COUNT * 128 }, () => draws.normal())
}

function save(name: string, network: Graph): void {
  writeFileSync(join(folder, `${name}.onnx`), encodeInference(network, parameters))
}

function channelsLast(network: Graph): Graph {
  const first: Node = { kind: 'transpose', name: 'x', permutation: [0, 3, 1, 2], inputs: ['image'] }
  const input = { name: 'image', shape: [-1, 8, 8, 2], dtype: 'float32' as const }
  return { ...network, inputs: [input], nodes: [first, ...network.nodes] }
}

/** A model of rows of pixels, channels last: `x.reshape(N, -1)` of images [N, H, W, C]. */
function ofRows(network: Graph): Graph {
  const pixels: Node = { kind: 'reshape', name: 'pixels', shape: [-1, 8, 8, 2], inputs: ['row'] }
  const first: Node = {
    kind: 'transpose',
    name: 'x',
    permutation: [0, 3, 1, 2],
    inputs: ['pixels'],
  }
  const input = { name: 'row', shape: [-1, 128], dtype: 'float32' as const }
  return { ...network, inputs: [input], nodes: [pixels, first, ...network.nodes] }
}

function withSoftmax(network: Graph): Graph {
  const last: Node = { kind: 'softmax', name: 'p', inputs: [network.output] }
  return { ...network, nodes: [...network.nodes, last], output: 'p' }
}

/** A model whose last two nodes, a matrix product and a sigmoid, are one of ONNX Runtime's own. */
function withFusedSigmoid(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes)
  const [product, sigmoid] = model.graph.node.slice(-2)
  product.opType = 'FusedGemm'
  product.domain = 'com.microsoft'
  product.attribute.push({ name: 'activation', type: 3, s: Buffer.from('Sigmoid') })
  product.output = sigmoid.output
  model.graph.node.pop()
  model.opsetImport.push({ domain: 'com.microsoft', version: 1 })
  return encodeModel(model)
}

function scaled({ shape, data }: Tensors[string], factor: number): Tensors[string] {
  return { shape, data: data.map((value) => factor * value) }
}

/** A model with the data of its weights moved to a file beside it, named `weights`. */
function withExternalData(bytes: Uint8Array, file: string): Uint8Array {
  const model = decodeModel(bytes)
  const parts: Uint8Array[] = []
  let offset = 0
  const weights = model.graph.initializer.filter(({ dataType }) => dataType === dataTypes.float32)
  for (const tensor of weights) {
    const length = tensor.rawData.length
    const entries = { location: 'weights', offset, length }
    tensor.externalData = Object.entries(entries).map(([key, value]) => ({
      key,
      value: `${value}`,
    }))
    tensor.dataLocation = 1
    parts.push(tensor.rawData)
    offset += length
    tensor.rawData = new Uint8Array()
  }
  writeFileSync(file, Buffer.concat(parts))
  return encodeModel(model)
}

const data = { source: 'npz', path: 'data.npz', inputs: 'x', labels: 'y', standardize: false }
const small = {
  samples: { count: 6, testCount: 3 },
  players: { count: 4 },
  baseline: 'zero',
  gap: 0.01,
}

interface Asked {
  readonly analysis?: object
  readonly data?: object
  /** Further keys of every entry of networks.files. */
  readonly keys?: object
  readonly drawsFigures?: StudyPlaces['drawsFigures']
  /** Where not where all others lie. */
  readonly results?: string
}

/** A study of models of the folder, named by their files. */
function documentOf(models: readonly string[], asked: Asked = {}): object {
  return {
    data: { ...data, ...asked.data },
    networks: { files: models.map((name) => ({ name, path: `${name}.onnx`, ...asked.keys })) },
    analysis: { ...small, ...asked.analysis },
  }
}

/** All studies lie in one folder: what several tests ask of a model is computed once. */
const places = () => ({ baseDir: folder, results: join(folder, 'results') })

function run(models: readonly string[], asked: Asked = {}): Promise<RanStudy> {
  const { drawsFigures, results = places().results } = asked
  return runDocument(documentOf(models, asked), { baseDir: folder, results, drawsFigures })
}

/** What a study's manifest says was assumed. */
function assumed(study: RanStudy): string[] {
  return JSON.parse(readFileSync(fileOf(study, 'manifest.json'), 'utf8')).assumptions
}

/** Rows of a table, by column. */
function rowsOf(study: RanStudy, table: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(fileOf(study, `${table}.csv`), 'utf8')
    .trimEnd()
    .split('\n')
  const names = header.split(',')
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((cell, at) => [names[at], cell])),
  )
}

/** Why a study ends early; `none` where it does not. */
const reasonOf = (study: Promise<unknown>) =>
  study.then(
    () => 'none',
    (error: Error) => error.message,
  )

describe('a network from elsewhere', () => {
  it('has the values that our own evaluation of the same network gives', async () => {
    const study = await run(['dynamic'])
    const { tables, samples } = await valuesOfNetwork(study, 'dynamic')
    const { config } = study.plan
    const dataset = await loadDataset(config.data, { baseDir: folder, dataDirs: [] })
    const { placed } = studyMasking(config.analysis, dataset, (file) => file)
    const engine = await createOnnxEngine('cpu')
    const evaluator = await createMaskedEvaluator({ engine, graph, parameters }, 4, {
      at: 'x',
      players: (sample) => placed.players(sample, [2, 8, 8]),
      baseline: constantsBaseline([2, 8, 8], [0, 0], 'test'),
      output: parseOutput('log-odds-v0', 1, 0),
    })
    for (const row of [0, 5]) {
      const at = dataset.train.ids.indexOf(samples.sample[row])
      const input = dataset.train.inputs.subarray(at * 128, (at + 1) * 128)
      const own = await evaluator.evaluate({ id: 0, input, label: samples.givenLabel[row] })
      for (const [coalition, value] of own.values.entries()) {
        expect(tables[row][coalition]).toBeCloseTo(value, 5)
      }
      expect(samples.prediction[row]).toBe(own.prediction)
      expect(samples.loss[row]).toBeCloseTo(own.loss, 5)
    }
    await evaluator.dispose()
  })

  it('is the same whatever the layout, the batch, or a softmax at the end', async () => {
    const names = ['dynamic', 'fixed', 'nhwc', 'softmax']
    const study = await run(names, { drawsFigures: 'on the page' })
    const [first, ...others] = await Promise.all(names.map((name) => valuesOfNetwork(study, name)))
    for (const { tables, samples } of others) {
      expect(samples.prediction).toEqual(first.samples.prediction)
      for (const [row, table] of tables.entries()) {
        for (const [coalition, value] of table.entries()) {
          expect(value).toBeCloseTo(first.tables[row][coalition], 4)
        }
      }
    }
    expect(assumed(study)).toEqual([
      expect.stringMatching(/x is read as images of 8×8 pixels with 2 channels, channels first/),
      expect.stringMatching(/12 of 40 are held out/),
      expect.stringMatching(/chosen by variance over 28 training samples/),
      expect.stringMatching(/models are fed values from -3\.316 to 3\.349, mean 0\.01331 \(by/),
      expect.stringMatching(/softmax\.onnx gives probabilities/),
    ])
    expect(rowsOf(study, 'overlaps').map(({ relation }) => relation)).toEqual(
      Array.from({ length: 6 }, () => 'other-model'),
    )
    // Nothing is known of how low and high layers came about.
    expect(rowsOf(study, 'networks').map(({ regime }) => regime)).toEqual(['', '', '', ''])
  })

  it('says once what it assumes of all checkpoints of a series', async () => {
    for (const step of [0, 1, 2]) save(`series-${step}`, withSoftmax(graph))
    const study = await run(['series-{step}'], { keys: { name: 'series' } })
    expect(assumed(study).filter((line) => line.includes('series-'))).toEqual([
      expect.stringMatching(/series-0\.onnx \(and 2 more checkpoints\) gives probabilities/),
    ])
  })

  it('is read anew for another output in the same results folder, whose manifest says what was assumed for it', async () => {
    const results = join(folder, 'two-outputs')
    const ofLogOdds = await run(['softmax'], { results })
    const ofShares = await run(['softmax'], { results, analysis: { output: 'prob-log-odds-v0' } })
    const line = expect.stringMatching(/softmax\.onnx gives probabilities/)
    expect(assumed(ofLogOdds)).toContainEqual(line)
    expect(assumed(ofShares)).not.toContainEqual(line)
    const again = await run(['softmax'], { results })
    expect(assumed(again)).toEqual(assumed(ofLogOdds))
  })

  it('has its losses and accuracies measured on all training and test samples', async () => {
    const study = await run(['dynamic', 'softmax'])
    const [one, other] = rowsOf(study, 'networks')
    expect(Number(one.train_accuracy)).toBeGreaterThan(0)
    expect([other.train_accuracy, other.test_accuracy]).toEqual([
      one.train_accuracy,
      one.test_accuracy,
    ])
    const losses = rowsOf(study, 'curves').filter(({ metric }) => metric === 'loss')
    expect(losses).toHaveLength(4)
    expect(Number(losses[2].value)).toBeCloseTo(Number(losses[0].value), 5)
  })

  it('takes the pixels of a row in the order of their file', async () => {
    save('rows', ofRows(graph))
    const x = drawnInputs()
    const last = x.map((_, index) => {
      const [start, cell] = [index - (index % 128), index % 128]
      return x[start + (cell % 2) * 64 + Math.floor(cell / 2)]
    })
    const y = Int32Array.from({ length: COUNT }, (_, row) => row % 3)
    writeFileSync(
      join(folder, 'last.npz'),
      encodeNpz({ x: { data: last, shape: [COUNT, 8, 8, 2] }, y }),
    )
    const study = await run(['rows'], { data: { path: 'last.npz', layout: 'nhwc' } })
    expect(assumed(study)).toContainEqual(
      expect.stringMatching(/rows\.onnx: .* row of 128 values, pixel after/),
    )
    const first = await run(['dynamic'])
    expect(study.plan.data.fingerprint).toBe(first.plan.data.fingerprint)
    const { tables } = await valuesOfNetwork(study, 'rows')
    const expected = (await valuesOfNetwork(first, 'dynamic')).tables
    for (const [row, table] of tables.entries()) {
      for (const [coalition, value] of table.entries()) {
        expect(value).toBeCloseTo(expected[row][coalition], 4)
      }
    }
    // Equal data in another order of the axes, whose rows are others, make another network.
    const other = await run(['rows'])
    expect(other.plan.data.fingerprint).toBe(study.plan.data.fingerprint)
    expect(other.plan.networks[0].id).not.toBe(study.plan.networks[0].id)
    expect((await valuesOfNetwork(other, 'rows')).tables[0][15]).not.toBeCloseTo(tables[0][15], 3)
  })

  it('needs outputs of the classes alone that samples are of: labels 1 and 3, two outputs', async () => {
    const x = { data: drawnInputs(), shape: [COUNT, 2, 8, 8] }
    const labelled = (name: string, labels: readonly [number, number]) => {
      const y = Int32Array.from({ length: COUNT }, (_, row) => labels[row % 2])
      const test = {
        x_test: { data: x.data.slice(0, 256), shape: [2, 2, 8, 8] },
        y_test: y.slice(0, 2),
      }
      writeFileSync(join(folder, `${name}.npz`), encodeNpz({ x, y, ...test }))
    }
    labelled('labels-0-1', [0, 1])
    labelled('labels-1-3', [1, 3])
    const draws = stream(2, 'test').at()
    const weights = Float32Array.from({ length: 2 * 128 }, () => draws.normal())
    const two = (name: string, spec: Pick<GraphSpec, 'nodes' | 'weights'>) =>
      writeFileSync(
        join(folder, `${name}.onnx`),
        onnxFile({
          ...spec,
          inputs: { image: ['batch', 2, 8, 8] },
          outputs: { y: ['batch', 2] },
          nodes: [['Flatten', ['image'], ['x']], ...spec.nodes],
        }),
      )
    two('unnamed', {
      nodes: [['Gemm', ['x', 'w'], ['y'], { transB: 1 }]],
      weights: { w: floats([2, 128], weights) },
    })
    const list = (values: Iterable<number>) => [...values].map((float) => ({ float }))
    const named = {
      coefficients: list(weights),
      intercepts: list([0, 0]),
      classlabels_ints: [1, 3],
    }
    two('named', { nodes: [['ai.onnx.ml:LinearClassifier', ['x'], ['label', 'y'], named]] })

    const analysis = { samples: { ids: [0, 1, 2, 3], testCount: 0 } }
    const odd = { data: { path: 'labels-1-3.npz' }, analysis }
    const plain = await run(['unnamed'], { data: { path: 'labels-0-1.npz' }, analysis })
    const byModel = await run(['named'], odd)
    expect(assumed(byModel)).toContainEqual(
      expect.stringMatching(/named\.onnx as the model names them: 1 = 0, 3 = 1 \(of 2 outputs\)/),
    )
    const byList = await run(['unnamed'], { ...odd, keys: { classes: ['1', '3'] } })
    const expected = await valuesOfNetwork(plain, 'unnamed')
    for (const found of [
      await valuesOfNetwork(byModel, 'named'),
      await valuesOfNetwork(byList, 'unnamed'),
    ]) {
      expect(found.samples.sample).toEqual(expected.samples.sample)
      for (const [row, table] of found.tables.entries()) {
        for (const [coalition, value] of table.entries()) {
          expect(value).toBeCloseTo(expected.tables[row][coalition], 4)
        }
      }
    }
    // Neither names nor a list say which outputs they are.
    expect(await reasonOf(run(['unnamed'], odd))).toMatch(/class "3" has no output: .*2 classes/)
  })

  it('may give a label the probability 0, where v is clamped', async () => {
    const sure = { ...parameters, 'head.weight': scaled(parameters['head.weight'], 1000) }
    writeFileSync(join(folder, 'sure.onnx'), encodeInference(withSoftmax(graph), sure))
    const study = await run(['sure'], { analysis: { clamp: 1e-7 } })
    const written = rowsOf(study, 'samples').map(({ loss }) => Number(loss))
    expect(written).toHaveLength(6)
    expect(Math.max(...written)).toBeCloseTo(149 * Math.LN2, 9)
  })

  it('is another network with other files, and with other words about how to read them', async () => {
    const idOf = async (models: string[], asked: Asked = {}) =>
      (await planOfDocument(documentOf(models, asked), places())).networks[0].id
    const ids = [
      await idOf(['dynamic']),
      await idOf(['fixed']),
      await idOf(['dynamic'], { keys: { input: 'x' } }),
      await idOf(['dynamic'], { data: { standardize: { mean: 1, std: [2, 2] } } }),
      await idOf(['dynamic'], { data: { labelNoise: 0.5 } }),
    ]
    expect(new Set(ids).size).toBe(ids.length)
    expect(await idOf(['dynamic'])).toBe(ids[0])
  })

  it('is fed what data.standardize says', async () => {
    const study = await run(['dynamic'], { data: { standardize: { mean: [1], std: [2] } } })
    expect(assumed(study)).toContainEqual(
      expect.stringMatching(/models are fed values from -2\.158 to 1\.17/),
    )
    const wrong = { data: { standardize: { mean: [1, 2, 3], std: 1 } } }
    await expect(run(['dynamic'], wrong)).rejects.toThrow(
      /data\.standardize\.mean has 3 numbers, but samples have 2 channels/,
    )
  })

  it('is told apart by weights that are kept beside it', async () => {
    const kept = (seed: number) => {
      const place = mkdtempSync(join(folder, 'external-'))
      const file = join(place, 'external.onnx')
      const weights = initialize(
        { architecture: 'test', graph, blocks: [], parameterCount: 0 },
        () => seed,
      )
      writeFileSync(file, withExternalData(encodeInference(graph, weights), join(place, 'weights')))
      return file
    }
    const [a, b, again] = await Promise.all([1, 2, 1].map((seed) => foreignFileId(kept(seed))))
    expect(a).not.toBe(b)
    expect(a).toBe(again)
  })

  it('is compared on samples that all networks get right, where these are asked for', async () => {
    const samples = { filter: 'common-correct', count: 3, testCount: 0 }
    const study = await run(['dynamic', 'nhwc'], { analysis: { samples } })
    expect(rowsOf(study, 'samples').map(({ correct }) => correct)).toEqual(
      Array.from({ length: 6 }, () => 'true'),
    )
    expect(rowsOf(study, 'overlaps')).toHaveLength(1)
  })
})

describe('a network from elsewhere that is masked at an inner layer', () => {
  const players = { layout: 'layer', layerGrid: 'grid4x4', margin: 1, count: 3 }
  it('is valued as lowlayer values the same network, whatever the layout, the batch, or the name of the tensor', async () => {
    const layer = map
    const renamed = decodeModel(encodeInference(graph, parameters))
    for (const node of renamed.graph.node) {
      for (const names of [node.input, node.output]) {
        for (const [at, name] of names.entries()) if (name === layer) names[at] = '/conv/map'
      }
    }
    writeFileSync(join(folder, 'renamed.onnx'), encodeModel(renamed))
    const names = ['dynamic', 'fixed', 'nhwc']
    const files = [
      ...names.map((name) => ({ name, path: `${name}.onnx` })),
      { name: 'renamed', path: 'renamed.onnx', layer: '/conv/map' },
    ]
    const analysis = { ...small, players: { ...players, layer }, baseline: 'mean' }
    const study = await runDocument({ data, networks: { files }, analysis }, places())
    const { config } = study.plan
    const dataset = await loadDataset(config.data, { baseDir: folder, dataDirs: [] })
    const engine = await createOnnxEngine('cpu')
    const shape = [4, 6, 6]
    const { placed } = studyMasking(config.analysis, dataset, (file) => file)
    const { means } = await trainingMoments({ engine, graph, parameters }, layer, dataset)
    const evaluator = await createMaskedEvaluator({ engine, graph, parameters }, 3, {
      at: layer,
      players: (sample) => placed.players(sample, shape),
      baseline: meansBaseline(shape, means),
      output: parseOutput('log-odds-v0', 1, 0),
    })
    for (const { name } of files) {
      const { tables, samples } = await valuesOfNetwork(study, name)
      for (const [row, id] of samples.sample.entries()) {
        const split = samples.panel[row] === 0 ? dataset.train : dataset.test
        const at = split.ids.indexOf(id)
        const input = split.inputs.subarray(at * 128, (at + 1) * 128)
        const expected = await evaluator.evaluate({ id, input, label: samples.givenLabel[row] })
        for (const [coalition, value] of tables[row].entries()) {
          expect(Math.abs(value - expected.values[coalition])).toBeLessThan(1e-5)
        }
      }
    }
    await evaluator.dispose()
    expect(assumed(study)).toContainEqual(
      expect.stringMatching(/renamed\.onnx is masked at "\/conv\/map" \[4, 6, 6\], channels first/),
    )
  })

  it('is refused where there is no such tensor, with those that there are', async () => {
    const analysis = { players: { ...players, layer: 'convolution' } }
    expect(await reasonOf(run(['dynamic'], { analysis }))).toMatch(
      /dynamic\.onnx: there is no inner tensor "convolution"; the nearest tensors through which all runs: "conv/,
    )
  })
})

describe('a network from elsewhere of several inputs', () => {
  it('is fed arrays of the data by name, in measuring, in masking and in choosing samples', async () => {
    const matrix = drawnInputs().subarray(0, 384)
    const features = drawnInputs().subarray(900, 900 + 3 * COUNT)
    const bytes = onnxFile({
      inputs: { bias: ['n', 3], image: ['n', 2, 8, 8] },
      outputs: { z: ['n', 3] },
      nodes: [
        ['Flatten', ['image'], ['flat']],
        ['MatMul', ['flat', 'w'], ['a']],
        ['Add', ['a', 'bias'], ['z']],
      ],
      weights: { w: floats([128, 3], matrix) },
    })
    writeFileSync(join(folder, 'two.onnx'), bytes)
    const x = drawnInputs()
    const labels = Int32Array.from({ length: COUNT }, (_, row) => row % 3)
    const arrays = {
      x: { data: x, shape: [COUNT, 2, 8, 8] },
      y: labels,
      bias: { data: features, shape: [COUNT, 3] },
    }
    writeFileSync(join(folder, 'two.npz'), encodeNpz(arrays))
    const logits = (row: number, isKept: (cell: number) => boolean) =>
      [0, 1, 2].map((c) => {
        let sum = features[3 * row + c]
        for (let cell = 0; cell < 128; cell++)
          if (isKept(cell)) sum += x[row * 128 + cell] * matrix[3 * cell + c]
        return sum
      })
    const right = [...labels.keys()].filter((row) => {
      const z = logits(row, () => true)
      return Math.max(...z) === z[labels[row]]
    })
    const study = await run(['two'], {
      data: { path: 'two.npz', held: ['bias'] },
      analysis: {
        samples: { count: 3, testCount: 1, filter: 'correct' },
        output: 'logit',
        players: { count: 4, layout: 'grid2x2' },
      },
    })
    const { tables, samples } = await valuesOfNetwork(study, 'two')
    for (const [row, id] of samples.sample.entries()) {
      expect(right).toContain(id)
      for (const [coalition, value] of tables[row].entries()) {
        const player = (cell: number) =>
          2 * Math.floor((cell % 64) / 32) + Math.floor((cell % 8) / 4)
        const z = logits(id, (cell) => (coalition >>> player(cell)) % 2 === 1)
        expect(value).toBeCloseTo(z[labels[id]], 4)
      }
    }
    const [network] = rowsOf(study, 'networks')
    const dataset = await loadDataset(study.plan.config.data, { baseDir: folder, dataDirs: [] })
    for (const split of ['train', 'test'] as const) {
      const { ids, count } = dataset[split]
      const accuracy = [...ids].filter((id) => right.includes(id)).length / count
      expect(Number(network[`${split}_accuracy`])).toBeCloseTo(accuracy, 12)
    }
    const both = await run(['two'], {
      data: { path: 'two.npz', held: ['bias'] },
      analysis: {
        samples: { count: 3, testCount: 1 },
        output: 'logit',
        baseline: 'mean',
        players: { count: 4, layout: 'grid1x2', inputs: { bias: [2, 0] } },
      },
    })
    const train = [...dataset.train.ids]
    const meanOf = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + value, 0) / values.length
    const ofChannel = [0, 1].map((channel) =>
      meanOf(
        train.flatMap((row) => [
          ...x.subarray(row * 128 + 64 * channel, row * 128 + 64 * (channel + 1)),
        ]),
      ),
    )
    const ofBias = [0, 1, 2].map((c) => meanOf(train.map((row) => features[3 * row + c])))
    const masked = await valuesOfNetwork(both, 'two')
    expect(masked.tables).toHaveLength(4)
    for (const [row, id] of masked.samples.sample.entries()) {
      expect(masked.tables[row]).toHaveLength(2 ** 4)
      for (const [coalition, value] of masked.tables[row].entries()) {
        const has = (player: number) => (coalition >>> player) % 2 === 1
        const c = labels[id]
        const isBiasThere = [has(3), true, has(2)][c]
        let z = isBiasThere ? features[3 * id + c] : ofBias[c]
        for (let cell = 0; cell < 128; cell++) {
          const isThere = has(Math.floor((cell % 8) / 4))
          const input = isThere ? x[id * 128 + cell] : ofChannel[Math.floor(cell / 64)]
          z += input * matrix[3 * cell + c]
        }
        expect(value).toBeCloseTo(z, 4)
      }
    }
    const lacking = onnxFile({
      inputs: { image: ['n', 2, 8, 8] },
      outputs: { z: ['n', 3] },
      nodes: [
        ['Flatten', ['image'], ['flat']],
        ['MatMul', ['flat', 'w'], ['z']],
      ],
      weights: { w: floats([128, 3], matrix) },
    })
    writeFileSync(join(folder, 'lacking.onnx'), lacking)
    const alone = {
      samples: { count: 3 },
      players: { layout: 'grid1x2', count: 3, inputs: { bias: [0] } },
    }
    // Known before anything is computed, and a reliability under another baseline is one that further inputs have.
    const planned = (file: string) =>
      planOfDocument(
        {
          data: { source: 'npz', path: 'two.npz', inputs: 'x', labels: 'y', held: ['bias'] },
          networks: { files: [{ name: 'a', path: file }] },
          analysis: alone,
          confusing: { reliability: { baseline: true } },
        },
        { baseDir: folder, results: join(folder, 'out') },
      )
    await expect(planned('lacking.onnx')).rejects.toThrow(
      /lacking\.onnx: bias is to be masked .* the model has no such input/,
    )
    const variant = (await planned('two.onnx')).runs.find(({ name }) => name === 'baseline')
    expect(variant?.analysis.baseline).toBe('zero')
    const players = rowsOf(both, 'players').map(({ name }) => name)
    expect(new Set(players)).toEqual(new Set(['r0c0', 'r0c1', 'bias[2]', 'bias[0]']))
  })
})

it('what no network of a study uses is told, but no default of a configuration that a run has written', async () => {
  const document = {
    data: { source: 'npz', path: 'data.npz', inputs: 'x', labels: 'y' },
    networks: { files: [{ name: 'a', path: 'dynamic.onnx' }] },
    analysis: { samples: { count: 3, testCount: 1 }, players: { count: 3 } },
  }
  const assumedOf = async (more: object) => {
    const places = { baseDir: folder, results: join(folder, 'out') }
    const { data } = await planOfDocument({ ...document, ...more }, places)
    return data.assumptions!.filter((line) => /not used|whatever runtime/.test(line))
  }
  expect(await assumedOf({})).toEqual([])
  const { config } = await planOfDocument(document, { baseDir: folder, results: 'out' })
  expect(await assumedOf({ training: config.training })).toEqual([])
  expect(await assumedOf({ training: { epochs: 3 }, model: { architecture: 'lenet' } })).toEqual([
    'model and training of the configuration are not used: no network is trained',
  ])
  const noModel = {
    networks: { files: [{ name: 'a', values: 'masked.npy' }] },
    analysis: { ...document.analysis, output: 'logit', baseline: 'zero', temperature: 2 },
  }
  writeFileSync(
    join(folder, 'masked.npy'),
    encodeNpy(
      Float64Array.from({ length: 4 * 8 }, (_, at) => at % 5),
      [4, 8],
    ),
  )
  expect(await assumedOf(noModel)).toEqual([
    'values of all networks come from another tool, so these are not used: analysis.baseline, analysis.output, analysis.temperature',
  ])
  expect(await assumedOf({ runtime: { engine: 'reference' } })).toEqual([
    'models of other tools run in ONNX Runtime, whatever runtime.engine says (reference)',
  ])
})

it('a file that lowlayer wrote is valued on the outputs of the classes that data.classes takes', async () => {
  writeFileSync(join(folder, 'own.onnx'), exportOnnx(graph, parameters))
  const valuesWith = async (classes: readonly number[], entry: object) => {
    const study = await runDocument(
      {
        data: { source: 'npz', path: 'data.npz', inputs: 'x', labels: 'y', classes },
        networks: { files: [{ name: 'a', ...entry }] },
        analysis: { samples: { count: 4, testCount: 0 }, players: { count: 3 } },
      },
      { baseDir: folder, results: join(folder, 'own-classes') },
    )
    const { assumptions } = JSON.parse(readFileSync(fileOf(study, 'manifest.json'), 'utf8'))
    const told = assumptions.filter((line: string) => line.includes('which lowlayer wrote'))
    return { ...(await valuesOfNetwork(study, 'a')), told }
  }
  const expectSame = (one: readonly Float64Array[], other: readonly Float64Array[]) => {
    for (const [row, table] of one.entries())
      for (const [at, value] of table.entries()) expect(value).toBeCloseTo(other[row][at], 4)
  }
  // Two of three: by their numbers, as in a file of another tool.
  const some = await valuesWith([2, 0], { path: 'own.onnx' })
  expectSame(some.tables, (await valuesWith([2, 0], { path: 'dynamic.onnx' })).tables)
  expect(some.told).toEqual([])
  // As many as outputs: a network that was trained on these, as the study's own would be.
  const all = await valuesWith([2, 0, 1], { path: 'own.onnx' })
  const listed = { path: 'dynamic.onnx', classes: ['2', '0', '1'] }
  expectSame(all.tables, (await valuesWith([2, 0, 1], listed)).tables)
  expect(all.told).toHaveLength(1)
  expect((await valuesWith([0, 1, 2], { path: 'own.onnx' })).told).toEqual([])
})

it('a network is another one where classes of the same names have other numbers in their source', async () => {
  const net = layerBuilder({ kind: 'tabular', shape: [2], classes: 3 })
  const output = net.dense('head', net.x, 3)
  const table: Graph = { ...net.graph, output }
  const model = { architecture: 'test', graph: table, blocks: [], parameterCount: 0 }
  writeFileSync(
    join(folder, 'table.onnx'),
    encodeInference(
      table,
      initialize(model, () => 5),
    ),
  )
  const rows = Array.from(
    { length: 30 },
    (_, at) => `${at % 7},${at % 5},${at % 2 ? 'bee' : 'cat'}`,
  )
  writeFileSync(join(folder, 'two.csv'), ['a,b,label', ...rows, ''].join('\n'))
  writeFileSync(join(folder, 'three.csv'), ['a,b,label', ...rows, '1,2,ant', ''].join('\n'))
  const planned = async (path: string) => {
    const data = {
      source: 'csv',
      path,
      classes: ['bee', 'cat'],
      train: 20,
      test: 5,
      select: 'first',
    }
    const plan = await planOfDocument(
      {
        data: { ...data, standardize: false },
        networks: { files: [{ name: 'a', path: 'table.onnx' }] },
        analysis: { samples: { count: 4, testCount: 0 }, players: { count: 2 } },
      },
      { baseDir: folder, results: join(folder, 'numbered') },
    )
    return { id: plan.networks[0].id, fingerprint: plan.data.fingerprint }
  }
  const [two, three] = [await planned('two.csv'), await planned('three.csv')]
  expect(three.id).not.toBe(two.id)
})

describe('a network from elsewhere with one output', () => {
  beforeAll(() => {
    const x = { data: drawnInputs(), shape: [COUNT, 2, 8, 8] }
    const y = Int32Array.from({ length: COUNT }, (_, row) => row % 2)
    writeFileSync(join(folder, 'two.npz'), encodeNpz({ x, y }))
    const net = layerBuilder({ kind: 'image', shape: [2, 8, 8], classes: 2 })
    const logit = net.dense('head', net.flatten(net.x), 1)
    const { inputs, parameters: described, nodes } = net.graph
    const whole: Graph = { inputs, parameters: described, nodes, output: logit }
    const model = { architecture: 'test', graph: whole, blocks: [], parameterCount: 0 }
    const weights = initialize(model, () => 5)
    const encoded = (...last: readonly Node[]) =>
      encodeInference(
        { ...whole, nodes: [...nodes, ...last], output: last.at(-1)?.name ?? logit },
        weights,
      )
    const sigmoid: Node = { kind: 'activation', function: 'sigmoid', name: 'p', inputs: [logit] }
    const affine: Node = { kind: 'affine', factor: 0.98, offset: 0.01, name: 'q', inputs: ['p'] }
    const flat: Node = { kind: 'reshape', shape: [-1, 1], name: 'r', inputs: ['p'] }
    writeFileSync(join(folder, 'logit1.onnx'), encoded())
    writeFileSync(join(folder, 'sigmoid1.onnx'), encoded(sigmoid))
    writeFileSync(join(folder, 'reshaped1.onnx'), encoded(sigmoid, flat))
    writeFileSync(join(folder, 'shrunk1.onnx'), encoded(sigmoid, affine))
    writeFileSync(join(folder, 'fused1.onnx'), withFusedSigmoid(encoded(sigmoid)))
  })

  /** The results of one model, and what was said of it. */
  async function found(name: string, analysis: object = {}, results?: string) {
    const study = await run([name], { analysis, data: { path: 'two.npz' }, results })
    const { tables, samples } = await valuesOfNetwork(study, name)
    const { prediction, loss } = samples
    return {
      tables,
      prediction,
      loss,
      said: assumed(study).filter((line) => line.includes('.onnx')),
    }
  }

  it.each(['sigmoid1', 'reshaped1', 'fused1'])(
    'has of %s, which gives a probability, the values of its logit',
    async (name) => {
      const logit = await found('logit1')
      const sigmoid = await found(name)
      expect(new Set(logit.prediction)).toEqual(new Set([0, 1]))
      expect(sigmoid.prediction).toEqual(logit.prediction)
      for (const [row, table] of sigmoid.tables.entries()) {
        expect(sigmoid.loss[row]).toBeCloseTo(logit.loss[row], 5)
        for (const [coalition, value] of table.entries()) {
          expect(value).toBeCloseTo(logit.tables[row][coalition], 4)
        }
      }
      expect(logit.said).toEqual([expect.stringMatching(/logit1\.onnx has one output: its sign/)])
      expect(sigmoid.said[0]).toMatch(/gives probabilities: v is their log-odds/)
    },
  )

  it('is right on the samples whose probability is above one half', async () => {
    const samples = { ...small.samples, filter: 'correct' }
    const logit = await found('logit1', { samples })
    const sigmoid = await found('sigmoid1', { samples })
    expect(sigmoid.prediction).toEqual(logit.prediction)
    expect(new Set(sigmoid.prediction)).toEqual(new Set([0, 1]))
  })

  it('says where it is in doubt, and takes the remedy it names', async () => {
    const taken = await found('shrunk1')
    expect(taken.said[1]).toMatch(
      /shrunk1\.onnx .* between 0 and 1, .* no Sigmoid.* analysis\.output: prob-log-odds-v0/,
    )
    const told = await found('shrunk1', { output: 'prob-log-odds-v0' }, join(folder, 'told'))
    expect(told.said).toEqual([])
    expect(new Set(told.prediction)).toEqual(new Set([0, 1]))
    expect(told.tables).not.toEqual(taken.tables)
    expect((await found('fused1')).said[1]).toMatch(/fused1\.onnx .*analysis\.output: binary-v0/)
  })

  it('has no probabilities where it gives none', async () => {
    await expect(found('logit1', { output: 'prob-log-odds' })).rejects.toThrow(
      /logit1\.onnx: .* prob-log-odds .* use log-odds/,
    )
  })
})

describe('a network from elsewhere is refused', () => {
  it('where its file is missing, cut short or no ONNX at all, all of them at once', async () => {
    writeFileSync(join(folder, 'cut.onnx'), readFileSync(join(folder, 'dynamic.onnx')))
    truncateSync(join(folder, 'cut.onnx'), 300)
    writeFileSync(join(folder, 'text.onnx'), 'hello world')
    const reason = await reasonOf(run(['nothing', 'cut', 'text', 'dynamic']))
    expect(reason).toMatch(/network "nothing": path "nothing\.onnx" does not exist/)
    expect(reason).toMatch(/network "cut": .*cut\.onnx/)
    expect(reason).toMatch(/network "text": .*no ONNX model/)
    expect(reason).not.toMatch(/dynamic/)
  })

  it('where what its file says of inputs and outputs does not fit, all of them when it is planned', async () => {
    const image = ['batch', 2, 8, 8]
    const declared = (name: string, spec: Partial<GraphSpec>) =>
      writeFileSync(
        join(folder, `${name}.onnx`),
        onnxFile({
          inputs: { image },
          outputs: { y: ['batch', 3] },
          nodes: [['Identity', ['image'], ['y']]],
          ...spec,
        }),
      )
    declared('bytes', { types: { image: 'uint8' } })
    declared('doubles', { types: { y: 'float64' } })
    declared('larger', { inputs: { image: ['batch', 2, 9, 9] } })
    declared('unbatched', { inputs: { image: [2, 8, 8] } })
    declared('two', { inputs: { image, other: ['batch', 1] } })
    declared('few', { outputs: { y: ['batch', 2] } })
    declared('unclear', { outputs: { y: ['batch', 3], z: ['batch', 3] } })
    const names = ['bytes', 'doubles', 'larger', 'unbatched', 'two', 'few', 'unclear', 'dynamic']
    const planned = planOfDocument(documentOf(names), places())
    const reasons = (await reasonOf(planned)).split('\n')
    expect(reasons.map((line) => line.replace(/: \S*\.onnx: /, ' … '))).toEqual([
      expect.stringMatching(/^network "bytes" … "image" has type uint8; .*Export it in float32/),
      expect.stringMatching(/^network "doubles" … "y" has type float64; .*Export it in float32/),
      expect.stringMatching(/^network "larger" … input image \[\?, 2, 9, 9\] does not take/),
      expect.stringMatching(/^network "unbatched" … input image \[2, 8, 8\] has no batch axis/),
      expect.stringMatching(/^network "two" … the model has 2 inputs .*data\.held/),
      expect.stringMatching(/^network "few" … the output "y" has 2 values .* 3 classes/),
      expect.stringMatching(/^network "unclear" … which output .*output: NAME/),
    ])
  })

  it('with fewer outputs than classes, or outputs that are no numbers', async () => {
    const two: Node = {
      kind: 'reduction',
      name: 'one',
      operation: 'mean',
      axes: [1],
      keepAxes: true,
      inputs: [graph.output],
    }
    save('one', { ...graph, nodes: [...graph.nodes, two], output: 'one' })
    await expect(run(['one'])).rejects.toThrow(/1 values per sample, but the data have 3/)
    const root: Node = { kind: 'squareRoot', name: 'root', inputs: [graph.output] }
    save('root', { ...graph, nodes: [...graph.nodes, root], output: 'root' })
    await expect(run(['root'])).rejects.toThrow(
      /network "root": .*root\.onnx: the training loss is NaN, as outputs .* are not finite/,
    )
  })

  it('with an output that does not go with what is asked for', async () => {
    const probabilities = { analysis: { output: 'prob-log-odds' } }
    expect(await reasonOf(run(['softmax'], probabilities))).toBe('none')
    await expect(run(['softmax'], { analysis: { temperature: 2 } })).rejects.toThrow(
      /softmax\.onnx gives probabilities, .*temperature/,
    )
    await expect(run(['dynamic'], probabilities)).rejects.toThrow(
      /dynamic\.onnx: .* prob-log-odds .* use log-odds/,
    )
    await expect(run(['dynamic'], { analysis: { baseline: 'learned' } })).rejects.toThrow(
      /"learned" needs networks that lowlayer trained, and "dynamic" is from elsewhere/,
    )
  })
})

describe('a network from elsewhere on a folder of images', () => {
  let pictures: string
  beforeAll(() => {
    pictures = join(folder, 'pictures')
    for (const [label, name] of ['dark', 'light', 'middle'].entries()) {
      mkdirSync(join(pictures, name), { recursive: true })
      for (let picture = 0; picture < 8; picture++) {
        const png = new PNG({ width: 8, height: 8 })
        png.data.fill(80 * label + 5 * picture)
        writeFileSync(join(pictures, name, `${picture}.png`), PNG.sync.write(png))
      }
    }
  })
  const ofPictures = (model: string, keys: object = {}): Promise<RanStudy> => {
    const document = {
      data: { source: 'images', path: 'pictures' },
      networks: { files: [{ name: model, path: `${model}.onnx`, ...keys }] },
      analysis: { samples: { count: 6, testCount: 3 }, players: { count: 4 } },
    }
    return runDocument(document, places())
  }
  it('asks for the order of a row of colours, which files of pictures do not tell', async () => {
    const net = layerBuilder({ kind: 'tabular', shape: [192], classes: 3 })
    const output = net.dense('head', net.x, 3)
    const { inputs, parameters: described, nodes } = net.graph
    const whole = { inputs, parameters: described, nodes, output }
    const model = { architecture: 'test', graph: whole, blocks: [], parameterCount: 0 }
    const bytes = encodeInference(
      whole,
      initialize(model, () => 5),
    )
    writeFileSync(join(folder, 'row-of-colours.onnx'), bytes)
    await expect(ofPictures('row-of-colours')).rejects.toThrow(
      /say layout \(analyze: --layout\) nchw .* or nhwc/,
    )
    expect(await reasonOf(ofPictures('row-of-colours', { layout: 'nhwc' }))).toBe('none')
  })

  const modelOf = (name: string, channels: number) => {
    const net = layerBuilder({ kind: 'image', shape: [channels, 8, 8], classes: 3 })
    const output = net.dense('head', net.flatten(net.x), 3)
    const { inputs, parameters: described, nodes } = net.graph
    const whole = { inputs, parameters: described, nodes, output }
    const model = { architecture: 'test', graph: whole, blocks: [], parameterCount: 0 }
    const weights = initialize(model, () => 5)
    writeFileSync(join(folder, `${name}.onnx`), encodeInference(whole, weights))
  }

  it('speaks of grey only where that would help', async () => {
    modelOf('colour', 3)
    modelOf('grey', 1)
    modelOf('two', 2)
    expect(await reasonOf(ofPictures('colour'))).toBe('none')
    expect(await reasonOf(ofPictures('grey'))).toMatch(/does not take .*data\.channels: 1 reads/)
    const two = await reasonOf(ofPictures('two'))
    expect(two).toMatch(/two\.onnx: .* does not take these samples/)
    const output = await reasonOf(ofPictures('colour', { output: 'z' }))
    expect(output).toMatch(/colour\.onnx: there is no output "z"/)
    expect(two + output).not.toMatch(/grey/)
  })
})
