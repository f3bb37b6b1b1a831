import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import type { NpyArray } from '../../formats/npy.js'
import { arrayOf, readNpz } from '../../formats/npz.js'
import { checkFloat32 } from '../float32.js'
import { type DataContext, resolveDataPath } from '../paths.js'
import { gatherRows, type RawData } from '../raw.js'

type NpzConfig = Extract<DataConfig, { source: 'npz' }>

/** One split: inputs with the shape of a row, labels checked. */
interface Part {
  readonly inputs: NpyArray
  readonly labels: Int32Array
}

/**
 * NumPy arrays: inputs [N, F] are tables, [N, H, W] grey images, 4-d ones images in the layout given.
 * Bytes (uint8) of images become 0 to 1; all else is taken as it is. Labels are whole numbers from 0.
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
  const highest = Math.max(...[train, test].map((part) => largest(part?.labels)))
  if (highest < 1) throw new InputError(`${file}: ${data.labels} has one class`)
  const shape = shapeOf(row, data, file)
  const features =
    shape.length > 1 ? undefined : Array.from({ length: shape[0] }, (_, f) => `f${f}`)
  if (features !== undefined) checkFloat32(train.inputs.data, features, file)
  const read = ({ inputs }: Part, rows: Int32Array) => readRows(inputs, rows, shape, data.layout)
  return {
    kind: shape.length === 1 ? 'tabular' : 'image',
    shape,
    classes: Array.from({ length: highest + 1 }, (_, c) => String(c)),
    ...(features === undefined ? {} : { features }),
    trainLabels: train.labels,
    ...(test === undefined ? {} : { testLabels: test.labels }),
    read: async (trainRows, testRows) => ({
      train: read(train, trainRows),
      test: read(test ?? train, testRows),
    }),
  }
}

function largest(labels: Int32Array | undefined): number {
  return labels?.reduce((highest, label) => Math.max(highest, label), 0) ?? 0
}

function readPart(
  arrays: Readonly<Record<string, NpyArray>>,
  inputsKey: string,
  labelsKey: string,
  file: string,
): Part {
  const inputs = arrayOf(arrays, inputsKey, file)
  const labels = arrayOf(arrays, labelsKey, file)
  const count = inputs.shape[0]
  if (inputs.shape.length < 2 || labels.data.length !== count) {
    throw new InputError(
      `${file}: ${inputsKey} [${inputs.shape.join(', ')}] and ${labelsKey} ` +
        `[${labels.shape.join(', ')}] are not as many rows of inputs and labels`,
    )
  }
  const numbers = Int32Array.from(labels.data, (label, row) => {
    if (Number.isInteger(label) && label >= 0 && label < 2 ** 31) return label
    throw new InputError(`${file}: ${labelsKey}[${row}] is ${label}, no whole number from 0`)
  })
  return { inputs, labels: numbers }
}

function shapeOf(row: readonly number[], { layout }: NpzConfig, file: string): number[] {
  if (row.length === 1) return [...row]
  if (row.length === 2) return [1, ...row]
  if (row.length === 3) return layout === 'nchw' ? [...row] : [row[2], row[0], row[1]]
  throw new InputError(`${file}: inputs of ${row.length + 1} axes are neither a table nor images`)
}

function readRows(
  { data, dtype }: NpyArray,
  rows: Int32Array,
  shape: readonly number[],
  layout: 'nchw' | 'nhwc',
): Float32Array {
  const size = shape.reduce((product, extent) => product * extent, 1)
  const scale = shape.length > 1 && dtype.endsWith('u1') ? 1 / 255 : 1
  const inputs = gatherRows(data, rows, size, scale)
  if (shape.length === 1 || layout === 'nchw' || shape[0] === 1) return inputs
  const channels = shape[0]
  const plane = size / channels
  return inputs.map((_, index) => {
    const [start, within] = [Math.floor(index / size) * size, index % size]
    return inputs[start + (within % plane) * channels + Math.floor(within / plane)]
  })
}
