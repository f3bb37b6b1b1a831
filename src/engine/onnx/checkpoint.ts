/** Checkpoints: a network with its weights as an ONNX file, and the weights back from one. */
import { InputError } from '../../core/errors.js'
import { sizeOf, type Tensor, type Tensors } from '../../core/tensor.js'
import type { Graph } from '../../graph/types.js'
import type { WeightedGraph } from '../types.js'
import { CONSTANT_PREFIX } from './emission.js'
import { dataTypes, decodeModel, encodeModel, type ModelProto, type TensorProto } from './format.js'
import { encodeInference } from './model.js'

/** Where external tensors say that their data lie in another file (TensorProto.DataLocation). */
const EXTERNAL = 1

/** Metadata of a checkpoint that hold the network's own graph, as JSON. */
const GRAPH_KEY = 'lowlayer.graph'

/**
 * A network as an ONNX file: its inputs under their own names with a free batch axis, the output
 * `logits`, the weights as initialisers under their own names. Opens in any ONNX tool.
 */
export function exportOnnx(graph: Graph, parameters: Tensors): Uint8Array {
  // Messages of this format that stand one after the other are one.
  const metadataProps = [{ key: GRAPH_KEY, value: JSON.stringify(graph) }]
  return Buffer.concat([encodeInference(graph, parameters), encodeModel({ metadataProps })])
}

/**
 * The network that {@link exportOnnx} wrote to a file, which runs as where it was trained; undefined for every other
 * file, and for one that anybody has changed since: its nodes may say something else than its metadata.
 */
export function importExported(bytes: Uint8Array): WeightedGraph | undefined {
  // Decoding takes seconds of a large file from elsewhere, which does not have these words.
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!view.includes(GRAPH_KEY)) return undefined
  try {
    const entry = parseOnnx(bytes).metadataProps?.find(({ key }) => key === GRAPH_KEY)
    if (entry === undefined) return undefined
    const graph = JSON.parse(entry.value) as Graph
    const parameters = importOnnxParameters(bytes)
    const isAsWritten = view.equals(exportOnnx(graph, parameters))
    return isAsWritten ? { graph, parameters } : undefined
  } catch {
    return undefined
  }
}

/**
 * The float32 initialisers of an ONNX file by name: the weights of a checkpoint, or of a network
 * from elsewhere. Constants that the emitter itself added are left out. Throws InputError when the
 * bytes are no ONNX model, when weights lie in another file, or do not fill their shape.
 */
export function importOnnxParameters(bytes: Uint8Array): Tensors {
  const weights = new Map<string, Tensor>()
  for (const proto of parseOnnx(bytes).graph.initializer) {
    const { name, dataType } = proto
    if (dataType !== dataTypes.float32 || (name ?? '').startsWith(CONSTANT_PREFIX)) continue
    if (name === undefined || weights.has(name)) {
      throw new InputError(
        `the model is damaged: ${name === undefined ? 'weights have no name' : `two weights are named "${name}"`}`,
      )
    }
    weights.set(name, tensorOf(proto))
  }
  return Object.fromEntries(weights)
}

/**
 * Weights that a file multiplies by as [inputs, outputs], where a dense layer of lowlayer's, as PyTorch's Linear, has [outputs, inputs]: of
 * as many of both the shape does not tell. Throws InputError as {@link importOnnxParameters} does.
 */
export function inputsFirst(bytes: Uint8Array): Set<string> {
  const read = parseOnnx(bytes).graph.node.flatMap(({ opType, input, attribute }) => {
    const isTurned = attribute.some(({ name, i }) => name === 'transB' && i === 1)
    return opType === 'MatMul' || (opType === 'Gemm' && !isTurned) ? [input[1]] : []
  })
  return new Set(read)
}

/** Reads an ONNX file; throws InputError when the bytes are none. */
function parseOnnx(bytes: Uint8Array): ModelProto {
  const model = tryDecode(bytes)
  if (model.graph === undefined || model.graph === null) {
    throw new InputError('this is no ONNX model: the file holds no graph')
  }
  return model
}

function tryDecode(bytes: Uint8Array): ModelProto {
  try {
    return decodeModel(bytes)
  } catch (cause) {
    throw new InputError('this is no ONNX model: the file cannot be decoded', { cause })
  }
}

function tensorOf({ name, dims, rawData, floatData, dataLocation }: TensorProto): Tensor {
  if (dataLocation === EXTERNAL) {
    throw new InputError(`the weights "${name}" lie in another file; save the model as one file`)
  }
  const shape = dims.map(Number)
  const data =
    floatData !== undefined && floatData.length > 0
      ? Float32Array.from(floatData)
      : fromBytes(rawData ?? new Uint8Array(0), name)
  const isShape = shape.every((extent) => Number.isInteger(extent) && extent >= 0)
  if (!isShape || data.length !== sizeOf(shape)) {
    throw new InputError(`the weights "${name}" have ${data.length} values for [${shape}]`)
  }
  return { shape, data }
}

/** A copy, because the bytes of a field need not be aligned to four. */
function fromBytes(bytes: Uint8Array, name: string): Float32Array {
  if (bytes.length % 4 !== 0) {
    throw new InputError(`the weights "${name}" have ${bytes.length} bytes, no multiple of 4`)
  }
  const values = new Float32Array(bytes.length / 4)
  new Uint8Array(values.buffer).set(bytes)
  return values
}
