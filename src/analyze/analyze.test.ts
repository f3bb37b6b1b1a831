import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configOf } from '../config/load.js'
import { stream } from '../core/random.js'
import type { Tensors } from '../core/tensor.js'
import { createOnnxEngine } from '../engine/onnx/engine.js'
import { openForeignModel } from '../engine/onnx/foreign.js'
import { dataTypes, decodeModel, encodeModel } from '../engine/onnx/format.js'
import { encodeInference } from '../engine/onnx/model.js'
import { encodeNpz } from '../formats/npz.js'
import type { Graph, Node } from '../graph/types.js'
import { decompose } from '../interactions/decompose.js'
import { constantsBaseline } from '../masking/baseline/baselines.js'
import { createMaskedEvaluator } from '../masking/evaluation/evaluate.js'
import { parseOutput } from '../masking/evaluation/output.js'
import type { ForeignWishes } from '../masking/foreign/foreignEvaluator.js'
import { initialize } from '../models/initialize.js'
import { layerBuilder } from '../models/layers.js'
import { soleLease } from '../testing/soleLease.js'
import { analyze } from './analyze.js'
import { dataFromOption } from './dataOption.js'
import { removeAllPartials, writeAnalysis } from './tables.js'
import type { AnalyzeRequest, ModelAnalysis } from './types.js'

let folder: string
let graph: Graph
let parameters: Tensors
const COUNT = 40

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-analyze-'))
  const net = layerBuilder({ kind: 'image', shape: [2, 8, 8], classes: 3 })
  const top = net.activation('relu', net.convolution('conv', net.x, 4, { kernel: 3 }))
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

function request(
  models: readonly string[],
  overrides: readonly string[] = [],
  file = 'data.npz',
): AnalyzeRequest {
  const data = dataFromOption(join(folder, file))
  const small = [
    'analysis.samples.count=6',
    'analysis.samples.testCount=3',
    'analysis.players.n=4',
    'analysis.baseline=zero',
    ...overrides,
  ]
  return {
    version: 'test',
    models: models.map((name) => join(folder, `${name}.onnx`)),
    config: configOf({ data, model: { architecture: 'mlp-5' } }, 'test', small),
    context: { baseDir: folder, dataDirs: [] },
    out: join(folder, 'out'),
    lease: soleLease(join(folder, 'out')),
    wishes: {},
    preprocessing: undefined,
    decompose: async (tables, options) => tables.map((table) => decompose(table, options)),
    report: () => {},
    assume: () => {},
    notice: () => {},
  }
}

/** The value tables that an analysis has found, one a sample. */
async function valuesOf({ openValues }: ModelAnalysis): Promise<Float64Array[]> {
  const partial = await openValues()
  const tables: Float64Array[] = []
  for await (const { values } of partial.rows()) tables.push(values)
  await partial.close()
  return tables
}

