import { InputError, messageOf, TaskError } from '../core/errors.js'
import type { Tensors } from '../core/tensor.js'
import { importOnnxParameters } from '../engine/onnx/checkpoint.js'
import { checkParameters } from '../engine/state.js'
import type { Graph } from '../graph/types.js'
import { readStored } from '../store/stored.js'

/**
 * Weights of a stored checkpoint of a network, all of them and no others. Throws TaskError naming the file when it
 * is missing, damaged or of another network.
 */
export async function readCheckpointWeights(file: string, graph: Graph): Promise<Tensors> {
  try {
    const bytes = await readStored(file)
    if (bytes === undefined) throw new InputError('it is not there')
    const weights = importOnnxParameters(bytes)
    checkParameters(graph, weights)
    const names = new Set(graph.parameters.map(({ name }) => name))
    const unknown = Object.keys(weights).find((name) => !names.has(name))
    if (unknown !== undefined) throw new InputError(`the network has no weights "${unknown}"`)
    return weights
  } catch (error) {
    throw new TaskError(`checkpoint ${file} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}
