/** Whether a device computes the networks of a study as the CPU does, and how fast. */

import { EnvironmentError } from '../../core/errors.js'
import type { Tensors } from '../../core/tensor.js'
import { oneBatch, repeated } from '../../engine/batches.js'
import { drawnInput } from '../../engine/parity.js'
import { createEngine } from '../../engine/registry.js'
import type { DeviceName, Engine } from '../../engine/types.js'
import type { Graph } from '../../graph/types.js'
import { buildModel } from '../../models/build.js'
import { initialize } from '../../models/initialize.js'
import type { Plan, TrainedSpec } from '../../plan/types.js'
import { medianMilliseconds } from './medianTime.js'

/** Runs timed on each side, after one that warms up. */
const TIMED = 3
/** Steps of a timed training: weights cross to the device and back once in so many. */
const STEPS = 8
/** Inputs that a timed prediction holds. */
const PREDICTED = 256

/** What a device was found to do. */
interface DeviceTrial {
  /** Work a second over that of one CPU core: the least over the study's networks, training and prediction. */
  readonly speed: number
}

/**
 * Trains and runs every different network of a study for a few steps on a device and on the CPU;
 * undefined when the device is not there. Throws EnvironmentError when it computes a network wrongly.
 */
export async function tryDevice(plan: Plan, device: DeviceName): Promise<DeviceTrial | undefined> {
  const engine = await createEngine('onnx', device).catch((error: unknown) => {
    if (error instanceof EnvironmentError) return undefined
    throw error
  })
  if (engine === undefined) return undefined
  const cpu = await createEngine('onnx', 'cpu')
  let speed = Number.POSITIVE_INFINITY
  for (const spec of differentNetworks(plan)) {
    for (const time of [trainingTime, predictionTime]) {
      const ratio = (await time(cpu, spec, plan)) / (await time(engine, spec, plan))
      speed = Math.min(speed, ratio)
    }
  }
  return { speed }
}

/** One network of each model and batch size: weights do not change what a device can do. */
function differentNetworks(plan: Plan): readonly TrainedSpec[] {
  const specs = plan.networks.flatMap((network): [string, TrainedSpec][] => {
    if (network.origin === 'given') return []
    const { spec } = network
    return [[JSON.stringify([spec.model, spec.batchSize, spec.training.optimizer]), spec]]
  })
  return [...new Map(specs).values()]
}

/** Median milliseconds of a few training steps in a row. */
async function trainingTime(engine: Engine, spec: TrainedSpec, plan: Plan): Promise<number> {
  const { graph, parameters } = freshNetwork(spec, plan)
  const { batchSize, training } = spec
  const recipe = { ...training, batchSize, frozenBlocks: [], dropoutSeed: 0 }
  const trainer = await engine.createTrainer(graph, recipe, { step: 0, parameters, slots: {} })
  const inputs = Float32Array.from(drawnInput(graph.inputs[0], batchSize).data)
  const labels = Int32Array.from({ length: batchSize }, (_, row) => row % 2)
  try {
    return await medianMilliseconds(TIMED, () =>
      trainer.steps(repeated(oneBatch(inputs, labels, 0), STEPS)),
    )
  } finally {
    await trainer.dispose()
  }
}

/** Median milliseconds of a prediction. */
async function predictionTime(engine: Engine, spec: TrainedSpec, plan: Plan): Promise<number> {
  const { graph, parameters } = freshNetwork(spec, plan)
  const predictor = await engine.createPredictor(graph, parameters)
  const feeds = Object.fromEntries(
    graph.inputs.map((input) => [input.name, drawnInput(input, PREDICTED)]),
  )
  try {
    return await medianMilliseconds(TIMED, () => predictor.run(feeds))
  } finally {
    await predictor.dispose()
  }
}

function freshNetwork(spec: TrainedSpec, plan: Plan): { graph: Graph; parameters: Tensors } {
  const model = buildModel(spec.model, plan.data)
  return { graph: model.graph, parameters: initialize(model, (block) => spec.initSeeds[block]) }
}
