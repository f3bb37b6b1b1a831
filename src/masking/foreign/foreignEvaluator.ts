/** Masked evaluation of models from elsewhere, of which only an ONNX file is known. */
import { atPlace } from '../../core/errors.js'
import { subsetCount } from '../../core/subset.js'
import { sizeOf } from '../../core/tensor.js'
import type { RowPart } from '../../data/types.js'
import type { ForeignModel } from '../../engine/onnx/foreign.js'
import type { Engine } from '../../engine/types.js'
import { agreesAlone, type RunCoalitions } from '../evaluation/batchSize.js'
import type { MaskedEvaluator } from '../evaluation/evaluate.js'
import { maskedRows } from '../evaluation/maskedRows.js'
import { checkOutputWidth, type Output } from '../evaluation/output.js'
import {
  checkFinite,
  type MaskedSample,
  type SampleValues,
  valueCollector,
} from '../evaluation/sampleValues.js'
import { BACKGROUND, type Baseline, type Players } from '../types.js'
import { type FedSamples, fitSamples } from './fitSamples.js'
import { chooseOutput, type Layout } from './foreignInput.js'
import { checkReading, type OutputReading, readOutputs, type WantedKind } from './foreignOutputs.js'
import {
  type ForeignPath,
  rowBatch,
  runAlone,
  runTogether,
  type TokenPosition,
} from './foreignRows.js'
import {
  atInput,
  atLayer,
  type InnerTensor,
  innerProbe,
  type MaskedPlace,
  reorderedRows,
} from './maskedPlace.js'
import { plainRows } from './probe.js'
import { type RowMode, rowMode } from './rowIndependence.js'
import { checkMaskIsFed, checkTokenIds } from './tokenInputs.js'
import { checkTargets } from './tokenOutput.js'

/** So many values of outputs of every token, which are only copied, cost as much as one that is computed with. */
const COPIED = 16

/** What a user says of a model where it does not say it itself. */
export interface ForeignWishes {
  readonly input?: string
  readonly output?: string
  readonly layout?: Layout
  /** What the outputs are, where graph and values do not tell or tell otherwise. */
  readonly kind?: WantedKind
  /** Further inputs that are masked too. */
  readonly alsoMasked?: readonly string[]
  /** The inner tensor that is masked; the input, by default. */
  readonly layer?: InnerTensor
}

/** A model from elsewhere as a classifier of samples of one shape. */
export interface ForeignClassifier extends MaskedPlace {
  /** Order of the pixels of an image; flat where there is only one. */
  readonly layout: Layout
  /** Number of outputs. */
  readonly width: number
  /** Values that a row takes on its way, by which batches are chosen. */
  readonly cells: number
  /** What the outputs are. */
  readonly reading: OutputReading
  /** Names that the model itself gives to its outputs, in their order. */
  readonly outputNames: readonly string[] | undefined
  /** Whether rows run in batches or one by one. */
  readonly rows: RowMode
  /** What was decided about the model, a line each; that about its values is said with the scalar output. */
  readonly remarks: readonly string[]
  /** Outputs of samples given in their own layout, [count, ...shape], with what is held beside each → [count, width]. */
  classify(samples: Float32Array): Promise<Float32Array>
}

/**
 * Finds out how to use a model on samples, and tries it on `probe`: a few samples, with what is held beside each, as they
 * are and, where the input is masked, as they are masked. Throws InputError when the model does not fit them, or gives no function of a sample
 * ({@link rowMode}).
 */
export async function foreignClassifier(
  model: ForeignModel,
  samples: FedSamples,
  classes: number,
  probe: Float32Array,
  wishes: ForeignWishes = {},
): Promise<ForeignClassifier> {
  const { file } = model
  const { parts } = samples
  const { layer } = wishes
  const { feed, layout, remarks: fedAs } = fitSamples(model, samples, wishes)
  const position = tokenPosition(parts)
  const { name: output, remark } = chooseOutput(
    model,
    classes,
    wishes.output,
    position !== undefined,
  )
  const whole = { model, feed, output, position }
  if (parts !== undefined) {
    checkTokenIds(model, parts, feed.size, probe)
    if (layer === undefined) checkMaskIsFed(file, feed, parts, probe)
  }
  const masked =
    layer === undefined
      ? atInput(whole, samples.shape)
      : await atLayer(whole, layer, reorderedRows(probe, feed.order))
  const { size, order } = masked.feed
  const given = await masked.valuesOf(probe)
  const tried = reorderedRows(layer === undefined ? given : innerProbe(given, masked), order)

  const alone = runAlone(masked)
  const cells = await workingCells(masked, tried.subarray(0, size))
  const together = runTogether(masked, feed.batch ?? rowBatch(cells))
  const rows = await rowMode(tried, { name: file, feed: masked.feed, alone, together })
  const run = rows.together ? together : alone
  const classify = async (samples: Float32Array) =>
    run(reorderedRows(await masked.valuesOf(samples), order))
  const values = await classify(probe)
  const width = values.length / (given.length / size)
  const origin = model.origin(output)
  const place = `${file}: output ${output}`
  if (parts !== undefined) checkTargets(parts, width, place)
  const reading = readOutputs({ place, values, width, origin }, wishes.kind)
  const remarks = [
    ...fedAs,
    ...(model.short === undefined
      ? []
      : [`${file}: its ${model.short} is computed in float32, where its weights are exact`]),
    ...masked.remarks,
    ...(position !== undefined && isOfWholeText(model, output)
      ? [
          `${file}: its output ${output} is of the whole text: data.position, and what is said of words after it, do not count for it`,
        ]
      : []),
    ...(remark === undefined ? [] : [`${file}: ${remark}`]),
    ...(rows.together ? [] : [`${file} is run row by row, since ${rows.reason}`]),
  ]
  const outputNames = origin.classes
  return { ...masked, layout, width, cells, reading, outputNames, rows, remarks, classify }
}