describe('analyze', () => {
  it('gives the values that our own evaluation of the same network gives', async () => {
    const { models, data, players } = await analyze(request(['dynamic']))
    const [{ values }] = models[0].analysis.checkpoints
    const [found] = await valuesOf(models[0])
    const engine = await createOnnxEngine('cpu')
    const baseline = constantsBaseline([2, 8, 8], [0, 0], 'test')
    const evaluator = await createMaskedEvaluator(engine, graph, parameters, 4, {
      at: 'x',
      players: (sample) => players.players(sample, [2, 8, 8]),
      baseline,
      output: parseOutput('log-odds-v0'),
    })
    const row = data.train.ids.indexOf(values.sample[0])
    const input = data.train.inputs.subarray(row * 128, (row + 1) * 128)
    const own = await evaluator.evaluate({ id: 0, input, label: values.givenLabel[0] })
    await evaluator.dispose()
    for (const [coalition, value] of own.values.entries()) {
      expect(found[coalition]).toBeCloseTo(value, 5)
    }
    expect(values.prediction[0]).toBe(own.prediction)
  })

  it('finds the same whatever the layout, the batch, or a softmax at the end', async () => {
    const notices: string[] = []
    const names = ['dynamic', 'fixed', 'nhwc', 'softmax']
    const asked = { ...request(names), assume: (message: string) => notices.push(message) }
    const { models } = await analyze(asked)
    const [first, ...others] = await Promise.all(models.map(valuesOf))
    for (const tables of others) {
      for (const [row, table] of tables.entries()) {
        for (const [coalition, value] of table.entries()) {
          expect(value).toBeCloseTo(first[row][coalition], 4)
        }
      }
    }
    expect(notices).toEqual([
      expect.stringMatching(/x is read as images of 8×8 pixels with 2 channels, channels first/),
      expect.stringMatching(/12 samples are held out/),
      expect.stringMatching(/models are fed values from -3\.316 to 3\.349, mean 0\.01331 \(by/),
      expect.stringMatching(/chosen by variance over 28 training samples/),
      expect.stringMatching(/softmax\.onnx gives probabilities/),
    ])
  })

  it('gives a model of rows the pixels in the order of their file', async () => {
    save('rows', ofRows(graph))
    const x = drawnInputs()
    const last = x.map((_, index) => {
      const [start, cell] = [index - (index % 128), index % 128]
      return x[start + (cell % 2) * 64 + Math.floor(cell / 2)]
    })
    const y = Int32Array.from({ length: COUNT }, (_, row) => row % 3)
    const images = { data: last, shape: [COUNT, 8, 8, 2] }
    writeFileSync(join(folder, 'last.npz'), encodeNpz({ x: images, y }))
    const asked = request(['rows'])
    const ofLast = (layout: 'nchw' | 'nhwc'): AnalyzeRequest => {
      const data = { source: 'npz', path: join(folder, 'last.npz'), inputs: 'x', labels: 'y' }
      const rest = { layout, standardize: false }
      const small = ['analysis.samples.count=6', 'analysis.samples.testCount=3']
      const more = ['analysis.players.n=4', 'analysis.baseline=zero']
      const document = { data: { ...data, ...rest }, model: { architecture: 'mlp-5' } }
      return { ...asked, config: configOf(document, 'test', [...small, ...more]) }
    }
    const said: string[] = []
    const assume = (message: string) => said.push(message)
    const { models, data } = await analyze({ ...ofLast('nhwc'), assume })
    const found = await valuesOf(models[0])
    expect(said).toContainEqual(
      expect.stringMatching(/rows\.onnx: .* row of 128 values, pixel after/),
    )
    const first = await analyze(request(['dynamic']))
    expect(data.fingerprint).toBe(first.data.fingerprint)
    const expected = await valuesOf(first.models[0])
    for (const [row, table] of found.entries()) {
      for (const [coalition, value] of table.entries()) {
        expect(value).toBeCloseTo(expected[row][coalition], 4)
      }
    }
    // Equal data in another order of the axes, whose rows are others, is another evaluation.
    const other = await analyze(request(['rows']))
    expect(other.data.fingerprint).toBe(data.fingerprint)
    expect((await valuesOf(other.models[0]))[0][15]).not.toBeCloseTo(found[0][15], 3)
  })

  it('writes tables for a model that gives a label the probability 0, where v is clamped', async () => {
    const sure = { ...parameters, 'head.weight': scaled(parameters['head.weight'], 1000) }
    writeFileSync(join(folder, 'sure.onnx'), encodeInference(withSoftmax(graph), sure))
    const asked = { ...request(['sure'], ['analysis.clamp=1e-7']), out: join(folder, 'sure') }
    const result = await analyze(asked)
    await writeAnalysis(asked, result)
    const { loss } = result.models[0].analysis.checkpoints[0].values
    const [header, ...rows] = readFileSync(join(asked.out, 'samples.csv'), 'utf8')
      .trimEnd()
      .split('\n')
    const written = rows.map((row) => Number(row.split(',')[header.split(',').indexOf('loss')]))
    expect(written).toHaveLength(6)
    expect(Math.max(...written)).toBe(Math.max(...loss.subarray(0, 6)))
    expect(Math.max(...written)).toBeCloseTo(149 * Math.LN2, 9)
  })

  /** A run that ends after a number of samples. */
  const stopAfter = (samples: number) => (_note: string, done: number) => {
    if (done === samples) throw new Error('stopped')
  }

  it('goes on where it was stopped', async () => {
    const notices: string[] = []
    const notice = (message: string) => notices.push(message)
    const stopped = { ...request(['dynamic']), out: join(folder, 'stopped'), notice }
    await expect(analyze({ ...stopped, report: stopAfter(4) })).rejects.toThrow('stopped')
    const [resumed] = (await analyze(stopped)).models
    expect(notices).toEqual(['dynamic: 4 of 9 samples are there already'])
    const [whole] = (await analyze({ ...stopped, out: join(folder, 'whole') })).models
    const tables = await valuesOf(whole)
    expect(tables).toHaveLength(9)
    expect(await valuesOf(resumed)).toEqual(tables)
  })

  const other = (overrides: readonly string[]) => () => request(['dynamic'], overrides)
  it.each<[string, () => AnalyzeRequest]>([
    ['players', other(['analysis.players.select=centre'])],
    ['a baseline', other(['analysis.baseline=mean'])],
    ['an output', other(['analysis.output=logit'])],
    ['a temperature', other(['analysis.temperature=2'])],
    ['samples', other(['analysis.samples.seed=9'])],
    [
      'data',
      () => {
        const asked = request(['dynamic'])
        const { config } = asked
        return { ...asked, config: { ...config, data: { ...config.data, labelNoise: 0.5 } } }
      },
    ],
    ['preprocessing', () => ({ ...request(['dynamic']), preprocessing: { mean: [1], std: [2] } })],
    ['an input', () => ({ ...request(['dynamic']), wishes: { input: 'x' } })],
    ['a version', () => ({ ...request(['dynamic']), version: 'next' })],
  ])('begins anew when %s are asked for that the stopped run had not', async (_what, changed) => {
    const out = mkdtempSync(join(folder, 'changed-'))
    await expect(analyze({ ...request(['dynamic']), out, report: stopAfter(4) })).rejects.toThrow(
      'stopped',
    )
    const notices: string[] = []
    const notice = (message: string) => notices.push(message)
    const [found] = (await analyze({ ...changed(), out, notice })).models
    expect(notices.filter((message) => message.includes('already'))).toEqual([])
    const fresh = mkdtempSync(join(folder, 'fresh-'))
    const [expected] = (await analyze({ ...changed(), out: fresh })).models
    expect(await valuesOf(found)).toEqual(await valuesOf(expected))
  })

  it('keeps nothing but the results when they are written', async () => {
    const asked = { ...request(['dynamic']), out: join(folder, 'finished') }
    const result = await analyze(asked)
    await writeAnalysis(asked, result)
    await removeAllPartials(asked, result)
    const [{ analysis }] = result.models
    expect(readdirSync(join(asked.out, 'values'))).toEqual([`${analysis.network.id}.npz`])
  })

  it('tells models apart by weights that are kept beside them', async () => {
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
    const [a, b, again] = await Promise.all(
      [1, 2, 1].map((seed) => openForeignModel(kept(seed), 'cpu')),
    )
    expect(a.id).not.toBe(b.id)
    expect(a.id).toBe(again.id)
    for (const model of [a, b, again]) await model.dispose()
  })

  it('writes tables in which several models are compared', async () => {
    const asked = request(
      ['dynamic', 'nhwc'],
      [
        'analysis.samples.filter=common-correct',
        'analysis.samples.count=3',
        'analysis.samples.testCount=0',
      ],
    )
    await writeAnalysis(asked, await analyze(asked))
    const lines = (name: string) =>
      readFileSync(join(asked.out, name), 'utf8').trimEnd().split('\n')
    expect(lines('samples.csv')).toHaveLength(1 + 2 * 3)
    expect(lines('overlaps.csv')).toHaveLength(2)
    expect(lines('overlaps.csv')[1]).toMatch(/other-model/)
    expect(
      lines('samples.csv')
        .slice(1)
        .every((line) => line.includes(',true,')),
    ).toBe(true)
    const manifest = JSON.parse(readFileSync(join(asked.out, 'manifest.json'), 'utf8'))
    expect(manifest.complete).toBe(true)
  })
})

describe('analyze of a model with one output', () => {
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

  /** The results of one model, and what was said meanwhile. */
  async function analyzed(name: string, ...overrides: readonly string[]) {
    const notices: string[] = []
    const notice = (message: string) => {
      if (message.includes('.onnx')) notices.push(message)
    }
    const out = mkdtempSync(join(folder, 'one-'))
    const asked = { ...request([name], overrides, 'two.npz'), out, assume: notice }
    const [found] = (await analyze(asked)).models
    const { prediction, loss } = found.analysis.checkpoints[0].values
    return { tables: await valuesOf(found), prediction, loss, notices }
  }

  it.each(['sigmoid1', 'reshaped1', 'fused1'])(
    'finds of %s, which gives a probability, what it finds of its logit',
    async (name) => {
      const logit = await analyzed('logit1')
      const sigmoid = await analyzed(name)
      expect(new Set(logit.prediction)).toEqual(new Set([0, 1]))
      expect(sigmoid.prediction).toEqual(logit.prediction)
      for (const [row, table] of sigmoid.tables.entries()) {
        expect(sigmoid.loss[row]).toBeCloseTo(logit.loss[row], 5)
        for (const [coalition, value] of table.entries()) {
          expect(value).toBeCloseTo(logit.tables[row][coalition], 4)
        }
      }
      expect(logit.notices).toEqual([
        expect.stringMatching(/logit1\.onnx has one output: its sign/),
      ])
      expect(sigmoid.notices[0]).toMatch(/gives probabilities: v is their log-odds/)
    },
  )

  it('takes the samples that are predicted right by a probability of one half', async () => {
    const filter = 'analysis.samples.filter=correct'
    const logit = await analyzed('logit1', filter)
    const sigmoid = await analyzed('sigmoid1', filter)
    expect(sigmoid.prediction).toEqual(logit.prediction)
    expect(new Set(sigmoid.prediction)).toEqual(new Set([0, 1]))
  })

  it('says where it is in doubt, and takes the remedy it names', async () => {
    const taken = await analyzed('shrunk1')
    expect(taken.notices[1]).toMatch(
      /shrunk1\.onnx .* between 0 and 1, .* no Sigmoid.* --set analysis\.output=prob-log-odds-v0/,
    )
    const told = await analyzed('shrunk1', 'analysis.output=prob-log-odds-v0')
    expect(told.notices).toEqual([])
    expect(new Set(told.prediction)).toEqual(new Set([0, 1]))
    expect(told.tables).not.toEqual(taken.tables)

    const guessed = await analyzed('fused1')
    expect(guessed.notices[1]).toMatch(/fused1\.onnx .*--set analysis\.output=binary-v0/)
  })

  it('refuses probabilities of a model that gives none', async () => {
    await expect(analyzed('logit1', 'analysis.output=prob-log-odds')).rejects.toThrow(
      /logit1\.onnx: .* prob-log-odds .* use log-odds/,
    )
  })
})

describe('analyze refuses', () => {
  it('a model that is missing, cut short or no ONNX at all', async () => {
    await expect(analyze(request(['nothing']))).rejects.toThrow(/nothing\.onnx: no such file/)
    writeFileSync(join(folder, 'cut.onnx'), readFileSync(join(folder, 'dynamic.onnx')))
    truncateSync(join(folder, 'cut.onnx'), 300)
    await expect(analyze(request(['cut']))).rejects.toThrow(/cut\.onnx/)
    writeFileSync(join(folder, 'text.onnx'), 'hello world')
    await expect(analyze(request(['text']))).rejects.toThrow(/no ONNX model/)
  })

  it('fewer outputs than classes, inner layers, outputs that are no numbers, and filters that differ by model', async () => {
    const two: Node = {
      kind: 'reduction',
      name: 'one',
      operation: 'mean',
      axes: [1],
      keepAxes: true,
      inputs: [graph.output],
    }
    save('one', { ...graph, nodes: [...graph.nodes, two], output: 'one' })
    await expect(analyze(request(['one']))).rejects.toThrow(
      /1 values a sample, but the data have 3/,
    )
    const layer = ['analysis.players.layout=layer', 'analysis.players.layer=conv']
    await expect(analyze(request(['dynamic'], layer))).rejects.toThrow(
      /whose layers lowlayer knows/,
    )
    const root: Node = { kind: 'squareRoot', name: 'root', inputs: [graph.output] }
    save('root', { ...graph, nodes: [...graph.nodes, root], output: 'root' })
    await expect(analyze(request(['dynamic', 'root']))).rejects.toThrow(
      /root\.onnx: the output of sample \d+ for coalition .* is NaN/,
    )
    const probabilities = ['analysis.output=prob-log-odds']
    await expect(analyze(request(['softmax'], probabilities))).resolves.toBeDefined()
    await expect(analyze(request(['softmax'], ['analysis.temperature=2']))).rejects.toThrow(
      /softmax\.onnx gives probabilities, .*temperature/,
    )
    await expect(analyze(request(['dynamic'], probabilities))).rejects.toThrow(
      /dynamic\.onnx: .* prob-log-odds .* use log-odds/,
    )
    const filter = ['analysis.samples.filter=correct']
    await expect(analyze(request(['dynamic', 'nhwc'], filter))).rejects.toThrow(/common-correct/)
  })
})

describe('analyze of a folder of images', () => {
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
  const ofPictures = (model: string, wishes: ForeignWishes = {}): AnalyzeRequest => {
    const asked = request([model])
    const data = { source: 'images', path: pictures }
    const small = [
      'analysis.samples.count=6',
      'analysis.samples.testCount=3',
      'analysis.players.n=4',
    ]
    return {
      ...asked,
      wishes,
      config: configOf({ data, model: { architecture: 'mlp-5' } }, 'test', small),
    }
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
    await expect(analyze(ofPictures('row-of-colours'))).rejects.toThrow(
      /say --layout nchw .* or nhwc/,
    )
    const { models } = await analyze(ofPictures('row-of-colours', { layout: 'nhwc' }))
    expect(models).toHaveLength(1)
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
    const reasonOf = (asked: AnalyzeRequest) =>
      analyze(asked).then(
        () => 'none',
        (error: Error) => error.message,
      )
    expect(await reasonOf(ofPictures('colour'))).toBe('none')
    expect(await reasonOf(ofPictures('grey'))).toMatch(/does not take .*data\.channels=1 reads/)
    const two = await reasonOf(ofPictures('two'))
    expect(two).toMatch(/two\.onnx: .* does not take these samples/)
    const output = await reasonOf(ofPictures('colour', { output: 'z' }))
    expect(output).toMatch(/colour\.onnx: there is no output "z"/)
    expect(two + output).not.toMatch(/grey/)
  })
})

