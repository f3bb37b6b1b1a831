/** Whether a device computes what the CPU computes, on the very graph that it is to run. */
import { EnvironmentError } from '../core/errors.js'
import { stream } from '../core/random.js'
import { sizeOf, type Tensor, type Tensors } from '../core/tensor.js'
import { inferTypes } from '../graph/infer.js'
import { BATCH, type Graph, type GraphInput } from '../graph/types.js'
import { gathered, oneBatch } from './batches.js'
import { relativeError } from './relativeError.js'
import type { Batches, Predictor, Trainer, TrainingData } from './types.js'

/**
 * Largest relative error of a prediction that a device is trusted with. Sound devices stay below 1e-5,
 * products in TF32 have 3e-4.
 */
export const PREDICTION_LIMIT = 1e-4
/** The same of a training step, whose gradients change where rounding switches a ReLU. */
export const TRAINING_LIMIT = 1e-3
/** Largest relative error, of either, of a session whose products are surely not in TF32. */
export const EXACT_LIMIT = 3e-5

const SAMPLES = 3

/** Largest relative difference between two predictors of one graph on drawn inputs. */
export async function predictionError(
  predictor: Predictor,
  trusted: Predictor,
  graph: Graph,
): Promise<number> {
  const feeds = Object.fromEntries(
    graph.inputs.map((input) => [input.name, drawnInput(input, SAMPLES)]),
  )
  return relativeError(await predictor.run(feeds), await trusted.run(feeds))
}

/** Largest relative difference, on some training samples, between what a trainer and a predictor give. */
export async function outputsError(
  outputs: NonNullable<Trainer['outputs']>,
  trusted: Predictor,
  { inputs: [{ name, shape, dtype }] }: Graph,
  { train }: TrainingData,
): Promise<number> {
  const rows = Uint32Array.from({ length: Math.min(SAMPLES, train.labels.length) }, (_, row) => row)
  const { inputs } = gathered({ ...train, rows, learningRates: [] })
  const data = dtype === 'int32' ? Int32Array.from(inputs) : inputs
  const fed = { shape: [rows.length, ...shape.slice(1)], data }
  return relativeError(await outputs(rows), await trusted.run({ [name]: fed }))
}

/** A batch of a network's training with drawn inputs. */
export function drawnBatch(graph: Graph, batchSize: number, seed: number): Batches {
  const { data } = drawnInput(graph.inputs[0], batchSize, seed)
  const classes = inferTypes(graph).get(graph.output)!.shape[1]
  const labels = Int32Array.from({ length: batchSize }, (_, row) => row % Math.max(2, classes))
  return oneBatch(Float32Array.from(data), labels, 0.01)
}

/** Largest relative difference between two trainers in the loss and the weights of one step. */
export async function trainingError(
  trainer: Trainer,
  trusted: Trainer,
  batch: Batches,
): Promise<number> {
  const results: { loss: number; parameters: Tensors }[] = []
  for (const each of [trainer, trusted]) {
    const [loss] = await each.steps(batch)
    results.push({ loss, parameters: (await each.state()).parameters })
  }
  const errors = Object.entries(results[1].parameters).map(([name, expected]) =>
    relativeError(results[0].parameters[name].data, expected.data, 1e-3),
  )
  return Math.max(relativeError([results[0].loss], [results[1].loss]), ...errors)
}

/** Throws EnvironmentError, naming the network, when an error is above the limit (or NaN). */
export function requireParity(
  error: number,
  limit: number,
  device: string,
  network = 'this network',
): void {
  if (error <= limit) return
  throw new EnvironmentError(
    `the device ${device} computes ${network} wrongly: it differs from the CPU by ` +
      `${error.toExponential(1)} relative, and ${limit} is the most that is accepted; ` +
      'use --device cpu',
    { context: { device, error } },
  )
}

/** An input of a graph, drawn, with values that the graph takes; the same at every call. */
export function drawnInput(
  { name, shape, dtype, isBinary }: GraphInput,
  batch: number,
  seed = 0,
): Tensor<Float32Array | Int32Array> {
  const full = shape.map((extent) => (extent === BATCH ? batch : extent))
  const draws = stream(seed, 'parity', name).at()
  const length = sizeOf(full)
  const data =
    dtype === 'int32'
      ? Int32Array.from({ length }, () => draws.below(2))
      : Float32Array.from({ length }, () => (isBinary ? draws.below(2) : draws.normal()))
  return { shape: full, data }
}
