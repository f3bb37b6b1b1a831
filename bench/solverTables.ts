/** Value tables to measure solvers on: a LeNet trained on 2,000 digits, a tenth of them mislabelled. */
import { resolve } from 'node:path'
import { analysisSection } from '../src/config/analysis.js'
import { dataSection } from '../src/config/data.js'
import { sizeOf } from '../src/core/tensor.js'
import { loadDataset } from '../src/data/load.js'
import type { Dataset } from '../src/data/types.js'
import { createEngine } from '../src/engine/registry.js'
import type { Engine } from '../src/engine/types.js'
import { studyMasking } from '../src/masking/configure.js'
import { buildModel } from '../src/models/build.js'
import { initialize } from '../src/models/initialize.js'
import { batchOrder } from '../src/training/batches.js'
import { trainLoop } from '../src/training/loop.js'

const BATCH = 128
const STEPS = 1600
const LEARNING_RATE = 0.03

/** Makes tables of any number of players from one trained network. */
export interface TableMaker {
  /** Tables of the first samples, shape [2^n] each. */
  tables(n: number, count: number): Promise<Float64Array[]>
}

/** Trains the network. `folder` holds MNIST's four IDX files. */
export async function trainedLenet(folder: string): Promise<TableMaker> {
  const section = {
    source: 'mnist',
    path: resolve(folder),
    train: 2000,
    test: 500,
    labelNoise: 0.1,
  }
  const data = dataSection.parse(section)
  const dataset = await loadDataset(data, { baseDir: '.', dataDirs: [] })
  const model = buildModel(
    { architecture: 'lenet' },
    { kind: 'image', shape: dataset.shape, classes: 10 },
  )
  const engine = await createEngine('onnx', 'cpu')
  const parameters = await train(engine, model, dataset)
  return {
    async tables(n, count) {
      const analysis = analysisSection.parse({ players: { count: n } })
      const masking = studyMasking(analysis, dataset, (file) => file)
      const evaluator = await masking.evaluator({ engine, graph: model.graph, parameters })
      const { inputs, labels } = dataset.train
      const size = sizeOf(dataset.shape)
      const made: Float64Array[] = []
      for (let row = 0; row < count; row++) {
        const input = inputs.subarray(row * size, (row + 1) * size)
        made.push((await evaluator.evaluate({ id: row, input, label: labels[row] })).values)
      }
      await evaluator.dispose()
      return made
    },
  }
}

async function train(engine: Engine, model: ReturnType<typeof buildModel>, dataset: Dataset) {
  const trainer = await engine.createTrainer(
    model.graph,
    {
      batchSize: BATCH,
      optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 },
      labelSmoothing: 0,
      frozenBlocks: [],
      dropoutSeed: 0,
    },
    { step: 0, parameters: initialize(model, () => 0), slots: {} },
  )
  let loss = 0
  await trainLoop({
    trainer,
    dataset,
    batchOf: batchOrder(0, dataset.train.count, BATCH),
    learningRateAt: () => LEARNING_RATE,
    firstStep: 0,
    totalSteps: STEPS,
    stops: [],
    saveEvery: Infinity,
    signal: new AbortController().signal,
    hooks: {
      atStop: async () => false,
      save: async () => undefined,
      progress: (_, last) => {
        loss = last
      },
    },
  })
  console.log(
    `LeNet on 2,000 digits, 10% wrong labels, ${STEPS} steps: last loss ${loss.toFixed(4)}`,
  )
  const { parameters } = await trainer.state()
  await trainer.dispose()
  return parameters
}
