import { atPlace, InputError } from '../core/errors.js'
import { subsetCount } from '../core/subset.js'
import { sizeOf } from '../core/tensor.js'
import type { ForeignModel } from '../engine/onnx/foreign.js'
import type { Engine } from '../engine/types.js'
import { batchesAround, measureBatch } from './batchSize.js'
import type { MaskedEvaluator } from './evaluate.js'
import {
  chooseInput,
  chooseOutput,
  type FittedInput,
  fitInput,
  inputOrder,
  type Layout,
} from './foreignInput.js'
import { maskedRows } from './maskedRows.js'
import { checkOutputWidth, type Output } from './output.js'
import { checkFinite, type MaskedSample, sampleValues } from './sampleValues.js'
import type { Baseline, Players } from './types.js'

/** Input values that run together in a model of unknown depth: what measured well on small networks … */
const BATCH_CELLS = 2 ** 17
/** … and at most. */
const MOST_CELLS = 2 ** 20

/** What a user says of a model where it does not say it itself. */
export interface ForeignWishes {
  readonly input?: string
  readonly output?: string
  readonly layout?: Layout
  /** Whether a single output is a probability rather than a logit; a Sigmoid at the end says so itself. */
  readonly probability?: boolean
}

/** A model from elsewhere as a classifier of samples of one shape. */
export interface ForeignClassifier {
  readonly model: ForeignModel
  readonly input: FittedInput
  readonly output: string
  /** Number of outputs. */
  readonly width: number
  /** Whether the outputs are probabilities: between 0 and 1, adding up to 1; a single one is that of class 1. */
  readonly probabilities: boolean
  /** Whether that is a guess: a single output between 0 and 1 of which nothing says what it is. */
  readonly guessed: boolean
  /** Outputs of samples given in their own layout, [count, ...shape] → [count, width]. */
  classify(samples: Float32Array): Promise<Float32Array>
}

/**
 * Finds out how to use a model on samples of a shape, and tries it on `probe`, a few samples. Throws
 * InputError when the model does not fit them.
 */
export async function foreignClassifier(
  model: ForeignModel,
  shape: readonly number[],
  classes: number,
  probe: Float32Array,
  wishes: ForeignWishes = {},
): Promise<ForeignClassifier> {
  const input = fitInput(model.file, chooseInput(model, wishes.input), shape, wishes.layout)
  const output = chooseOutput(model, classes, wishes.output).name
  const order = inputOrder(shape, input.layout)
  const size = sizeOf(shape)
  const batch = input.batch ?? inputBatches(size).rule
  const classify = async (samples: Float32Array) => {
    const ordered = samples.map((_, cell) => samples[cell - (cell % size) + order[cell % size]])
    return runRows(model, input, output, ordered, batch)
  }
  const outputs = await classify(probe)
  const width = outputs.length / (probe.length / size)
  if (classes > Math.max(width, 2)) {
    throw new InputError(
      `${model.file}: ${output} has ${width} values a sample, but the data have ${classes} classes`,
    )
  }
  const read =
    width === 1
      ? readSingle(outputs, model.lastOperator(output), wishes.probability)
      : { probabilities: areProbabilities(outputs, width), guessed: false }
  return { model, input, output, width, ...read, classify }
}

function inputBatches(size: number) {
  return batchesAround(BATCH_CELLS / size, MOST_CELLS / size)
}

/**
 * Runs samples in the model's own layout [count, size] and returns its outputs [count, width]. A model
 * of fixed batch gets its last batch filled up by repeating the last sample.
 */
async function runRows(
  model: ForeignModel,
  { name, shape, batch: fixed }: FittedInput,
  output: string,
  rows: Float32Array,
  batch: number,
): Promise<Float32Array> {
  const size = sizeOf(shape)
  const count = rows.length / size
  const parts: Float32Array[] = []
  for (let start = 0; start < count; start += batch) {
    const chunk = rows.subarray(start * size, (start + batch) * size)
    const held = chunk.length / size
    const data = fixed === undefined || held === fixed ? chunk : filledUp(chunk, fixed * size, size)
    const fed = data.length / size
    const result = await model.run(name, { data, shape: [fed, ...shape] }, output)
    if (result.shape.length === 0 || result.shape[0] !== fed) {
      throw new InputError(
        `${model.file}: ${output} has shape [${result.shape.join(', ')}] for ${fed} samples; it needs ` +
          'a batch axis and one value a class: [batch, classes]',
      )
    }
    parts.push(result.data.subarray(0, held * (result.data.length / fed)))
  }
  return concatenated(parts)
}

