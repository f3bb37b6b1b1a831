/** Consecutive batches of a training, as engines take them. */
import { sizeOf } from '../core/tensor.js'
import type { Batches } from './types.js'

/** Rows that a network is evaluated on at once; results do not depend on it beyond floating-point noise. */
export const EVALUATION_BATCH = 256

/** A batch by itself: all of its samples, in their order. */
export function oneBatch(inputs: Float32Array, labels: Int32Array, learningRate: number): Batches {
  return { inputs, labels, rows: Uint32Array.from(labels.keys()), learningRates: [learningRate] }
}

/** The same batches several times over. */
export function repeated({ rows, learningRates, ...samples }: Batches, times: number): Batches {
  const again = Array.from({ length: times }, () => learningRates)
  const { length } = rows
  return {
    ...samples,
    rows: Uint32Array.from({ length: length * times }, (_, at) => rows[at % length]),
    learningRates: again.flat(),
  }
}

/** Batches `from` to `to` (exclusive) of several. */
export function someOf(batches: Batches, from: number, to: number): Batches {
  const { rows, learningRates } = batches
  const batchSize = rows.length / learningRates.length
  return {
    ...batches,
    rows: rows.subarray(from * batchSize, to * batchSize),
    learningRates: learningRates.slice(from, to),
  }
}

/** The same batches of copies of their samples, which stand in the order of the rows. */
export function gathered({ inputs, labels, rows, learningRates }: Batches): Batches {
  const size = inputs.length / labels.length
  const copies = new Float32Array(rows.length * size)
  rows.forEach((row, position) => {
    copies.set(inputs.subarray(row * size, (row + 1) * size), position * size)
  })
  const own = Int32Array.from(rows, (row) => labels[row])
  return { inputs: copies, labels: own, rows: rows.map((_, position) => position), learningRates }
}

/** Throws unless batches are full ones, of `shape` [batch, …], of samples that are there. */
export function checkBatches(
  { inputs, labels, rows, learningRates }: Batches,
  [batchSize, ...shape]: readonly number[],
): void {
  const size = sizeOf(shape)
  if (inputs.length !== labels.length * size) {
    throw new Error(`${labels.length} labels for ${inputs.length} inputs of [${shape}] a sample`)
  }
  if (rows.length !== learningRates.length * batchSize) {
    throw new Error(`${rows.length} rows for ${learningRates.length} batches of ${batchSize}`)
  }
  const missing = rows.find((row) => row >= labels.length)
  if (missing !== undefined) throw new Error(`no row ${missing} in ${labels.length} samples`)
}

/** Takes steps one after the other with what takes a single one: its inputs, labels and learning rate. */
export async function oneByOne(
  batches: Batches,
  shape: readonly number[],
  step: (inputs: Float32Array, labels: Int32Array, learningRate: number) => Promise<number>,
): Promise<number[]> {
  checkBatches(batches, shape)
  const losses: number[] = []
  for (const [index, learningRate] of batches.learningRates.entries()) {
    const { inputs, labels } = gathered(someOf(batches, index, index + 1))
    losses.push(await step(inputs, labels, learningRate))
  }
  return losses
}
