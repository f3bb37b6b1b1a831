/**
 * The state of training as a `.npz` file: `step`, `parameters/<name>`, `slots/<name>`, and `trainedBy`, the bytes of
 * a JSON list of engines.
 */
import { readFile } from 'node:fs/promises'
import type { Tensor, Tensors } from '../core/tensor.js'
import type { TrainState } from '../engine/types.js'
import type { NpyArray } from '../formats/npy.js'
import { decodeNpz, encodeNpz } from '../formats/npz.js'
import type { WriteFile } from '../store/atomic.js'
import type { TrainingEngine } from './trainingEngine.js'

/** A state and the engines that computed it. */
export interface SavedState extends TrainState {
  readonly trainedBy: readonly TrainingEngine[]
}

export async function writeTrainState(
  path: string,
  state: SavedState,
  writeFile: WriteFile,
): Promise<void> {
  await writeFile(
    path,
    encodeNpz({
      step: Int32Array.of(state.step),
      trainedBy: new TextEncoder().encode(JSON.stringify(state.trainedBy)),
      ...prefixed('parameters/', state.parameters),
      ...prefixed('slots/', state.slots),
    }),
  )
}

/** Reads a state back; undefined when there is no file. Throws InputError when it is damaged. */
export async function readTrainState(path: string): Promise<SavedState | undefined> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (bytes === undefined) return undefined
  const arrays = decodeNpz(bytes, path)
  const group = (prefix: string): Tensors =>
    Object.fromEntries(
      Object.entries(arrays)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, array]): [string, Tensor] => [
          name.slice(prefix.length),
          { shape: array.shape, data: Float32Array.from(array.data as Float32Array) },
        ]),
    )
  return {
    step: Number(arrays.step.data[0]),
    trainedBy: enginesIn(arrays.trainedBy),
    parameters: group('parameters/'),
    slots: group('slots/'),
  }
}

/** None in states of before they were named. */
function enginesIn(array: NpyArray | undefined): readonly TrainingEngine[] {
  if (array === undefined) return []
  return JSON.parse(new TextDecoder().decode(array.data as Uint8Array)) as TrainingEngine[]
}

function prefixed(prefix: string, tensors: Tensors): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [`${prefix}${name}`, tensor]),
  )
}
