/** Running rows through a model from elsewhere, whatever its batch axis takes. */
import { InputError } from '../../core/errors.js'
import { concatenated } from '../../core/tensor.js'
import type { ForeignModel, ForeignTensor } from '../../engine/onnx/foreign.js'
import { feedsOf, type RowFeed } from './feeds.js'
import { atPositions } from './tokenOutput.js'

/** Where rows go in and outputs come out. */
export interface ForeignPath {
  readonly model: ForeignModel
  readonly feed: RowFeed
  readonly output: string
  /** Cell of a row with the token whose outputs count; undefined where rows have none. */
  readonly position?: number
}

/** Outputs [count, width] of rows [count, size] in the model's own order ({@link RowFeed}). */
export type RunRows = (rows: Float32Array) => Promise<Float32Array>

/**
 * Runs rows `batch` at a time. A model of fixed batch gets its last batch filled up by repeating the last row.
 * Throws InputError when the output has not one row [width] a row (of outputs of every token, that at the position).
 */
export function runTogether(path: ForeignPath, batch: number): RunRows {
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
      const outputs = outputsOf(path, result, data)
      parts.push(outputs.subarray(0, held * (outputs.length / fed)))
    }
    return concatenated(parts)
  }
}

/** Runs every row by itself; a model of fixed batch gets a batch of copies of it. */
export function runAlone(path: ForeignPath): RunRows {
  const { size } = path.feed
  const runOne = runTogether(path, 1)
  return async (rows) => {
    const parts: Float32Array[] = []
    for (let start = 0; start < rows.length; start += size) {
      parts.push(await runOne(rows.subarray(start, start + size)))
    }
    return concatenated(parts)
  }
}

/** Outputs [fed, width] of what was fed: a table as it is, or one token of each row. */
function outputsOf(
  { model, output, position, feed: { size } }: ForeignPath,
  result: ForeignTensor,
  rows: Float32Array,
): Float32Array {
  const { shape, data } = result
  const fed = rows.length / size
  const place = `${model.file}: ${output}`
  if (shape[0] === fed && shape.length === 3 && position !== undefined) {
    return atPositions(result, (row) => rows[row * size + position], place)
  }
  if (shape[0] === fed && (shape.length === 1 || shape.length === 2)) return data
  const hint =
    shape.length === 3 && shape[0] === fed
      ? '. Of outputs of every token, data.position (and data.target, of a language model) says which counts'
      : ''
  throw new InputError(
    `${place} has shape [${shape.join(', ')}] for ${fed} sample${fed === 1 ? '' : 's'}; it needs a batch ` +
      'axis and one value a class, [batch, classes]: export the model with such an output, or name another one ' +
      `with --output${hint}`,
  )
}

function filledUp(chunk: Float32Array, length: number, size: number): Float32Array {
  const full = new Float32Array(length)
  full.set(chunk)
  const last = chunk.subarray(chunk.length - size)
  for (let start = chunk.length; start < length; start += size) full.set(last, start)
  return full
}
