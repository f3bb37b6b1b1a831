/** Whether a device computes a network as the CPU does, before it is used. */
import { EnvironmentError } from '../../core/errors.js'
import type { Tensors } from '../../core/tensor.js'
import type { Graph } from '../../graph/types.js'
import {
  drawnBatch,
  EXACT_LIMIT,
  outputsError,
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
  TrainingData,
  TrainingRecipe,
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
  limit = PREDICTION_LIMIT,
): Promise<void> {
  const trusted = await createOnnxPredictor(graph, parameters, 'cpu')
  try {
    requireParity(await predictionError(predictor, trusted, graph), limit, device)
  } finally {
    await trusted.dispose()
  }
}

/** Batch number `batch` of samples in their order, from the first again after the last. */
function batchOf({ train }: TrainingData, batchSize: number, batch: number): Batches {
  const row = (_: unknown, at: number) => (batch * batchSize + at) % train.labels.length
  return { ...train, rows: Uint32Array.from({ length: batchSize }, row), learningRates: [0.01] }
}

/**
 * Compares a step of a trainer with the CPU's, and takes it back. Throws EnvironmentError with the
 * figure where they differ. A device that computes a network wrongly is wrong on every batch; one that
 * sums in another order may have a ReLU's input on the other side of 0, which changes gradients, on
 * some. So the best of a few counts: of `data`, where the trainer was made for those, or drawn ones. What
 * a trainer gives in evaluation mode is compared like a predictor.
 */
export async function testTraining(
  trainer: OnnxTrainer,
  graph: Graph,
  recipe: TrainingRecipe,
  start: TrainState,
  device: DeviceName,
  { data, limit }: { data?: TrainingData; limit?: number } = {},
): Promise<void> {
  const most = limit ?? TRAINING_LIMIT
  let error = Number.POSITIVE_INFINITY
  for (let batch = 0; batch < BATCHES && error > most; batch++) {
    const trusted = await createOnnxTrainer(graph, recipe, start, 'cpu')
    try {
      const tried =
        data === undefined
          ? drawnBatch(graph, recipe.batchSize, batch)
          : batchOf(data, recipe.batchSize, batch)
      const found = await trainingError(trainer, trusted, tried)
      if (found < error) error = found
    } finally {
      await trusted.dispose()
    }
    trainer.restore(start)
  }
  requireParity(error, most, device)
  if (data === undefined || trainer.outputs === undefined) return
  const trusted = await createOnnxPredictor(graph, start.parameters, 'cpu')
  try {
    const found = await outputsError(trainer.outputs, trusted, graph, data)
    requireParity(found, limit ?? PREDICTION_LIMIT, device)
  } finally {
    await trusted.dispose()
  }
}

/**
 * The first session, over the ways to write a model for a device, that computes as the CPU does. The last way is
 * held to the limits of {@link testTraining} and {@link testPrediction}, those before it to a tenth of the errors of TF32. Throws EnvironmentError when none does.
 */
export async function firstTrusted<Way, Session extends { dispose(): Promise<void> }>(
  ways: readonly Way[],
  open: (way: Way) => Promise<Session>,
  test: (session: Session, limit?: number) => Promise<void>,
): Promise<Session> {
  for (const way of ways.slice(0, -1)) {
    const session = await open(way)
    if (await passes(() => test(session, EXACT_LIMIT))) return session
    await session.dispose()
  }
  const session = await open(ways[ways.length - 1])
  try {
    await test(session)
    return session
  } catch (error) {
    await session.dispose()
    throw error
  }
}

/** Whether a session computes as the CPU does; other errors than that it does not are thrown. */
async function passes(test: () => Promise<void>): Promise<boolean> {
  try {
    await test()
    return true
  } catch (error) {
    if (error instanceof EnvironmentError) return false
    throw error
  }
}
