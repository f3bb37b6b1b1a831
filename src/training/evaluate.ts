/** Losses and accuracies of a network on all training and test samples. */
import type { Tensor } from '../core/tensor.js'
import { sizeOf } from '../core/tensor.js'
import type { Dataset, Samples } from '../data/types.js'
import { EVALUATION_BATCH } from '../engine/batches.js'
import type { Predictor, Trainer } from '../engine/types.js'

/** Mean cross-entropy in nats and accuracy, both against the given labels. */
interface Evaluation {
  readonly loss: number
  readonly accuracy: number
  /** Loss of the samples whose given label is the true one; undefined where all are, or none. */
  readonly trueLabelLoss: number | undefined
}

/** What a network says of one sample. */
export interface Prediction {
  readonly prediction: number
  /** Cross-entropy against the given label, nats. */
  readonly loss: number
}

/** The feed of rows of a data set: token ids as integers, everything else as floats. */
function inputTensor(
  dataset: Pick<Dataset, 'kind' | 'shape'>,
  rows: Float32Array,
): Tensor<Float32Array | Int32Array> {
  const shape = [rows.length / sizeOf(dataset.shape), ...dataset.shape]
  return { shape, data: dataset.kind === 'text' ? Int32Array.from(rows) : rows }
}

/**
 * Cross-entropy −log p_y of one row of logits, and the predicted class, in float64. A single logit
 * z is a binary head: p_1 = 1/(1 + e^−z).
 */
function scoreLogits(logits: Float32Array, label: number): Prediction {
  const scores = logits.length === 1 ? [0, logits[0]] : logits
  let best = 0
  for (let c = 1; c < scores.length; c++) if (scores[c] > scores[best]) best = c
  let sum = 0
  for (const score of scores) sum += Math.exp(score - scores[best])
  return { prediction: best, loss: Math.log(sum) + scores[best] - scores[label] }
}

/** Outputs [count, …] of the rows of a split from `start` on. */
interface OutputBatch {
  readonly start: number
  readonly count: number
  readonly values: Float32Array
}

/** What a network, or the part of one that a predictor is of, gives for every row of a split, in evaluation mode. */
export async function* outputBatches(
  predictor: Predictor,
  dataset: Pick<Dataset, 'kind' | 'shape'>,
  samples: Pick<Samples, 'inputs' | 'count'>,
): AsyncGenerator<OutputBatch> {
  const size = sizeOf(dataset.shape)
  for (let start = 0; start < samples.count; start += EVALUATION_BATCH) {
    const end = Math.min(start + EVALUATION_BATCH, samples.count)
    const rows = samples.inputs.subarray(start * size, end * size)
    const values = await predictor.run({ x: inputTensor(dataset, rows) })
    yield { start, count: end - start, values }
  }
}

/** Predictions on every row of a split, in evaluation mode. */
export async function predictAll(
  predictor: Predictor,
  dataset: Dataset,
  samples: Samples,
): Promise<Prediction[]> {
  const predictions: Prediction[] = []
  for await (const { start, count, values } of outputBatches(predictor, dataset, samples)) {
    predictions.push(...predictionsOf(values, samples.labels.subarray(start, start + count)))
  }
  return predictions
}

/** Predictions from outputs [samples, …] and the samples' labels. */
function predictionsOf(outputs: Float32Array, labels: Int32Array): Prediction[] {
  const width = outputs.length / labels.length
  return Array.from(labels, (label, row) =>
    scoreLogits(outputs.subarray(row * width, (row + 1) * width), label),
  )
}

/** Evaluations of both splits. */
export interface Evaluations {
  readonly train: Evaluation
  readonly test: Evaluation
}

/** Evaluations of a network by a predictor of it. */
export async function evaluate(predictor: Predictor, dataset: Dataset): Promise<Evaluations> {
  const { train, test } = dataset
  return {
    train: evaluationOf(await predictAll(predictor, dataset, train), train),
    test: evaluationOf(await predictAll(predictor, dataset, test), test),
  }
}

/** Evaluations of a network in training by its trainer, which has the samples. */
export async function evaluateTrained(
  outputs: NonNullable<Trainer['outputs']>,
  { train, test }: Dataset,
): Promise<Evaluations> {
  const values = await outputs(
    Uint32Array.from({ length: train.count + test.count }, (_, row) => row),
  )
  const ofTrain = (values.length / (train.count + test.count)) * train.count
  return {
    train: evaluationOf(predictionsOf(values.subarray(0, ofTrain), train.labels), train),
    test: evaluationOf(predictionsOf(values.subarray(ofTrain), test.labels), test),
  }
}

/** Mean loss and accuracy of what was predicted on a split. */
export function evaluationOf(
  predictions: readonly Prediction[],
  { labels, trueLabels, count }: Pick<Samples, 'labels' | 'trueLabels' | 'count'>,
): Evaluation {
  let loss = 0
  let correct = 0
  let unchanged = 0
  let unchangedLoss = 0
  for (const [row, found] of predictions.entries()) {
    loss += found.loss
    if (found.prediction === labels[row]) correct++
    if (labels[row] !== trueLabels[row]) continue
    unchanged++
    unchangedLoss += found.loss
  }
  const isMixed = unchanged > 0 && unchanged < count
  return {
    loss: loss / count,
    accuracy: correct / count,
    trueLabelLoss: isMixed ? unchangedLoss / unchanged : undefined,
  }
}
