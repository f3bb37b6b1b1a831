/** Finds out into which input of a model samples go, in which order of axes, and which output has the scores. */
import { InputError } from '../../core/errors.js'
import { counted } from '../../core/numberWords.js'
import { sizeOf } from '../../core/tensor.js'
import type { AxisOrder, Dataset } from '../../data/types.js'
import type { ForeignModel } from '../../engine/onnx/foreign.js'
import type { ForeignValue } from '../../engine/onnx/foreignFile.js'
import type { RowFeed } from './feeds.js'
import { keyAndOption } from './tellNetwork.js'

/** Order of the axes in which a model takes a sample; flat: a row of features, or of pixels in the order of their file. */
export type Layout = AxisOrder | 'flat'

/** How samples go into a model. */
interface FittedInput {
  readonly name: string
  /** Order of the pixels, of a row of pixels too; flat where there is only one. */
  readonly layout: Layout
  /** What has to be said of the choice. */
  readonly remark?: string
  /** Samples a run, where the model fixes it; undefined for any number. */
  readonly batch: number | undefined
  /** Shape of one sample as the model takes it. */
  readonly shape: readonly number[]
}

/**
 * The input that samples are fed to: the one that is named, or the only float input there is besides those that are
 * fed by name from what is held. Throws InputError that lists the inputs otherwise.
 */
export function chooseInput(
  { file, inputs }: Pick<ForeignModel, 'file' | 'inputs'>,
  name?: string,
  held: readonly { readonly name: string }[] = [],
): ForeignValue {
  const list = inputs.map(showValue).join(', ')
  if (name !== undefined) {
    const found = inputs.find((input) => input.name === name)
    if (found === undefined) {
      throw new InputError(`${file}: there is no input "${name}"; the model has ${list}`)
    }
    return requireFloats(file, found, FLOAT32)
  }
  const left = inputs.filter((input) => !held.some((part) => part.name === input.name))
  if (left.length === 1) return requireFloats(file, left[0], FLOAT32)
  const hint =
    left.length === 0
      ? `data.held has arrays for all of them: which is fed the samples? Say ${keyAndOption('input', 'NAME')}`
      : 'one is fed the samples, and data.held lists arrays of the names of the others (source npz)'
  throw new InputError(`${file}: the model has ${inputs.length} inputs (${list}); ${hint}`)
}

/** The output that has the scores, and what has to be said of the choice. */
interface ChosenOutput {
  readonly name: string
  readonly remark?: string
}

/**
 * The output that has the logits or probabilities, [batch, classes], or one value a sample: the one that is named,
 * the only float one that is such a table, or the only one with exactly as many values as there are classes where
 * none has a single value, which is enough for two. With `byToken` outputs of every token will do. Throws InputError that lists the outputs otherwise, with the
 * remedy where an exporter is known to write others.
 */
export function chooseOutput(
  { file, outputs }: Pick<ForeignModel, 'file' | 'outputs'>,
  classes: number,
  name?: string,
  byToken = false,
): ChosenOutput {
  const list = outputs.map(showValue).join(', ')
  if (name !== undefined) {
    const found = outputs.find((output) => output.name === name)
    if (found === undefined) {
      throw new InputError(`${file}: there is no output "${name}"; the model has ${list}`)
    }
    return { name: requireFloats(file, found).name }
  }
  if (outputs.length === 1) return { name: requireFloats(file, outputs[0]).name }
  const floats = outputs.filter(({ type }) => type === 'float32')
  const tables = floats.filter((output) => isTable(output, byToken))
  if (floats.length === 0) {
    throw new InputError(
      `${file}: no output has scores in float32 or float16; there are ${list}. ${remedies(outputs)}`,
    )
  }
  const serving = tables.filter((output) => {
    const width = widthOf(output)
    return width === undefined || width === 1 || width >= classes
  })
  const exact = serving.filter((output) => widthOf(output) === classes)
  const single = serving.some((output) => (widthOf(output) ?? 1) === 1)
  const taken = (chosen: string, why: string) => ({
    name: chosen,
    remark: `of the outputs ${list}, ${chosen} is taken: ${why}; ${keyAndOption('output')} says otherwise`,
  })
  // Besides outputs of other types there is no choice.
  if (floats.length === 1 && tables.length === 1) return { name: tables[0].name }
  if (tables.length === 1 && serving.length === 1) {
    return taken(tables[0].name, 'it alone is a table of values per sample')
  }
  if (exact.length === 1 && !single) {
    return taken(exact[0].name, `it alone has ${classes} values per sample`)
  }
  throw new InputError(
    `${file}: which output has the logits or probabilities of ${classes} classes? Say ${keyAndOption('output', 'NAME')}; there are ${list}`,
  )
}

/** Whether an output is [batch, values] or [batch], or [batch, tokens, values], as far as the file says. */
function isTable({ shape }: ForeignValue, byToken: boolean): boolean {
  return shape.length <= (byToken ? 3 : 2)
}

/** Values a sample of a table; undefined where the file leaves it open. */
function widthOf({ shape }: ForeignValue): number | undefined {
  return shape.length === 1 ? 1 : shape[shape.length - 1]
}

function requireFloats(
  file: string,
  value: ForeignValue,
  remedy = remedies([value]),
): ForeignValue {
  if (value.type === 'float32') return value
  throw new InputError(
    `${file}: "${value.name}" has type ${value.type}; only models in float32, float16 or bfloat16 can be analysed. ${remedy}`,
  )
}

const FLOAT32 =
  'Export it in float32 (skl2onnx: FloatTensorType; PyTorch: model.float(); or cast inputs and outputs)'

