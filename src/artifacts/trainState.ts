/**
 * The state of training as a `.npz` file: `step`, `parameters/<name>`, `slots/<name>`, and `trainedBy`, the bytes of
 * a JSON list of engines.
 */
import { InputError } from '../core/errors.js'
import type { Tensor, Tensors } from '../core/tensor.js'
import type { TrainState } from '../engine/types.js'
import { checkArrays, type ExpectedArray } from '../formats/expectedArrays.js'
import type { NpyArray } from '../formats/npy.js'
import { arrayOf, decodeNpz, encodeNpz } from '../formats/npz.js'
import type { Shape } from '../graph/types.js'
import type { TrainingEngine } from './trainingEngine.js'

/** A state and the engines that computed it. */
export interface SavedState extends TrainState {
  readonly trainedBy: readonly TrainingEngine[]
}

/** Shapes of all that a network's training state consists of, by name. */
export interface StateShapes {
  readonly parameters: Readonly<Record<string, Shape>>
  readonly slots: Readonly<Record<string, Shape>>
}

/** A state as the bytes of its file. */
export function encodeTrainState(state: SavedState): Uint8Array {
  return encodeNpz({
    step: Int32Array.of(state.step),
    trainedBy: new TextEncoder().encode(JSON.stringify(state.trainedBy)),
    ...prefixed('parameters/', state.parameters),
    ...prefixed('slots/', state.slots),
  })
}

/**
 * Reads a state of these parameters and slots, all of them. Throws InputError naming the file when it is damaged
 * or of another network.
 */
export function decodeTrainState(bytes: Uint8Array, file: string, shapes: StateShapes): SavedState {
  const arrays = decodeNpz(bytes, file)
  const { shape: listed } = arrayOf(arrays, 'trainedBy', file)
  checkArrays(
    arrays,
    {
      step: { dtype: '<i4', shape: [1] },
      trainedBy: { dtype: '|u1', shape: [listed[0]] },
      ...expected('parameters/', shapes.parameters),
      ...expected('slots/', shapes.slots),
    },
    file,
  )
  const group = (prefix: string, names: object): Tensors =>
    Object.fromEntries(
      Object.keys(names).map((name): [string, Tensor] => {
        const { shape, data } = arrays[prefix + name]
        return [name, { shape, data: data as Float32Array }]
      }),
    )
  const [step] = arrays.step.data
  if (step < 0) throw new InputError(`${file} [step]: damaged: ${step} is no number of steps`)
  return {
    step,
    trainedBy: enginesIn(arrays.trainedBy, file),
    parameters: group('parameters/', shapes.parameters),
    slots: group('slots/', shapes.slots),
  }
}

function enginesIn({ data }: NpyArray, file: string): readonly TrainingEngine[] {
  try {
    const engines: unknown = JSON.parse(new TextDecoder().decode(data as Uint8Array))
    if (Array.isArray(engines) && engines.every(isTrainingEngine)) return engines
  } catch {
    // Said below, as of any other content.
  }
  throw new InputError(`${file} [trainedBy]: damaged: it names no engines`)
}

function isTrainingEngine(value: Partial<TrainingEngine> | null): value is TrainingEngine {
  return (
    typeof value?.engine === 'string' &&
    typeof value.device === 'string' &&
    typeof value.versions === 'object' &&
    value.versions !== null &&
    Object.values(value.versions).every((version) => typeof version === 'string')
  )
}

function expected(
  prefix: string,
  shapes: Readonly<Record<string, Shape>>,
): Record<string, ExpectedArray> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [prefix + name, { dtype: '<f4', shape }]),
  )
}

function prefixed(prefix: string, tensors: Tensors): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]),
  )
}
