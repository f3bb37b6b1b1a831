import type { Tensors } from '../../core/tensor.js'
import type { Graph } from '../../graph/types.js'
import { PARITY_LIMIT, predictionError, requireParity, trainingError } from '../parity.js'
import { checkParameters } from '../state.js'
import type {
  DeviceName,
  Engine,
  Predictor,
  Trainer,
  TrainingRecipe,
  TrainState,
} from '../types.js'
import { requireDevice } from './devices.js'
import { createOnnxPredictor } from './predictor.js'
import { loadOrt } from './session.js'
import { createOnnxTrainer } from './trainer.js'

/** Batches that a device is tried on: it is refused when it is wrong on all of them. */
const PARITY_BATCHES = 3

/**
 * ONNX Runtime on a device. A device other than the CPU is compared with the CPU on every graph
 * before it runs it, and refused with the figure when they differ. Throws EnvironmentError when the
 * device is missing.
 */
export async function createOnnxEngine(device: DeviceName): Promise<Engine> {
  const ort = await loadOrt()
  if (device !== 'cpu') await requireDevice(device)
  return {
    name: 'onnx',
    device,
    versions: { 'onnxruntime-node': ort.env.versions.node ?? ort.env.versions.common },
    async createTrainer(graph, recipe, start) {
      checkParameters(graph, start.parameters)
      if (device !== 'cpu') await testTraining(graph, recipe, start, device)
      return createOnnxTrainer(graph, recipe, start, device)
    },
    async createPredictor(graph, parameters) {
      checkParameters(graph, parameters)
      const predictor = await createOnnxPredictor(graph, parameters, device)
      if (device !== 'cpu') await testPrediction(predictor, graph, parameters, device)
      return predictor
    },
  }
}

async function testPrediction(
  predictor: Predictor,
  graph: Graph,
  parameters: Tensors,
  device: DeviceName,
): Promise<void> {
  const trusted = await createOnnxPredictor(graph, parameters, 'cpu')
  try {
    requireParity(await predictionError(predictor, trusted, graph), device)
  } finally {
    await trusted.dispose()
  }
}

/**
 * A device that computes a network wrongly is wrong on every batch; one that sums in another order may have
 * a ReLU's input on the other side of 0, which changes gradients, on some. So the best of a few counts.
 */
async function testTraining(
  graph: Graph,
  recipe: TrainingRecipe,
  start: TrainState,
  device: DeviceName,
): Promise<void> {
  let error = Number.POSITIVE_INFINITY
  for (let batch = 0; batch < PARITY_BATCHES && !(error <= PARITY_LIMIT); batch++) {
    const trainers: Trainer[] = []
    try {
      for (const each of [device, 'cpu'] as const) {
        trainers.push(await createOnnxTrainer(graph, recipe, start, each))
      }
      error = await trainingError(trainers[0], trainers[1], graph, recipe, batch)
    } finally {
      for (const trainer of trainers) await trainer.dispose()
    }
  }
  requireParity(error, device)
}