/** What to do about outputs of other types than float32. */
function remedies(values: readonly ForeignValue[]): string {
  const has = (...types: string[]) => values.some(({ type }) => types.includes(type))
  if (has('no tensor')) {
    return (
      'Maps from class to probability can be exported as a table: zipmap=False (skl2onnx: options={"zipmap": False}; ' +
      'onnxmltools: zipmap=False)'
    )
  }
  if (!has('float64') && has('int64', 'int32', 'string')) {
    return 'These are classes: export scores or probabilities (predict_proba) as well'
  }
  return FLOAT32
}

/** `x [?, 3, 32, 32]`: an input or output in words. */
export function showValue({ name, shape, type }: ForeignValue): string {
  const extents = shape.map((extent) => extent ?? '?').join(', ')
  return `${name} [${extents}]${type === 'float32' ? '' : ` ${type}`}`
}

/**
 * Fits samples of shape [C, H, W] or [F] to an input: its batch axis, its layout, its extents. A row of pixels of
 * several channels is in the order of the samples' source, as of `x.reshape(N, -1)`, unless `wanted` says otherwise.
 * Throws InputError when there is no batch axis, when the sizes differ, when both layouts would fit, or when nothing
 * tells the order of a row.
 */
export function fitInput(
  file: string,
  input: ForeignValue,
  { shape: sample, axisOrder }: Pick<Dataset, 'shape' | 'axisOrder'>,
  wanted?: Layout,
): FittedInput {
  const candidates = layoutsOf(sample).filter(({ layout, shape }) => {
    if (wanted === undefined) return true
    return wanted === 'flat' ? shape.length < 3 : layout === wanted
  })
  const fitting = candidates.filter(({ shape }) => fits(input.shape, [undefined, ...shape]))
  const fitted = { name: input.name, batch: input.shape[0] }
  if (fitting.length === 1) return { ...fitted, ...fitting[0] }
  if (fitting.length > 1) {
    const [{ shape }] = fitting
    if (shape.length === 3) {
      throw new InputError(
        `${file}: input ${showValue(input)} could be channels first or last; say ${keyAndOption('layout', 'nchw or nhwc')}`,
      )
    }
    if (axisOrder === undefined) {
      throw new InputError(
        `${file}: input ${showValue(input)} takes an image as a row of ${shape[0]} values, in an order that the data do not ` +
          `tell; say ${keyAndOption('layout')} nchw (channel after channel) or nhwc (pixel after pixel)`,
      )
    }
    const order = axisOrder === 'nchw' ? 'channel after channel' : 'pixel after pixel'
    const remark = `${file}: an image goes in as a row of ${shape[0]} values, ${order} as in the data; ${keyAndOption('layout', 'nchw or nhwc')} says otherwise`
    return { ...fitted, shape, layout: axisOrder, remark }
  }
  if (candidates.some(({ shape }) => fits(input.shape, shape))) {
    throw new InputError(
      `${file}: input ${showValue(input)} has no batch axis; export the model with one, such as ` +
        `[batch, ${sample.join(', ')}]`,
    )
  }
  const shapes = candidates.map(({ shape }) => `[batch, ${shape.join(', ')}]`)
  throw new InputError(
    `${file}: input ${showValue(input)} does not take these samples, which are ${describe(sample)}: ` +
      [...new Set(shapes)].join(' or '),
  )
}

function layoutsOf(sample: readonly number[]): { layout: Layout; shape: readonly number[] }[] {
  if (sample.length !== 3) return [{ layout: 'flat', shape: sample }]
  const [channels, height, width] = sample
  const row = [channels * height * width]
  return [
    { layout: 'nchw', shape: sample },
    { layout: 'nhwc', shape: [height, width, channels] },
    // Grey images without a channel axis, and images as one row of pixels.
    ...(channels === 1
      ? [
          { layout: 'flat' as const, shape: [height, width] },
          { layout: 'flat' as const, shape: row },
        ]
      : [
          { layout: 'nchw' as const, shape: row },
          { layout: 'nhwc' as const, shape: row },
        ]),
  ]
}

/** Whether extents are those wanted; undefined fits any. */
export function fits(
  extents: readonly (number | undefined)[],
  wanted: readonly (number | undefined)[],
): boolean {
  return (
    extents.length === wanted.length &&
    extents.every((extent, axis) => {
      return extent === undefined || wanted[axis] === undefined || extent === wanted[axis]
    })
  )
}

function describe(sample: readonly number[]): string {
  if (sample.length !== 3) return `rows of ${sample.join(' × ')} features`
  const [channels, height, width] = sample
  return `images of ${height}×${width} pixels with ${counted(channels, 'channel')}`
}

/** Feeds one input whole samples of a shape. */
export function feedOne(
  { name, shape, layout, batch }: FittedInput,
  sample: readonly number[],
): RowFeed {
  return {
    inputs: [{ name, type: 'float32', start: 0, shape }],
    size: sizeOf(shape),
    order: inputOrder(sample, layout),
    batch,
  }
}

/**
 * Cell of the sample, channels first, that each cell of the model's input takes. What follows in rows of more cells stays
 * where it is.
 */
export function inputOrder(
  sample: readonly number[],
  layout: Layout,
  rowSize = sizeOf(sample),
): Int32Array {
  const size = sizeOf(sample)
  const [channels] = sample
  const plane = size / channels
  return Int32Array.from({ length: rowSize }, (_, cell) =>
    layout === 'nhwc' && cell < size
      ? (cell % channels) * plane + Math.floor(cell / channels)
      : cell,
  )
}
