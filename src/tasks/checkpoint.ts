import { readFile } from 'node:fs/promises'
import { messageOf, TaskError } from '../core/errors.js'
import type { Tensors } from '../core/tensor.js'
import { importOnnxParameters } from '../engine/onnx/checkpoint.js'

/** Weights of a stored checkpoint. Throws TaskError naming the file when it is missing or damaged. */
export async function readCheckpointWeights(file: string): Promise<Tensors> {
  try {
    return importOnnxParameters(await readFile(file))
  } catch (error) {
    throw new TaskError(
      `checkpoint ${file} cannot be read: ${messageOf(error)}; delete its network's folder to train it again`,
      { cause: error },
    )
  }
}
