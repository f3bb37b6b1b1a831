/** Running rows through a model from elsewhere, whatever its batch axis takes. */
import { InputError } from '../../core/errors.js'
import { concatenated } from '../../core/tensor.js'
import type { ForeignModel, ForeignTensor } from '../../engine/onnx/foreign.js'
import { type BatchChoice, batchesAround } from '../evaluation/batchSize.js'
import { feedsOf, type RowFeed } from './feeds.js'

/** Cells of rows that run together in a model of unknown depth: what measured well on small networks … */
const BATCH_CELLS = 2 ** 17
/** … and at most. */
const MOST_CELLS = 2 ** 20

/** Rows of so many cells that run together by rule, and others that are worth trying. */
export function rowBatches(size: number): BatchChoice {
  return batchesAround(BATCH_CELLS / size, MOST_CELLS / size)
}

/** Where rows go in and outputs come out. */
export interface ForeignPath {
  readonly model: ForeignModel
  readonly feed: RowFeed
  readonly output: string
}

/** Outputs [count, width] of rows [count, size] in the model's own order ({@link RowFeed}). */
export type RunRows = (rows: Float32Array) => Promise<Float32Array>

/** Throws InputError unless an output for `fed` rows has the shape that it must have. */
type CheckRows = (path: ForeignPath, result: ForeignTensor, fed: number) => void

/**
 * Runs rows `batch` at a time. A model of fixed batch gets its last batch filled up by repeating the last row.
 * Throws InputError when the output has not one row [width] a row; `check` may ask for less.
 */
export function runTogether(
  path: ForeignPath,
  batch: number,
  check: CheckRows = scoreRows,
): RunRows {
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
      check(path, result, fed)
      parts.push(result.data.subarray(0, held * (result.data.length / fed)))
    }
    return concatenated(parts)
  }
}

/** Runs every row by itself; a model of fixed batch gets a batch of copies of it. */
export function runAlone(path: ForeignPath, check?: CheckRows): RunRows {
  const { size } = path.feed
  const runOne = runTogether(path, 1, check)
  return async (rows) => {
    const parts: Float32Array[] = []
    for (let start = 0; start < rows.length; start += size) {
      parts.push(await runOne(rows.subarray(start, start + size)))
    }
    return concatenated(parts)
  }
}

/** The shape of the output for one row, without the batch axis that it must have. */
export async function shapeOfRow(path: ForeignPath, row: Float32Array): Promise<readonly number[]> {
  const { model, feed, output } = path
  const fed = feed.batch ?? 1
  const result = await model.run(feedsOf(feed, filledUp(row, fed * feed.size, feed.size)), output)
  anyRows(path, result, fed)
  return result.shape.slice(1)
}

/** Inner values have one value of any shape a row. */
export function anyRows(
  { model, output }: ForeignPath,
  { shape }: ForeignTensor,
  fed: number,
): void {
  if (shape[0] === fed) return
  throw new InputError(
    `${model.file}: "${output}" has shape [${shape.join(', ')}] for ${fed} sample${fed === 1 ? '' : 's'}; it needs a batch ` +
      'axis, so that samples can be masked one by one',
  )
}

/** Scores have a value a class and row, or one. */
function scoreRows({ model, output }: ForeignPath, { shape }: ForeignTensor, fed: number): void {
  const isTable = shape.length === 1 || shape.length === 2
  if (isTable && shape[0] === fed) return
  throw new InputError(
    `${model.file}: ${output} has shape [${shape.join(', ')}] for ${fed} sample${fed === 1 ? '' : 's'}; it needs a batch ` +
      'axis and one value a class, [batch, classes]: export the model with such an output, or name another one ' +
      'with --output',
  )
}

function filledUp(chunk: Float32Array, length: number, size: number): Float32Array {
  const full = new Float32Array(length)
  full.set(chunk)
  const last = chunk.subarray(chunk.length - size)
  for (let start = chunk.length; start < length; start += size) full.set(last, start)
  return full
}
