/** Whether a device computes a network as the CPU does, before it is used. */
import type { Tensors } from '../../core/tensor.js'
import type { Graph } from '../../graph/types.js'
import {
  PREDICTION_LIMIT,
  predictionError,
  requireParity,
  TRAINING_LIMIT,
  trainingError,
} from '../parity.js'
import type { DeviceName, Predictor, TrainingRecipe, TrainState } from '../types.js'
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

/**
 * Compares a step of a trainer with the CPU's, and takes it back. Throws EnvironmentError with the
 * figure where they differ. A device that computes a network wrongly is wrong on every batch; one that
 * sums in another order may have a ReLU's input on the other side of 0, which changes gradients, on
 * some. So the best of a few counts.
 */
export async function testTraining(
  trainer: OnnxTrainer,
  graph: Graph,
  recipe: TrainingRecipe,
  start: TrainState,
  device: DeviceName,
): Promise<void> {
  let error = Number.POSITIVE_INFINITY
  for (let batch = 0; batch < BATCHES && error > TRAINING_LIMIT; batch++) {
    const trusted = await createOnnxTrainer(graph, recipe, start, 'cpu')
    try {
      const found = await trainingError(trainer, trusted, graph, recipe, batch)
      if (found < error) error = found
    } finally {
      await trusted.dispose()
    }
    trainer.restore(start)
  }
  requireParity(error, TRAINING_LIMIT, device)
}
