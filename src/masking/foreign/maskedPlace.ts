/** Where a model from elsewhere is masked: at its input, or at an inner tensor. */
import { InputError } from '../../core/errors.js'
import { concatenated, sizeOf } from '../../core/tensor.js'
import type { ForeignCut } from '../../engine/onnx/foreign.js'
import { ChannelMoments, type Moments } from '../baseline/baselines.js'
import type { FedInput, RowFeed } from './feeds.js'
import {
  type ForeignPath,
  innerValues,
  rowBatches,
  runAlone,
  runTogether,
  shapeOfRow,
} from './foreignRows.js'
import { rowMode } from './rowIndependence.js'

/** What is masked, and the way from there to the output. */
export interface MaskedPlace extends ForeignPath {
  /** Shape of the value that is masked, [C, H, W] or [F]. */
  readonly shape: readonly number[]
  /**
   * Values of samples [count, cells] → [count, feed.size]: the cells that are masked, and after them those that are
   * held as they are in the sample.
   */
  valuesOf(samples: Float32Array): Promise<Float32Array>
  /** What has to be said of it. */
  readonly remarks: readonly string[]
}

/** A model that is masked at its input, whose samples have this shape. */
export function atInput(path: ForeignPath, shape: readonly number[]): MaskedPlace {
  return { ...path, shape, valuesOf: async (samples) => samples, remarks: [] }
}

/**
 * A model that is masked at an inner tensor: the part below runs once a sample, the part above on masked values
 * ({@link cutGraph}). `probe` are rows on which the part below is tried ({@link rowMode}). Throws InputError when the model
 * cannot be cut there, or the tensor has no batch axis.
 */
export async function atLayer(
  whole: ForeignPath,
  layer: string,
  probe: Float32Array,
): Promise<MaskedPlace> {
  const { model, feed, output } = whole
  const [{ name: input }] = feed.inputs
  const cut = await model.cut(layer, { input, output })
  const below = { model: cut.below, feed: fedTo(cut.below.inputs, feed), output: layer }
  const shape = await shapeOfRow(below, probe.subarray(0, feed.size))
  const alone = runAlone(below, innerValues)
  const together = runTogether(below, feed.batch ?? rowBatches(feed.size).rule, innerValues)
  const mode = await rowMode(probe, {
    name: `${model.file}, below "${layer}"`,
    size: feed.size,
    alone,
    together,
  })
  const run = mode.together ? together : alone
  const inputs = inputsAbove(cut, feed, { name: layer, type: 'float32', start: 0, shape })
  const size = inputs.reduce((sum, each) => sum + sizeOf(each.shape), 0)
  const order = Int32Array.from({ length: size }, (_, cell) => cell)
  const above = await cut.above([feed.batch, ...shape])
  const held =
    cut.held.length === 0
      ? ''
      : `; its part above reads ${cut.held.join(', ')} too, held as in the sample`
  return {
    // The parts end with the whole.
    model: { ...above, dispose: () => model.dispose() },
    feed: { inputs, size, order, batch: feed.batch },
    output,
    shape,
    async valuesOf(samples) {
      const rows = reorderedRows(samples, feed.order)
      return withHeld(await run(rows), rows, feed, inputs)
    },
    remarks: [
      `${model.file} is masked at "${layer}" [${shape.join(', ')}], channels first${held}`,
      ...(mode.together
        ? []
        : [`${model.file}, below "${layer}", is run row by row, since ${mode.reason}`]),
    ],
  }
}

/** The inputs of a feed that a part of the model has. */
export function fedTo(inputs: readonly { readonly name: string }[], feed: RowFeed): RowFeed {
  const names = new Set(inputs.map(({ name }) => name))
  return { ...feed, inputs: feed.inputs.filter(({ name }) => names.has(name)) }
}

/** What the part above is fed: the inner value, and one after the other the inputs that are held. */
function inputsAbove(
  { held, below }: ForeignCut,
  { inputs }: RowFeed,
  inner: FedInput,
): FedInput[] {
  let start = sizeOf(inner.shape)
  const rest = held.map((name) => {
    const own = inputs.find((each) => each.name === name)
    if (own === undefined) throw new InputError(`${below.file}: the input "${name}" is not fed`)
    const moved = { ...own, start }
    start += sizeOf(own.shape)
    return moved
  })
  return [inner, ...rest]
}

/** Inner values, each followed by the cells of its row that are held above. */
function withHeld(
  inner: Float32Array,
  rows: Float32Array,
  { inputs: whole, size }: RowFeed,
  [, ...held]: readonly FedInput[],
): Float32Array {
  if (held.length === 0) return inner
  const count = rows.length / size
  const width = inner.length / count
  return concatenated(
    Array.from({ length: count }, (_, row) => [
      inner.subarray(row * width, (row + 1) * width),
      ...held.map(({ name, shape }) => {
        const from = row * size + (whole.find((each) => each.name === name)?.start ?? 0)
        return rows.subarray(from, from + sizeOf(shape))
      }),
    ]).flat(),
  )
}

/** Cells of rows in another order: cell i of a row is cell order[i] of the given one. */
export function reorderedRows(rows: Float32Array, order: Int32Array): Float32Array {
  const size = order.length
  return rows.map((_, cell) => rows[cell - (cell % size) + order[cell % size]])
}

/** Values as they are, and with every other cell 0: what masking makes of inner values, before the baseline is known. */
export function innerProbe(values: Float32Array): Float32Array {
  return Float32Array.from([
    ...values,
    ...values.map((value, cell) => (cell % 2 === 0 ? value : 0)),
  ])
}

/** Training samples whose inner values are computed at a time. */
const SAMPLES = 64

/** Means and deviations over samples [count, cells] of the channels of what is masked. */
export async function momentsAt(
  { shape, feed, valuesOf }: MaskedPlace,
  samples: Float32Array,
  count: number,
): Promise<Moments> {
  const moments = new ChannelMoments(shape)
  const cells = samples.length / count
  const masked = sizeOf(shape)
  for (let row = 0; row < count; row += SAMPLES) {
    const values = await valuesOf(samples.subarray(row * cells, (row + SAMPLES) * cells))
    moments.add(
      masked === feed.size ? values : values.filter((_, cell) => cell % feed.size < masked),
    )
  }
  return moments.result()
}
