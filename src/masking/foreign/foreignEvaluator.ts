import { atPlace } from '../../core/errors.js'
import { subsetCount } from '../../core/subset.js'
import { sizeOf } from '../../core/tensor.js'
import type { ForeignModel } from '../../engine/onnx/foreign.js'
import type { Engine } from '../../engine/types.js'
import { agreesAlone, measureBatch, type RunCoalitions } from '../evaluation/batchSize.js'
import type { MaskedEvaluator } from '../evaluation/evaluate.js'
import { maskedRows } from '../evaluation/maskedRows.js'
import { checkOutputWidth, type Output } from '../evaluation/output.js'
import { checkFinite, type MaskedSample, sampleValues } from '../evaluation/sampleValues.js'
import { BACKGROUND, type Baseline, type Players } from '../types.js'
import {
  chooseInput,
  chooseOutput,
  type FedSamples,
  feedOne,
  fitInput,
  type Layout,
  roundingRemark,
} from './foreignInput.js'
import { checkReading, type OutputReading, readOutputs, type WantedKind } from './foreignOutputs.js'
import { rowBatches, runAlone, runTogether } from './foreignRows.js'
import { atInput, atLayer, innerProbe, type MaskedPlace, reorderedRows } from './maskedPlace.js'
import { type RowMode, rowMode } from './rowIndependence.js'

/** What a user says of a model where it does not say it itself. */
export interface ForeignWishes {
  readonly input?: string
  readonly output?: string
  readonly layout?: Layout
  /** What the outputs are, where graph and values do not tell or tell otherwise. */
  readonly kind?: WantedKind
  /** The inner tensor that is masked; the input, by default. */
  readonly layer?: string
}

/** The same with the classes that outputs stand for. */
export interface AnalyzeWishes extends ForeignWishes {
  /** Class names in the order of the outputs. */
  readonly classes?: readonly string[]
}

/** A model from elsewhere as a classifier of samples of one shape. */
export interface ForeignClassifier extends MaskedPlace {
  /** Order of the pixels of an image; flat where there is only one. */
  readonly layout: Layout
  /** Number of outputs. */
  readonly width: number
  /** What the outputs are. */
  readonly reading: OutputReading
  /** Names that the model itself gives to its outputs, in their order. */
  readonly outputNames: readonly string[] | undefined
  /** Whether rows run in batches or one by one. */
  readonly rows: RowMode
  /** What was decided about the model, a line each; that about its values is said with the scalar output. */
  readonly remarks: readonly string[]
  /** Outputs of samples given in their own layout, [count, ...shape] → [count, width]. */
  classify(samples: Float32Array): Promise<Float32Array>
}

/**
 * Finds out how to use a model on samples, and tries it on `probe`: a few samples as they are, and, where the input is
 * masked, as they are masked. Throws InputError when the model does not fit them, or gives no function of a sample
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
  const chosen = chooseInput(model, wishes.input)
  const input = fitInput(file, chosen, samples, wishes.layout)
  const rounding = roundingRemark(file, chosen)
  const { name: output, remark } = chooseOutput(model, classes, wishes.output)
  const feed = feedOne(input, samples.shape)
  const whole = { model, feed, output }
  const { layer } = wishes
  const masked =
    layer === undefined
      ? atInput(whole, samples.shape)
      : await atLayer(whole, layer, reorderedRows(probe, feed.order))
  const { size, order } = masked.feed

  const alone = runAlone(masked)
  const together = runTogether(masked, feed.batch ?? rowBatches(size).rule)
  const given = await masked.valuesOf(probe)
  const tried = reorderedRows(layer === undefined ? given : innerProbe(given), order)
  const rows = await rowMode(tried, { name: file, size, alone, together })
  const run = rows.together ? together : alone
  const classify = async (samples: Float32Array) =>
    run(reorderedRows(await masked.valuesOf(samples), order))
  const values = await classify(probe)
  const width = values.length / (given.length / size)
  const origin = model.origin(output)
  const place = `${file}: output ${output}`
  const reading = readOutputs({ place, values, width, origin }, wishes.kind)
  const remarks = [
    ...(input.remark === undefined ? [] : [input.remark]),
    ...(rounding === undefined ? [] : [rounding]),
    ...masked.remarks,
    ...(remark === undefined ? [] : [`${file}: ${remark}`]),
    ...(rows.together ? [] : [`${file} is run row by row, since ${rows.reason}`]),
  ]
  const outputNames = origin.classes
  return { ...masked, layout: input.layout, width, reading, outputNames, rows, remarks, classify }
}

/** What is masked, and how the outputs are valued. */
export interface ForeignMasking {
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
  const { model, feed, shape, width, reading, rows: mode } = classifier
  atPlace(model.file, () => checkOutputWidth(output, width))
  const { size, order } = feed
  const count = subsetCount(n)
  const runOne = runAlone(classifier)
  let together = mode.together
  let batch: number | undefined
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

  async function logitsOf(sample: MaskedSample): Promise<Float32Array> {
    const value = await classifier.valuesOf(sample.input)
    checkFinite(value, sample)
    const masked = value.slice()
    masked.set(baseline.valuesFor(value.subarray(0, sizeOf(shape))))
    const write = writerFor(players(sample, shape))(
      reordered(value, order, new Float32Array(size)),
      reordered(masked, order, new Float32Array(size)),
    )
    const run = (start: number, held: number) => {
      if (rows.length < held * size) rows = new Float32Array(held * size)
      const part = rows.subarray(0, held * size)
      write(part, start)
      return together ? runTogether(classifier, feed.batch ?? held)(part) : runOne(part)
    }
    batch ??= await batchFor(run)
    const logits = new Float32Array(count * width)
    for (let start = 0; start < count; start += batch) {
      logits.set(await run(start, Math.min(batch, count - start)), start * width)
    }
    return logits
  }

  /**
   * The fastest batch, or the one that the model fixes; rows run alone from here on where masked rows turn out to
   * depend on the others after all.
   */
  async function batchFor(run: RunCoalitions): Promise<number> {
    const choice = rowBatches(size)
    const own = Math.min(count, feed.batch ?? choice.rule)
    if (!together) return own
    if (await agreesAlone(own, run)) {
      const found = feed.batch ?? (await measureBatch(choice, count, device, run))
      if (found !== undefined) return found
    }
    together = false
    assume(
      `${model.file} is run row by row from here on, since its outputs for masked rows depend on the other rows of the batch`,
    )
    return own
  }

  return {
    async evaluate(sample) {
      checkFinite(sample.input, sample)
      const logits = await logitsOf(sample)
      checkReading(`${model.file}, sample ${sample.id}`, reading, logits)
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
