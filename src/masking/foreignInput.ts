import { InputError } from '../core/errors.js'
import type { ForeignModel, ForeignValue } from '../engine/onnx/foreign.js'

/** Order of the axes in which a model takes a sample. */
export type Layout = 'nchw' | 'nhwc' | 'flat'

/** How samples go into a model. */
export interface FittedInput {
  readonly name: string
  readonly layout: Layout
  /** Samples a run, where the model fixes it; undefined for any number. */
  readonly batch: number | undefined
  /** Shape of one sample as the model takes it. */
  readonly shape: readonly number[]
}

/**
 * The input that samples are fed to: the one that is named, or the only float input there is. Throws
 * InputError that lists the inputs otherwise.
 */
export function chooseInput({ file, inputs }: ForeignModel, name?: string): ForeignValue {
  const list = inputs.map(show).join(', ')
  if (name !== undefined) {
    const found = inputs.find((input) => input.name === name)
    if (found === undefined) {
      throw new InputError(`${file}: there is no input "${name}"; the model has ${list}`)
    }
    return requireFloats(file, found)
  }
  if (inputs.length === 1) return requireFloats(file, inputs[0])
  throw new InputError(`${file}: the model has ${inputs.length} inputs (${list}); it must have one`)
}

/**
 * The output that has the logits: the one that is named, or the only one that fits [batch, classes].
 * Throws InputError that lists the outputs otherwise.
 */
export function chooseOutput(
  { file, outputs }: ForeignModel,
  classes: number,
  name?: string,
): ForeignValue {
  const list = outputs.map(show).join(', ')
  if (name !== undefined) {
    const found = outputs.find((output) => output.name === name)
    if (found === undefined) {
      throw new InputError(`${file}: there is no output "${name}"; the model has ${list}`)
    }
    return requireFloats(file, found)
  }
  const fitting = outputs.filter(({ type, shape }) => {
    const width = shape[shape.length - 1]
    return type === 'float32' && shape.length === 2 && (width === undefined || width >= classes)
  })
  if (outputs.length === 1) return requireFloats(file, outputs[0])
  if (fitting.length === 1) return fitting[0]
  throw new InputError(
    `${file}: which output has the logits of ${classes} classes? Say --output NAME; there are ${list}`,
  )
}

function requireFloats(file: string, value: ForeignValue): ForeignValue {
  if (value.type === 'float32') return value
  throw new InputError(
    `${file}: "${value.name}" has type ${value.type}; only float32 models can be analysed (export in float32)`,
  )
}

function show({ name, shape, type }: ForeignValue): string {
  const extents = shape.map((extent) => extent ?? '?').join(', ')
  return `${name} [${extents}]${type === 'float32' ? '' : ` ${type}`}`
}

/**
 * Fits samples of shape [C, H, W] or [F] to an input: its batch axis, its layout, its extents. Throws
 * InputError when there is no batch axis, when the sizes differ, or when both layouts would fit.
 */
export function fitInput(
  file: string,
  input: ForeignValue,
  sample: readonly number[],
  wanted?: Layout,
): FittedInput {
  const candidates = layoutsOf(sample).filter(
    ({ layout }) => wanted === undefined || layout === wanted,
  )
  const fitting = candidates.filter(({ shape }) => fits(input.shape, [undefined, ...shape]))
  if (fitting.length === 1 || (fitting.length > 1 && input.shape.length < 4)) {
    return { name: input.name, batch: input.shape[0], ...fitting[0] }
  }
  if (fitting.length > 1) {
    throw new InputError(
      `${file}: input ${show(input)} could be channels first or last; say --layout nchw or nhwc`,
    )
  }
  if (candidates.some(({ shape }) => fits(input.shape, shape))) {
    throw new InputError(
      `${file}: input ${show(input)} has no batch axis; export the model with one, such as ` +
        `[batch, ${sample.join(', ')}]`,
    )
  }
  const shapes = candidates.map(({ shape }) => `[batch, ${shape.join(', ')}]`).join(' or ')
  throw new InputError(
    `${file}: input ${show(input)} does not take these samples, which are ${describe(sample)}: ${shapes}`,
  )
}

function layoutsOf(sample: readonly number[]): { layout: Layout; shape: readonly number[] }[] {
  if (sample.length !== 3) return [{ layout: 'flat', shape: sample }]
  const [channels, height, width] = sample
  return [
    { layout: 'nchw', shape: sample },
    { layout: 'nhwc', shape: [height, width, channels] },
    // Grey images without a channel axis, and images as one row of pixels.
    ...(channels === 1 ? [{ layout: 'flat' as const, shape: [height, width] }] : []),
    { layout: 'flat', shape: [channels * height * width] },
  ]
}

function fits(
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
  return `images of ${height}×${width} pixels with ${channels} channel${channels === 1 ? '' : 's'}`
}

/** Cell of the sample, channels first, that each cell of the model's input takes. */
export function inputOrder(sample: readonly number[], layout: Layout): Int32Array {
  const size = sample.reduce((product, extent) => product * extent, 1)
  const [channels] = sample
  const plane = size / channels
  return Int32Array.from({ length: size }, (_, cell) =>
    layout === 'nhwc' ? (cell % channels) * plane + Math.floor(cell / channels) : cell,
  )
}
