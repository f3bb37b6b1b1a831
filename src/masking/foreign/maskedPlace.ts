/** Where a model from elsewhere is masked: at its input, or at an inner tensor. */
import { InputError } from '../../core/errors.js'
import { columnsOf, sideBySide } from '../../core/tableRows.js'
import { concatenated, sizeOf } from '../../core/tensor.js'
import type { AxisOrder, RowPart } from '../../data/types.js'
import type { ForeignCut } from '../../engine/onnx/foreign.js'
import { ChannelMoments, type Moments } from '../baseline/baselines.js'
import type { FedInput, RowFeed } from './feeds.js'
import { inputOrder } from './foreignInput.js'
import {
  type ForeignPath,
  innerValues,
  rowBatch,
  runAlone,
  runTogether,
  shapeOfRow,
} from './foreignRows.js'
import { rowMode } from './rowIndependence.js'
import { keyAndOption } from './tellNetwork.js'

/** What is masked, and the way from there to the output. */
export interface MaskedPlace extends ForeignPath {
  /** Shape of the value that is masked: [C, H, W], [F], or [T, E] of every token of a text. */
  readonly shape: readonly number[]
  /**
   * Values of samples [count, cells] → [count, feed.size]: the cells that are masked, channels first, and after them those
   * that are held as they are in the sample.
   */
  valuesOf(samples: Float32Array): Promise<Float32Array>
  /** What has to be said of it. */
  readonly remarks: readonly string[]
}

/** A model that is masked at its input, whose samples have this shape. */
export function atInput(path: ForeignPath, shape: readonly number[]): MaskedPlace {
  return { ...path, shape, valuesOf: async (samples) => samples, remarks: [] }
}

/** An inner tensor of a model. */
export interface InnerTensor {
  readonly name: string
  /** Order of the axes of a feature map. */
  readonly layout: AxisOrder
}

/**
 * A model that is masked at an inner tensor: the part below runs once a sample, the part above on masked values
 * ({@link cutGraph}). `probe` are rows on which the part below is tried ({@link rowMode}). Throws InputError when the model
 * cannot be cut there, or the tensor has no batch axis.
 */
export async function atLayer(
  whole: ForeignPath,
  { name: layer, layout }: InnerTensor,
  probe: Float32Array,
): Promise<MaskedPlace> {
  const { model, feed, output, position } = whole
  const [{ name: input }] = feed.inputs
  const cut = await model.cut(layer, { input, output })
  const below = { model: cut.below, feed: fedTo(cut.below.inputs, feed), output: layer }
  const own = await shapeOfRow(below, probe.subarray(0, feed.size))
  const shape = layout === 'nhwc' && own.length === 3 ? [own[2], own[0], own[1]] : own
  const alone = runAlone(below, innerValues)
  const together = runTogether(below, feed.batch ?? rowBatch(feed.size), innerValues)
  const mode = await rowMode(probe, {
    name: `${model.file}, below "${layer}"`,
    feed: below.feed,
    alone,
    together,
  })
  const run = mode.together ? together : alone
  const held = heldAbove(cut, feed)
  const blocks = position === undefined ? held : [...held, { start: position.cell, shape: [] }]
  let size = sizeOf(own)
  const heldInputs = held.map((each) => {
    const start = size
    size += sizeOf(each.shape)
    return { ...each, start }
  })
  if (position !== undefined) size++
  const order = inputOrder(shape, shape === own ? 'nchw' : 'nhwc', size)
  const toSamples = inverse(order)
  const above = await cut.above([feed.batch, ...own])
  const beside =
    held.length === 0
      ? ''
      : `; its part above reads ${cut.held.join(', ')} too, held as in the sample`
  return {
    // The parts end with the whole.
    model: { ...above, dispose: () => model.dispose() },
    feed: {
      inputs: [{ name: layer, type: 'float32', start: 0, shape: own }, ...heldInputs],
      size,
      order,
      batch: feed.batch,
    },
    output,
    position: position === undefined ? undefined : { ...position, cell: size - 1 },
    shape,
    async valuesOf(samples) {
      const rows = reorderedRows(samples, feed.order)
      const kept = blocks.map(({ start, shape }) =>
        columnsOf(rows, feed.size, start, sizeOf(shape)),
      )
      const joined = sideBySide([await run(rows), ...kept], rows.length / feed.size)
      return reorderedRows(joined, toSamples)
    },
    remarks: [
      `${model.file} is masked at "${layer}" [${own.join(', ')}]${axesOf(shape, own)}${beside}`,
      ...(mode.together
        ? []
        : [`${model.file}, below "${layer}", is run row by row, since ${mode.reason}`]),
    ],
  }
}

