/**
 * Whether the outputs of a row depend on that row alone. v(S) is a function of the sample and of S only if they
 * do: batch normalisation without running averages, dynamic quantisation and reshapes with the batch baked in
 * mix rows of a batch, noise that is left in at inference makes every run another one.
 */
import { InputError, messageOf } from '../../core/errors.js'
import { concatenated } from '../../core/tensor.js'
import { beyondRounding } from '../evaluation/beyondRounding.js'
import { isWholeCell, type RowFeed } from './feeds.js'

/** A model to be tried, and how its rows can be run. */
interface RowRuns {
  /** Named in messages: `model.onnx`. */
  readonly name: string
  /** How rows go in; whole numbers, such as ids, are never scaled. */
  readonly feed: RowFeed
  /** Outputs of rows, each run by itself. */
  readonly alone: (rows: Float32Array) => Promise<Float32Array>
  /** Outputs of rows, run in batches. */
  readonly together: (rows: Float32Array) => Promise<Float32Array>
}

/** How rows must be run, and why if not in batches. */
export interface RowMode {
  readonly together: boolean
  readonly reason?: string
}

/**
 * Finds out whether rows can run together: every one of `rows` (samples as they are and as they are masked, so
 * that they differ as much as in the analysis) alone, twice, and in batches with the others and with scaled
 * copies of them, twice and in reverse, so that it stands at other positions. Scaled copies are what dynamic ranges
 * and batch statistics show up on; where a model does not take them, the rows themselves must do. Some dozens of
 * rows a model, where an analysis runs 2^n a sample.
 *
 * Throws InputError when equal runs differ beyond rounding, when rows alone fail, when the rows of a batch are not along the first axis
 * of the outputs, and when they all give the same alone though not together: then nothing is left of the sample.
 */
export async function rowMode(rows: Float32Array, runs: RowRuns): Promise<RowMode> {
  const { name, feed, alone } = runs
  const { size } = feed
  const count = rows.length / size
  const expected = await alone(rows)
  requireRepeatable(name, await alone(rows), expected)
  const factors = Float32Array.from({ length: size }, (_, cell) =>
    isWholeCell(feed, cell) ? 1 : COMPANY,
  )
  const company = rows.map((value, at) => value * factors[at % size])
  const scaled = concatenated([rows, company])
  let together: Companions | string
  try {
    together = await inCompany(scaled, count, runs)
  } catch (error) {
    if (error instanceof NoiseError) throw error
    // What fails may be the scaled rows: a look-up by the value of a cell, say.
    together = await inCompany(rows, count, runs).catch((cause: unknown) => {
      if (cause instanceof NoiseError) throw cause
      return messageOf(cause)
    })
  }
  if (typeof together === 'string') {
    return { together: false, reason: `it fails on batches of rows (${together})` }
  }
  const beyond = Math.max(
    beyondRounding(together.first, expected),
    beyondRounding(together.moved, expected),
  )
  if (beyond <= 1) return { together: true }
  await requireBatchFirst(rows.subarray(0, size), runs)
  const times = Number.isFinite(beyond)
    ? `, by ${beyond.toPrecision(2)} times what rounding explains`
    : ''
  const reason = `its outputs for a row depend on the other rows of the batch${times}`
  if (variation(expected, count) < LITTLE * variation(together.first, count)) {
    throw new InputError(
      `${name}: ${reason}, and alone all rows give the same outputs: it normalises by the batch that it is given, so ` +
        'that it says nothing of a single sample; export it in evaluation mode, with running averages',
    )
  }
  return { together: false, reason }
}

/**
 * Throws InputError where a model of fixed batch gives other outputs for each of the copies of one row: those of a row do not stand
 * along the first axis then, as in [classes, batch] where both are equally many.
 */
async function requireBatchFirst(
  row: Float32Array,
  { name, feed: { batch = 1, size }, together }: RowRuns,
): Promise<void> {
  const copies = Float32Array.from({ length: batch * size }, (_, at) => row[at % size])
  const found = await together(copies)
  const width = found.length / batch
  const first = found.map((_, at) => found[at % width])
  if (beyondRounding(found, first) <= 1) return
  throw new InputError(
    `${name}: for ${batch} copies of one row its outputs are not ${batch} times the same, so that its first axis is not that of the batch: ` +
      'export it with outputs [batch, classes]',
  )
}

/** What rows are multiplied by to keep others company. */
const COMPANY = -8
/** Share of the variation between rows below which rows alone count as giving the same. */
const LITTLE = 1e-2

/** Outputs of the first rows of a batch, which so stand at its beginning, and in reverse at its end. */
interface Companions {
  readonly first: Float32Array
  readonly moved: Float32Array
}

async function inCompany(
  batch: Float32Array,
  count: number,
  { name, feed: { size }, together }: RowRuns,
): Promise<Companions> {
  const found = await together(batch)
  requireRepeatable(name, await together(batch), found)
  const width = found.length / (batch.length / size)
  const moved = reversedRows(await together(reversedRows(batch, size)), width)
  return { first: found.subarray(0, count * width), moved: moved.subarray(0, count * width) }
}

/** Largest range of an output over rows. */
function variation(outputs: Float32Array, count: number): number {
  const width = outputs.length / count
  let largest = 0
  for (let output = 0; output < width; output++) {
    const column = Array.from({ length: count }, (_, row) => outputs[row * width + output])
    largest = Math.max(largest, Math.max(...column) - Math.min(...column))
  }
  return largest
}

function reversedRows(rows: Float32Array, size: number): Float32Array {
  const reversed = new Float32Array(rows.length)
  for (let start = 0; start < rows.length; start += size) {
    reversed.set(rows.subarray(start, start + size), rows.length - start - size)
  }
  return reversed
}

/** Two runs on equal rows that differ. */
class NoiseError extends InputError {}

function requireRepeatable(name: string, again: Float32Array, first: Float32Array): void {
  if (beyondRounding(again, first) <= 1) return
  throw new NoiseError(
    `${name}: two runs on the same inputs give other outputs: there is noise in it at inference, so that v is no function of ` +
      'the sample; export it in evaluation mode (dropout or added noise was left in: Dropout, RandomNormal, Bernoulli …)',
  )
}
