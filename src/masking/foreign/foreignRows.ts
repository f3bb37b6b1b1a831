/** Running rows through a model from elsewhere, whatever its batch axis takes. */

import { InputError } from '../../core/errors.js'
import { counted } from '../../core/numberWords.js'
import { concatenated } from '../../core/tensor.js'
import { deviceKind } from '../../engine/device.js'
import type { ForeignModel, ForeignTensor } from '../../engine/onnx/foreign.js'
import type { DeviceName } from '../../engine/types.js'
import { batchNear } from '../evaluation/batchSize.js'
import { feedsOf, type RowFeed } from './feeds.js'
import { keyAndOption } from './tellNetwork.js'
import { atPositions } from './tokenOutput.js'

/** How many cells the rows of a batch have in a model of unknown depth: measured on small networks. */
const BATCH_CELLS = 2 ** 17
/** The most cells that the rows of a batch have, which keep a GPU busier. */
const MOST_CELLS = 2 ** 20

/** How many rows of `size` cells run together on a device. */
export function rowBatch(size: number, device: DeviceName = 'cpu'): number {
  const target = deviceKind(device) === 'cpu' ? BATCH_CELLS : MOST_CELLS
  return batchNear(target / size, MOST_CELLS / size)
}

/** Where rows go in and outputs come out. */
export interface ForeignPath {
  readonly model: ForeignModel
  readonly feed: RowFeed
  readonly output: string
  /** The token of a row whose outputs count; undefined where rows have none. */
  readonly position?: TokenPosition
}

/** Where rows say which of their tokens counts. */
export interface TokenPosition {
  /** The cell of a row that has its place. */
  readonly cell: number
  /** Tokens of a row. */
  readonly tokens: number
}

/** Outputs [count, width] of rows [count, size] in the model's own order ({@link RowFeed}). */
type RunRows = (rows: Float32Array) => Promise<Float32Array>

/** What counts of an output for rows, [count, …]. Throws InputError unless it has a shape that it can have. */
type ReadOutputs = (path: ForeignPath, result: ForeignTensor, rows: Float32Array) => Float32Array

/**
 * Runs rows `batch` at a time. A model of fixed batch gets its last batch filled up by repeating the last row.
 * Throws InputError when the output has not one row [width] a row (of outputs of every token, that at the position);
 * `read` may ask for less.
 */
export function runTogether(path: ForeignPath, batch: number, read: ReadOutputs = scores): RunRows {
  const { model, feed, output } = path
  const { size } = feed
  return async (rows) => {
    const parts: Float32Array[] = []
    for (let start = 0; start < rows.length; start += batch * size) {
      const chunk = rows.subarray(start, start + batch * size)
      const held = chunk.length / size
      const fed = feed.batch ?? held
      const data = held === fed ? chunk : filledUp(chunk, fed * size, size)
      const result = await model.run(feedsOf(feed, data), output)
      const outputs = read(path, result, data)
      parts.push(outputs.subarray(0, held * (outputs.length / fed)))
    }
    return concatenated(parts)
  }
}

/** Runs every row by itself; a model of fixed batch gets a batch of copies of it. */
export function runAlone(path: ForeignPath, read?: ReadOutputs): RunRows {
  return runTogether(path, 1, read)
}

/** The shape of the output for one row, without the batch axis that it must have. */
export async function shapeOfRow(path: ForeignPath, row: Float32Array): Promise<readonly number[]> {
  const { model, feed, output } = path
  const rows = filledUp(row, (feed.batch ?? 1) * feed.size, feed.size)
  const result = await model.run(feedsOf(feed, rows), output)
  innerValues(path, result, rows)
  return result.shape.slice(1)
}

/** Inner values, of any shape a row. */
export const innerValues: ReadOutputs = ({ model, feed, output }, { shape, data }, rows) => {
  const fed = rows.length / feed.size
  if (shape[0] === fed) return data
  throw new InputError(
    `${model.file}: "${output}" has shape [${shape.join(', ')}] for ${counted(fed, 'sample')}; it needs a batch ` +
      'axis, so that samples can be masked one by one',
  )
}

/** Outputs [fed, width] of what was fed: a table as it is, or one token of each row. */
const scores: ReadOutputs = ({ model, output, position, feed: { size } }, result, rows) => {
  const { shape, data } = result
  const fed = rows.length / size
  const place = `${model.file}: ${output}`
  if (shape[0] === fed && shape.length === 3 && position !== undefined) {
    const { cell, tokens } = position
    return atPositions(result, tokens, (row) => rows[row * size + cell], place)
  }
  if (shape[0] === fed && (shape.length === 1 || shape.length === 2)) return data
  const hint =
    shape.length === 3 && shape[0] === fed
      ? '. Of outputs of every token, data.position (and data.target, of a language model) says which counts'
      : ''
  throw new InputError(
    `${place} has shape [${shape.join(', ')}] for ${counted(fed, 'sample')}; it needs a batch ` +
      'axis and one value per class, [batch, classes]: export the model with such an output, or name another one: ' +
      `${keyAndOption('output', 'NAME')}${hint}`,
  )
}

function filledUp(chunk: Float32Array, length: number, size: number): Float32Array {
  const full = new Float32Array(length)
  full.set(chunk)
  const last = chunk.subarray(chunk.length - size)
  for (let start = chunk.length; start < length; start += size) full.set(last, start)
  return full
}