/** The axes of an inner tensor in words, where more than one order is possible. */
function axesOf(shape: readonly number[], own: readonly number[]): string {
  if (shape.length !== 3) return ''
  if (shape !== own) return ', channels last'
  return `, channels first (${keyAndOption('layerLayout', 'nhwc')} says otherwise)`
}

/** The inputs of a feed that a part of the model has. */
export function fedTo(inputs: readonly { readonly name: string }[], feed: RowFeed): RowFeed {
  const names = new Set(inputs.map(({ name }) => name))
  return { ...feed, inputs: feed.inputs.filter(({ name }) => names.has(name)) }
}

/** The inputs of the model that the part above reads, by their cells in the row of a sample. */
function heldAbove({ held, below }: ForeignCut, { inputs }: RowFeed): FedInput[] {
  return held.map((name) => {
    const own = inputs.find((each) => each.name === name)
    if (own === undefined) throw new InputError(`${below.file}: the input "${name}" is not fed`)
    return own
  })
}

/** Cells of rows in another order: cell i of a row is cell order[i] of the given one. */
export function reorderedRows(rows: Float32Array, order: Int32Array): Float32Array {
  const size = order.length
  return rows.map((_, cell) => rows[cell - (cell % size) + order[cell % size]])
}

function inverse(order: Int32Array): Int32Array {
  const inverted = new Int32Array(order.length)
  for (const [to, from] of order.entries()) inverted[from] = to
  return inverted
}

/**
 * Values [count, feed.size] as they are, and with every other masked cell 0: what masking makes of inner values, before
 * the baseline is known.
 */
export function innerProbe(
  values: Float32Array,
  { shape, feed: { size } }: Pick<MaskedPlace, 'shape' | 'feed'>,
): Float32Array {
  const masked = sizeOf(shape)
  const halved = values.map((value, at) =>
    at % size < masked && (at % size) % 2 === 1 ? 0 : value,
  )
  return concatenated([values, halved])
}

/** Training samples whose inner values are computed at a time. */
const SAMPLES = 64

/**
 * Means and deviations over samples [count, cells] of the channels of what is masked. Of texts, whose values are [T, E],
 * `attention` says which tokens are none but padding: those are left out.
 */
export async function momentsAt(
  { shape, feed, valuesOf }: MaskedPlace,
  samples: Float32Array,
  count: number,
  attention?: RowPart,
): Promise<Moments> {
  const moments = new ChannelMoments(attention === undefined ? shape : shape.slice(-1))
  const cells = samples.length / count
  const masked = sizeOf(shape)
  const width = shape[shape.length - 1]
  for (let row = 0; row < count; row += SAMPLES) {
    const rows = samples.subarray(row * cells, (row + SAMPLES) * cells)
    const isCounted = (at: number) => {
      const cell = at % feed.size
      if (attention === undefined || cell >= masked) return cell < masked
      const own = Math.floor(at / feed.size) * cells
      return rows[own + attention.start + Math.floor(cell / width)] !== 0
    }
    moments.add((await valuesOf(rows)).filter((_, at) => isCounted(at)))
  }
  return moments.result()
}
