/** Networks masked at an inner layer: the same whether lowlayer knows the network or reads its file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnalysisConfig } from '../../config/analysis.js'
import { stream } from '../../core/random.js'
import { sizeOf } from '../../core/tensor.js'
import type { Dataset, Samples } from '../../data/types.js'
import { exportOnnx } from '../../engine/onnx/checkpoint.js'
import { createOnnxEngine } from '../../engine/onnx/engine.js'
import { openForeignModel } from '../../engine/onnx/foreign.js'
import type { Engine } from '../../engine/types.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import { parseConfig } from '../../testing/parseConfig.js'
import { chooseBaseline } from '../baseline/configureBaseline.js'
import { studyMasking } from '../configure.js'
import { layerValue } from '../evaluation/layerValue.js'
import { placePlayers } from '../players/configurePlayers.js'
import { createForeignEvaluator, foreignClassifier } from './foreignEvaluator.js'
import { foreignOutput } from './foreignOutputs.js'
import { momentsAt } from './maskedPlace.js'

let folder: string
let engine: Engine
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-layer-'))
  engine = await createOnnxEngine('cpu')
})
afterAll(() => rmSync(folder, { recursive: true }))

const classes = ['0', '1', '2']

/** Random images with labels in turn. */
function imagesOf(shape: readonly number[], count: number): Dataset {
  const draws = stream(11, 'images').at()
  const split = (first: number, rows: number): Samples => {
    const labels = Int32Array.from({ length: rows }, (_, row) => row % classes.length)
    return {
      count: rows,
      inputs: Float32Array.from({ length: rows * sizeOf(shape) }, () => draws.normal()),
      labels,
      trueLabels: labels,
      ids: Int32Array.from({ length: rows }, (_, row) => first + row),
    }
  }
  return {
    kind: 'image',
    shape,
    classes,
    train: split(0, count),
    test: split(count, 4),
    fingerprint: 'f00d',
    assumptions: [],
  } as unknown as Dataset
}

function analysisOf(text: string): AnalysisConfig {
  const config = `data: { source: npz, path: any }\nmodel: { architecture: lenet }\nanalysis: { ${text} }`
  return parseConfig(config, 'a.yaml').analysis
}

const noFile = (file: string): string => {
  throw new Error(`no file ${file} is read`)
}

describe.each([
  ['lenet', [1, 28, 28], 'conv1', 'players: { layout: layer, layer: conv1, count: 6 }'],
  [
    'lenet',
    [1, 28, 28],
    'conv1',
    'players: { layout: layer, layer: conv1, layerGrid: grid5x4, margin: 1, count: 6, select: centre }, baseline: zero',
  ],
  [
    'resnet20',
    [3, 32, 32],
    'block7',
    'players: { layout: layer, layer: block7, margin: 1, count: 4, layerGrid: grid4x4 }, output: logit',
  ],
  [
    'resnet20',
    [3, 32, 32],
    'block5',
    'players: { layout: layer, layer: block5, count: 5, select: random, seed: 4 }, baseline: { damp: 0.25 }',
  ],
] as const)('%s of %j masked at %s (%s)', (architecture, shape, layer, text) => {
  it('has the values of its own file masked at the same tensor', async () => {
    const analysis = analysisOf(text)
    const data = imagesOf(shape, 70)
    const model = buildModel({ architecture }, { kind: 'image', shape, classes: classes.length })
    const parameters = initialize(model, () => 5)
    const samples = [0, 3, 69].map((row) => ({
      id: row,
      label: data.train.labels[row],
      input: data.train.inputs.subarray(row * sizeOf(shape), (row + 1) * sizeOf(shape)),
    }))
    const own = await studyMasking(analysis, data, noFile).evaluator({
      engine,
      graph: model.graph,
      parameters,
    })

    const file = join(folder, `${architecture}.onnx`)
    writeFileSync(file, exportOnnx(model.graph, parameters))
    const foreign = await openForeignModel(file, 'cpu')
    const probe = data.train.inputs.subarray(0, 8 * sizeOf(shape))
    const at = layerValue(model.graph, layer)
    const wishes = { layer: { name: at, layout: 'nchw' as const } }
    const classifier = await foreignClassifier(foreign, data, classes.length, probe, wishes)
    const placed = placePlayers(analysis.players, data, noFile)
    const moments = () => momentsAt(classifier, data.train.inputs, data.train.count)
    const baseline = await chooseBaseline(analysis.baseline, classifier.shape, moments, noFile)
    const said: string[] = []
    const evaluator = createForeignEvaluator(engine, classifier, placed.n, {
      players: placed.players,
      baseline,
      output: foreignOutput(analysis, { file, ...classifier }, (line) => said.push(line)),
      assume: (line) => said.push(line),
    })
    expect(said).toEqual([])
    expect(classifier.remarks).toEqual([
      expect.stringContaining(`is masked at "${at}" [${classifier.shape.join(', ')}]`),
    ])
    for (const sample of samples) {
      const expected = await own.evaluate(sample)
      const found = await evaluator.evaluate(sample)
      const scale = Math.max(...expected.values.map(Math.abs))
      expect(scale).toBeGreaterThan(0)
      for (const [coalition, value] of found.values.entries()) {
        expect(Math.abs(value - expected.values[coalition]) / scale).toBeLessThan(1e-5)
      }
      expect(found.prediction).toBe(expected.prediction)
      expect(found.loss).toBeCloseTo(expected.loss, 5)
    }
    await own.dispose()
    await foreign.dispose()
  })
})