function filledUp(chunk: Float32Array, length: number, size: number): Float32Array {
  const full = new Float32Array(length)
  full.set(chunk)
  const last = chunk.subarray(chunk.length - size)
  for (let start = chunk.length; start < length; start += size) full.set(last, start)
  return full
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Whether all rows lie in [0, 1] and add up to 1: a softmax has been applied. */
function areProbabilities(outputs: Float32Array, width: number): boolean {
  for (let start = 0; start < outputs.length; start += width) {
    const row = outputs.subarray(start, start + width)
    if (!inUnitInterval(row)) return false
    if (Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) > 1e-4) return false
  }
  return true
}

/**
 * What a single output is. Values outside [0, 1] are logits, those of a Sigmoid probabilities; of others the
 * user may say it. Otherwise they are logits if the graph ends in another operator, and what their values
 * look like if it does not tell.
 */
function readSingle(
  outputs: Float32Array,
  last: string | undefined,
  wanted: boolean | undefined,
): Pick<ForeignClassifier, 'probabilities' | 'guessed'> {
  if (!inUnitInterval(outputs)) return { probabilities: false, guessed: false }
  if (last === 'Sigmoid') return { probabilities: true, guessed: false }
  return { probabilities: wanted ?? last === undefined, guessed: wanted === undefined }
}

function inUnitInterval(values: Float32Array): boolean {
  return values.every((value) => value >= 0 && value <= 1)
}

/** What is masked, and how the outputs are valued. */
export interface ForeignMasking {
  readonly players: (sample: MaskedSample) => Players
  readonly baseline: Baseline
  readonly output: Output
}

/**
 * Masked evaluation of a model from elsewhere: its inputs are masked in place, in the model's layout,
 * and it runs on them.
 */
export function createForeignEvaluator(
  { device }: Engine,
  classifier: ForeignClassifier,
  sampleShape: readonly number[],
  n: number,
  { players, baseline, output }: ForeignMasking,
): MaskedEvaluator {
  const { model, input, width } = classifier
  atPlace(model.file, () => checkOutputWidth(output, width))
  const size = sizeOf(sampleShape)
  const count = subsetCount(n)
  const order = inputOrder(sampleShape, input.layout)
  let batch = input.batch
  let rows = new Float32Array()
  let kept: { readonly owners: Players; readonly writer: ReturnType<typeof maskedRows> } | undefined

  function writerFor(owners: Players): ReturnType<typeof maskedRows> {
    if (kept?.owners !== owners) {
      const map = reordered(owners.map, order, new Int32Array(size))
      kept = { owners, writer: maskedRows({ n, map }) }
    }
    return kept.writer
  }

  async function logitsOf(sample: MaskedSample): Promise<Float32Array> {
    const write = writerFor(players(sample))(
      reordered(sample.input, order, new Float32Array(size)),
      reordered(baseline.valuesFor(sample.input), order, new Float32Array(size)),
    )
    const run = (start: number, held: number) => {
      if (rows.length < held * size) rows = new Float32Array(held * size)
      const part = rows.subarray(0, held * size)
      write(part, start)
      return runRows(model, input, classifier.output, part, held)
    }
    batch ??= await measureBatch(inputBatches(size), count, device, run)
    const logits = new Float32Array(count * width)
    for (let start = 0; start < count; start += batch) {
      logits.set(await run(start, Math.min(batch, count - start)), start * width)
    }
    return logits
  }

  return {
    async evaluate(sample) {
      checkFinite(sample.input, sample)
      const logits = await logitsOf(sample)
      return atPlace(model.file, () => sampleValues(sample, logits, width, output))
    },
    dispose: async () => {},
  }
}

/** Cells of a sample in the model's order. */
function reordered<T extends Float32Array | Int32Array>(cells: T, order: Int32Array, into: T): T {
  for (let at = 0; at < order.length; at++) into[at] = cells[order[at]]
  return into
}