/** Whether an output is declared as [batch, classes], and so is of no single token. */
function isOfWholeText({ outputs }: Pick<ForeignModel, 'outputs'>, output: string): boolean {
  return outputs.some(({ name, shape }) => name === output && shape.length === 2)
}

function tokenPosition(parts: FedSamples['parts'] = []): TokenPosition | undefined {
  const of = (wanted: RowPart['role']) => parts.find(({ role }) => role === wanted)
  const [position, ids] = [of('position'), of('ids')]
  if (position === undefined || ids === undefined) return undefined
  return { cell: position.start, tokens: sizeOf(ids.shape) }
}

/**
 * Values that a row takes in a model, by which batches are chosen: those of the row or, where ids are looked up in a
 * table, those that become of them; and a share of the outputs of every token, which are only copied.
 */
async function workingCells(path: ForeignPath, row: Float32Array): Promise<number> {
  const { model, feed, position } = path
  const embedded = feed.inputs.map(({ name, shape }) => {
    return (model.embedding(name)?.width ?? 1) * sizeOf(shape)
  })
  if (position === undefined) return Math.max(feed.size, ...embedded)
  const width = (await runAlone(path)(row)).length
  const tokens = Math.max(...feed.inputs.map(({ shape }) => sizeOf(shape)))
  return Math.max(feed.size, ...embedded, (tokens * width) / COPIED)
}

/** What is masked, and how the outputs are valued. */
interface ForeignMasking {
  /** Players of a sample, over a masked value of this shape. */
  readonly players: (sample: MaskedSample, shape: readonly number[]) => Players
  readonly baseline: Baseline
  readonly output: Output
  readonly assume: (message: string) => void
}

/**
 * Masked evaluation of a model from elsewhere: its input, in the model's layout, or an inner value is masked in place,
 * and what lies above runs on it.
 */
export function createForeignEvaluator(
  { device }: Engine,
  classifier: ForeignClassifier,
  n: number,
  { players, baseline, output, assume }: ForeignMasking,
): MaskedEvaluator {
  const { model, feed, shape, width, cells, reading, rows: mode } = classifier
  atPlace(model.file, () => checkOutputWidth(output, width))
  const { size, order } = feed
  const count = subsetCount(n)
  const runOne = runAlone(classifier)
  const batch = Math.min(count, feed.batch ?? rowBatch(cells, device))
  let together = mode.together
  let isChecked = false
  let rows = new Float32Array()
  let kept: { readonly owners: Players; readonly writer: ReturnType<typeof maskedRows> } | undefined

  function writerFor(owners: Players): ReturnType<typeof maskedRows> {
    if (kept?.owners !== owners) {
      const whole = new Int32Array(size).fill(BACKGROUND)
      whole.set(owners.map)
      const map = reordered(whole, order, new Int32Array(size))
      kept = { owners, writer: maskedRows({ n, map }) }
    }
    return kept.writer
  }

  async function evaluate(sample: MaskedSample): Promise<SampleValues> {
    checkFinite(sample.input, sample)
    const value = await classifier.valuesOf(plainRows([sample]))
    checkFinite(value, sample)
    const masked = value.slice()
    const owners = players(sample, shape)
    masked.set(baseline.valuesFor(value.subarray(0, owners.map.length)))
    const write = writerFor(owners)(
      reordered(value, order, new Float32Array(size)),
      reordered(masked, order, new Float32Array(size)),
    )
    const run = (start: number, held: number) => {
      if (rows.length < held * size) rows = new Float32Array(held * size)
      const part = rows.subarray(0, held * size)
      write(part, start)
      return together ? runTogether(classifier, feed.batch ?? held)(part) : runOne(part)
    }
    if (!isChecked) await checkBatch(run)
    isChecked = true
    const values = valueCollector(sample, n, width, output)
    for (let start = 0; start < count; start += batch) {
      const outputs = await run(start, Math.min(batch, count - start))
      checkReading(`${model.file}, sample ${sample.id}`, reading, outputs)
      atPlace(model.file, () => values.add(outputs))
    }
    return values.result()
  }

  /** Tries masked rows in a batch and alone; where the results differ, rows run alone from now on. */
  async function checkBatch(run: RunCoalitions): Promise<void> {
    if (!together || (await agreesAlone(batch, run))) return
    together = false
    assume(
      `${model.file} is run row by row from here on, since its outputs for masked rows depend on the other rows of the batch`,
    )
  }

  return { evaluate, dispose: async () => {} }
}

/** Cells of a sample in the model's order. */
function reordered<T extends Float32Array | Int32Array>(cells: T, order: Int32Array, into: T): T {
  for (let at = 0; at < order.length; at++) into[at] = cells[order[at]]
  return into
}
