/** The data source `npz`: arrays that NumPy saved. */
import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import { firstNames } from '../../core/firstNames.js'
import { counted } from '../../core/numberWords.js'
import { quotable } from '../../core/quote.js'
import { gatherRows } from '../../core/tableRows.js'
import { sizeOf } from '../../core/tensor.js'
import type { NpyArray } from '../../formats/npy.js'
import { arrayOf, readNpz } from '../../formats/npz.js'
import { checkFloat32 } from '../float32.js'
import { heldArrays } from '../heldInputs.js'
import { type DataContext, resolveDataPath } from '../paths.js'
import { checkSamePixels, checkSameScale, isChannelsLast, pixelScale } from '../pixelArrays.js'
import type { RawData } from '../raw.js'
import { columnRemarks, rowRemarks } from '../tableRemarks.js'
import type { RowPart } from '../types.js'
import { classNumbering, labelNumbers } from './labelArrays.js'

type NpzConfig = Extract<DataConfig, { source: 'npz' }>

/** What to do where arrays have other names. */
const NAMES =
  '; data.inputs and data.labels say which it is, testInputs and testLabels those of the test'

/** One split: inputs with the shape of a row, labels checked. */
interface Part {
  readonly inputs: NpyArray
  readonly labels: Int32Array
}

/**
 * NumPy arrays: inputs [N, F] are tables, [N, H, W] grey images, 4-d ones images in the layout given.
 * Bytes (uint8) of pixels become 0 to 1 ({@link pixelScale}); all else is taken as it is. Labels are whole numbers from 0.
 */
export async function openNpz(data: NpzConfig, context: DataContext): Promise<RawData> {
  const file = resolveDataPath(data.path, context)
  const arrays = readNpz(file)
  const train = readPart(arrays, data.inputs, data.labels, file)
  const hasTest = data.testInputs in arrays || data.testLabels in arrays
  const test = hasTest ? readPart(arrays, data.testInputs, data.testLabels, file) : undefined
  const row = train.inputs.shape.slice(1)
  if (test !== undefined && test.inputs.shape.slice(1).join() !== row.join()) {
    throw new InputError(`${file}: ${data.inputs} and ${data.testInputs} have rows of other shapes`)
  }
  const { highest, remarks } = classNumbering([train.labels, test?.labels], data.labels, file)
  const shape = shapeOf(row, data, file)
  const isImage = shape.length > 1
  const isStandardized = data.standardize === true
  const meaning = { isImage, isStandardized, name: data.inputs, file }
  const { scale, remarks: ofScale } = pixelScale(train.inputs, meaning)
  if (test !== undefined) {
    const splits = [
      [data.inputs, train.inputs],
      [data.testInputs, test.inputs],
    ] as const
    if (isImage || !isStandardized) checkSameScale(...splits, file)
    // Reads all of both, so once, when a study is planned.
    if (isImage && context.inspect === true) checkSamePixels(...splits, file)
  }
  const heldOf = (part: Part, suffix: string) =>
    heldArrays(
      arrays,
      (data.held ?? []).map((name) => ({ name, array: name + suffix })),
      part.labels.length,
      file,
    )
  const held = data.held && {
    train: heldOf(train, ''),
    test: test === undefined ? heldOf(train, '') : heldOf(test, TEST),
  }
  if (held !== undefined) checkSameParts(held.train.parts, held.test.parts, file)
  const features =
    shape.length > 1 ? undefined : Array.from({ length: shape[0] }, (_, f) => `f${f}`)
  const inspected = context.inspect === true ? features : undefined
  if (features !== undefined) checkFloat32(train.inputs.data, features, file)
  const read = ({ inputs }: Part, rows: Int32Array) =>
    readRows(inputs, rows, shape, scale, data.layout)
  return {
    kind: shape.length === 1 ? 'tabular' : 'image',
    shape,
    ...(held === undefined ? {} : { held: held.train.parts }),
    ...(row.length === 3 ? { axisOrder: data.layout } : {}),
    classes: Array.from({ length: highest + 1 }, (_, c) => String(c)),
    ...(features === undefined ? {} : { features }),
    assumptions: [
      ...remarks,
      ...unreadRemarks(arrays, data, file),
      ...ofScale,
      ...(row.length === 3 ? [axesRemark(data, shape)] : []),
      ...(inspected === undefined
        ? []
        : columnRemarks({ inputs: train.inputs.data, labels: train.labels }, inspected)),
    ],
    trainLabels: train.labels,
    ...(test === undefined ? {} : { testLabels: test.labels }),
    read: async (trainRows, testRows) => {
      const chosen = read(train, trainRows)
      const others = read(test ?? train, testRows)
      const beside =
        held === undefined
          ? {}
          : { held: { train: held.train.read(trainRows), test: held.test.read(testRows) } }
      // What is held tells rows apart that are equal otherwise.
      if (context.inspect !== true || held !== undefined)
        return { train: chosen, test: others, ...beside }
      const labelsOf = (part: Part, rows: Int32Array) => rows.map((row) => part.labels[row])
      const assumptions = rowRemarks(
        { inputs: chosen, labels: labelsOf(train, trainRows) },
        { inputs: others, labels: labelsOf(test ?? train, testRows) },
        sizeOf(shape),
      )
      return { train: chosen, test: others, ...beside, assumptions }
    },
  }
}