describe('dataFromOption', () => {
  it('tells files, folders and names apart', () => {
    expect(dataFromOption(join(folder, 'data.npz'))).toMatchObject({
      source: 'npz',
      inputs: 'x',
      labels: 'y',
    })
    const images = (name: string, shape: readonly number[]) => {
      const size = shape.reduce((product, extent) => product * extent, 1)
      const x = { data: new Float32Array(size), shape }
      writeFileSync(join(folder, name), encodeNpz({ x, y: new Int32Array(shape[0]) }))
      return dataFromOption(join(folder, name))
    }
    expect(images('last.npz', [2, 8, 9, 3])).toMatchObject({ layout: 'nhwc' })
    expect(images('grey.npz', [2, 8, 9, 1])).toMatchObject({ layout: 'nhwc' })
    expect(images('rgba.npz', [2, 8, 9, 4])).toMatchObject({ layout: 'nhwc' })
    expect(images('alpha-first.npz', [2, 4, 9, 4])).not.toHaveProperty('layout')
    expect(images('first.npz', [2, 3, 8, 9])).not.toHaveProperty('layout')
    expect(images('unclear.npz', [2, 1, 9, 3])).not.toHaveProperty('layout')
    expect(dataFromOption('mnist')).toMatchObject({ source: 'mnist', standardize: false })
    expect(() => dataFromOption('nowhere')).toThrow(/no such file or folder/)
    expect(() => dataFromOption(join(folder, 'data.npz'), 'z')).toThrow(/--labels z/)
    expect(() => dataFromOption(join(folder, 'dynamic.onnx'))).toThrow(/\.npz and \.csv files/)
  })
})
