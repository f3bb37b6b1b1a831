/** ONNX files from elsewhere, read without running them. */

import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { firstLineOf, InputError, messageOf } from '../../core/errors.js'
import { readInputFile } from '../../formats/inputFile.js'
import { CONSTANT_PREFIX } from './emission.js'
import { requireEvaluationMode } from './evaluationMode.js'
import {
  decodeModel,
  elementTypeName,
  everyTensor,
  type ModelProto,
  type TensorProto,
  type ValueInfoProto,
} from './format.js'
import { isShortFloat, type ShortFloat, shortFloatIn } from './inFloat32.js'
import { tensorBytes } from './tensorBytes.js'

/** An input or output of a model. */
export interface ForeignValue {
  readonly name: string
  /** Element type in ONNX Runtime's words: `float32`, `int64` …; float32 where the file says float16 or bfloat16 (`inFloat32`). */
  readonly type: string
  /** Extents; undefined where the model leaves one open. */
  readonly shape: readonly (number | undefined)[]
}

/** What is known of an ONNX file without running it. */
export interface ForeignFile {
  readonly file: string
  /** What it is fed: no inputs that have weights. */
  readonly inputs: readonly ForeignValue[]
  /** Undefined where it leaves the rank of one of them open: ONNX Runtime finds out when it opens the file. */
  readonly outputs: readonly ForeignValue[] | undefined
  /** Content id: of the file as it is computed, and of those that its weights are kept in. */
  readonly id: string
  /** Its weights, by name: shape, and the SHA-256 of their values, which is computed when asked for. */
  readonly weights: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly hash: () => string }
  >
}

/** The content id of a file. Throws InputError where it, or a file of its weights, cannot be read. */
export async function foreignFileId(file: string): Promise<string> {
  return (await readGraph(file)).id
}

/** Reads an ONNX file without opening it. Throws InputError where it, or a file of its weights, cannot be read or is no ONNX model. */
export async function describeForeignFile(file: string): Promise<ForeignFile> {
  const { id, graph } = await readGraph(file)
  const weights = new Map(
    graph.initializer
      .filter(({ name }) => !(name ?? '').startsWith(CONSTANT_PREFIX))
      .map((tensor) => [
        tensor.name,
        { shape: tensor.dims.map(Number), hash: () => hashOf(file, tensor) },
      ]),
  )
  const isWeight = new Set(graph.initializer.map(({ name }) => name))
  const isOpen = ({ type }: ValueInfoProto) =>
    type?.tensorType !== undefined && type.tensorType.shape === undefined
  return {
    file,
    inputs: graph.input.filter(({ name }) => !isWeight.has(name)).map(declaredValue),
    outputs: graph.output.some(isOpen) ? undefined : graph.output.map(declaredValue),
    id,
    weights,
  }
}

/** An input or output as the file declares it; without extents where it leaves the rank open, as for ONNX Runtime. */
function declaredValue({ name, type: declared }: ValueInfoProto): ForeignValue {
  const tensor = declared?.tensorType
  if (tensor === undefined) return { name, type: 'no tensor', shape: [] }
  const { dim: extents = [] } = tensor.shape ?? {}
  const shape = extents.map((extent) =>
    'dimValue' in extent && extent.dimValue > 0 ? extent.dimValue : undefined,
  )
  const { elemType } = tensor
  const type = isShortFloat(elemType)
    ? 'float32'
    : (elementTypeName(elemType) ?? `of number ${elemType}`)
  return { name, type, shape }
}

/** The graph of a file, which is read once, and its content id. */
async function readGraph(file: string) {
  const bytes = readInputFile(file)
  const model = modelOf(file, bytes)
  const id = await contentIdOf(bytes, externalFiles(file, model), shortFloatIn(bytes))
  return { graph: model.graph, id }
}

/** SHA-256 of the values of a tensor, however they are kept: as bytes, as numbers, or in a file beside the model's. */
function hashOf(file: string, tensor: TensorProto): string {
  const bytes = tensor.dataLocation === 1 ? externalBytes(file, tensor) : tensorBytes(tensor)
  return createHash('sha256').update(String(tensor.dataType)).update(bytes).digest('hex')
}

function externalBytes(file: string, { externalData = [] }: TensorProto): Uint8Array {
  const of = (name: string) => externalData.find(({ key }) => key === name)?.value
  const start = Number(of('offset') ?? 0)
  const length = of('length')
  const bytes = readInputFile(join(dirname(file), of('location') ?? ''))
  const end = length === undefined ? bytes.length : start + Number(length)
  return bytes.subarray(start, end)
}

/** Files of weights and constants beside the model. Throws InputError where one is missing. */
export function externalFiles(file: string, model: ModelProto): Set<string> {
  const found = new Set<string>()
  for (const tensor of everyTensor(model)) {
    if (tensor.dataLocation !== 1) continue
    const location = tensor.externalData?.find(({ key }) => key === 'location')?.value ?? ''
    // ONNX: relative to the folder of the model, and never out of it.
    if (/^$|\0|^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)/i.test(location)) {
      throw new InputError(
        `${file}: the weight "${tensor.name}" is said to be kept in "${location}", which is no file beside the model`,
      )
    }
    const path = join(dirname(file), location)
    if (isFile(path)) {
      found.add(path)
      continue
    }
    throw new InputError(
      `${file}: the weight "${tensor.name}" is kept in ${path}, which is no file that is there; ` +
        'put that file beside the model, or export the model as one file',
    )
  }
  return found
}

/** Whether a file is there; a name that no file can have is none. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/**
 * The first 16 hexadecimal digits of the SHA-256 of some bytes and of files, one after the other; and of how floats of 16 bits are computed,
 * where there are some, which earlier versions computed as they stand.
 */
async function contentIdOf(
  bytes: Uint8Array,
  files: Iterable<string>,
  short: ShortFloat | undefined,
): Promise<string> {
  const hash = createHash('sha256').update(bytes)
  if (short !== undefined) hash.update(`${short} in float32`)
  for (const path of files) {
    try {
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
    } catch (cause) {
      throw new InputError(`cannot read ${path}: ${messageOf(cause)}`, { cause })
    }
  }
  return hash.digest('hex').slice(0, 16)
}

/** The model of a file's bytes. Throws InputError naming the file where they are no ONNX model, or one in training mode. */
export function modelOf(file: string, bytes: Uint8Array): ModelProto {
  const model = decoded(file, bytes)
  if (model.graph === undefined || model.graph === null) {
    throw new InputError(`${file} is no ONNX model: it holds no graph`)
  }
  requireEvaluationMode(file, model.graph)
  return model
}

function decoded(file: string, bytes: Uint8Array): ModelProto {
  try {
    return decodeModel(bytes)
  } catch (cause) {
    const message = `${file} is no ONNX model, or is cut short: ${firstLineOf(cause)}`
    throw new InputError(message, { cause })
  }
}
