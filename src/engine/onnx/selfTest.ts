/** Whether a device computes a network as the CPU does, before it is used. */
import type { Tensors } from '../../core/tensor.js'
import type { Graph } from '../../graph/types.js'
import {
  drawnBatch,
  PREDICTION_LIMIT,
  predictionError,
  requireParity,
  TRAINING_LIMIT,
  trainingError,
} from '../parity.js'
import type {
  Batches,
  DeviceName,
  Predictor,
  TrainingRecipe,
  TrainingSamples,
  TrainState,
} from '../types.js'
import { createOnnxPredictor } from './predictor.js'
import { createOnnxTrainer, type OnnxTrainer } from './trainer.js'

/** Batches that a device is tried on: it is refused when it is wrong on all of them. */
const BATCHES = 3

/**
 * Compares a predictor with the CPU's on drawn inputs. Throws EnvironmentError with the figure where
 * they differ. It is the very session that will be used: another may have taken other kernels.
 */
export async function testPrediction(
  predictor: Predictor,
  graph: Graph,
  parameters: Tensors,
  device: DeviceName,
): Promise<void> {
  const trusted = await createOnnxPredictor(graph, parameters, 'cpu')
  try {
    requireParity(await predictionError(predictor, trusted, graph), PREDICTION_LIMIT, device)
  } finally {
    await trusted.dispose()
  }
}

/** Batch number `batch` of samples in their order, from the first again after the last. */
function batchOf(samples: TrainingSamples, batchSize: number, batch: number): Batches {
  const row = (_: unknown, at: number) => (batch * batchSize + at) % samples.labels.length
  return { ...samples, rows: Uint32Array.from({ length: batchSize }, row), learningRates: [0.01] }
}

/**
 * Compares a step of a trainer with the CPU's, and takes it back. Throws EnvironmentError with the
 * figure where they differ. A device that computes a network wrongly is wrong on every batch; one that
 * sums in another order may have a ReLU's input on the other side of 0, which changes gradients, on
 * some. So the best of a few counts: of `samples`, where the trainer was made for those, or drawn ones.
 */
export async function testTraining(
  trainer: OnnxTrainer,
  graph: Graph,
  recipe: TrainingRecipe,
  start: TrainState,
  device: DeviceName,
  samples?: TrainingSamples,
): Promise<void> {
  let error = Number.POSITIVE_INFINITY
  for (let batch = 0; batch < BATCHES && error > TRAINING_LIMIT; batch++) {
    const trusted = await createOnnxTrainer(graph, recipe, start, 'cpu')
    try {
      const tried =
        samples === undefined
          ? drawnBatch(graph, recipe.batchSize, batch)
          : batchOf(samples, recipe.batchSize, batch)
      const found = await trainingError(trainer, trusted, tried)
      if (found < error) error = found
    } finally {
      await trusted.dispose()
    }
    trainer.restore(start)
  }
  requireParity(error, TRAINING_LIMIT, device)
}