/** The line that names arrays of the file that nothing says what to do with. */
function unreadRemarks(
  arrays: Readonly<Record<string, NpyArray>>,
  { inputs, labels, testInputs, testLabels, held = [] }: NpzConfig,
  file: string,
): string[] {
  const read = [
    inputs,
    labels,
    testInputs,
    testLabels,
    ...held.flatMap((name) => [name, name + TEST]),
  ]
  const others = Object.keys(arrays).filter((name) => !read.includes(name))
  if (others.length === 0) return []
  return [
    `of ${file} these are not read: ${firstNames(others.map((name) => quotable(name)))}${NAMES}`,
  ]
}

/** Ends the names of held arrays of test samples, where these have arrays of their own. */
const TEST = '_test'

function checkSameParts(train: readonly RowPart[], test: readonly RowPart[], file: string): void {
  for (const [index, { name, shape }] of train.entries()) {
    if (shape.join() === test[index].shape.join()) continue
    throw new InputError(`${file}: ${name} and ${name}${TEST} have rows of other shapes`)
  }
}

function readPart(
  arrays: Readonly<Record<string, NpyArray>>,
  inputsKey: string,
  labelsKey: string,
  file: string,
): Part {
  const inputs = arrayOf(arrays, inputsKey, file, NAMES)
  const labels = arrayOf(arrays, labelsKey, file, NAMES)
  const { shape } = inputs
  if (shape.length < 2) {
    throw new InputError(`${file}: ${inputsKey} [${shape.join(', ')}] has no rows of inputs`)
  }
  return { inputs, labels: labelNumbers(labels, [inputsKey, inputs], labelsKey, file) }
}

function shapeOf(row: readonly number[], { inputs, layout }: NpzConfig, file: string): number[] {
  if (layout === 'nhwc' && row.length < 3) {
    throw new InputError(
      `${file}: data.layout: nhwc is for inputs of 4 axes, but ${inputs} has ${row.length + 1}: leave it out`,
    )
  }
  if (row.length === 1) return [...row]
  if (row.length === 2) return [1, ...row]
  if (row.length === 3) {
    if (layout === 'nhwc') return [row[2], row[0], row[1]]
    if (!isChannelsLast(row)) return [...row]
    throw new InputError(
      `${file}: inputs [N, ${row.join(', ')}] would be images of ${row[1]}×${row[2]} pixels with ${row[0]} channels, but ` +
        `look like ${row[0]}×${row[1]} pixels with ${row[2]}: say data.layout: nhwc (should the channels be first after all, ` +
        'store np.moveaxis(x, 1, -1))',
    )
  }
  throw new InputError(`${file}: inputs of ${row.length + 1} axes are neither a table nor images`)
}

/** The line that says how the axes of images are read. */
function axesRemark({ inputs, layout }: NpzConfig, [channels, height, width]: readonly number[]) {
  const order = layout === 'nchw' ? 'first' : 'last'
  return `${inputs} is read as images of ${height}×${width} pixels with ${counted(channels, 'channel')}, channels ${order} (data.layout)`
}

function readRows(
  { data }: NpyArray,
  rows: Int32Array,
  shape: readonly number[],
  scale: number,
  layout: 'nchw' | 'nhwc',
): Float32Array {
  const size = sizeOf(shape)
  const inputs = gatherRows(data, rows, size, scale)
  if (shape.length === 1 || layout === 'nchw' || shape[0] === 1) return inputs
  const channels = shape[0]
  const plane = size / channels
  return inputs.map((_, index) => {
    const [start, within] = [Math.floor(index / size) * size, index % size]
    return inputs[start + (within % plane) * channels + Math.floor(within / plane)]
  })
}
