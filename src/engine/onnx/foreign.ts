/** ONNX classifiers from elsewhere: exports of PyTorch, Keras, timm and the like. */
import { dirname } from 'node:path'
import type { Tensor as OrtTensor } from 'onnxruntime-node'
import { atPlace, firstLineOf, InputError, messageOf } from '../../core/errors.js'
import { limits } from '../../core/limits.js'
import { requireAtMost } from '../../core/requireAtMost.js'
import { sizeOf } from '../../core/tensor.js'
import { readInputFile } from '../../formats/inputFile.js'
import type { DeviceName } from '../types.js'
import { type CutPath, cutGraph, type GraphCut } from './cut.js'
import { type Embedding, embeddingOf } from './embedding.js'
import { withFloatEnds } from './floatEnds.js'
import { externalFiles, type ForeignValue, graphOf } from './foreignFile.js'
import { dataTypes } from './format.js'
import { type LastLinear, lastLinear } from './lastLinear.js'
import { type OutputOrigin, outputOrigin } from './outputOrigin.js'
import { decodeParts, encodeParts, type ModelParts } from './parts.js'
import { loadOrt, type Ort, openSession } from './session.js'
import { isShortFloat, roundedTo } from './shortFloats.js'

/** Failures are thrown; ONNX Runtime is not to print them as well. */
const QUIET = { logSeverityLevel: 4 } as const

export interface ForeignTensor {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** A tensor that a model is fed: its shape, and its elements in a typed array that fits their type. */
export type FedTensor = { readonly shape: readonly number[] } & (
  | { readonly type: 'float32'; readonly data: Float32Array }
  | { readonly type: 'int32'; readonly data: Int32Array }
  | { readonly type: 'int64'; readonly data: BigInt64Array }
)

/** What a run is fed, by the names of the inputs. */
export type ForeignFeeds = Readonly<Record<string, FedTensor>>

/** A model file, open. */
export interface ForeignModel {
  readonly file: string
  readonly inputs: readonly ForeignValue[]
  readonly outputs: readonly ForeignValue[]
  /** What the graph says of the values of an output. */
  origin(output: string): OutputOrigin
  /** The linear layer that an output comes from; undefined where the graph shows none, and of a part of a model. */
  lastLinear(output: string): LastLinear | undefined
  /** The table in which an input of ids is looked up, where the graph shows one. */
  embedding(input: string): Embedding | undefined
  /** Fetches one output. Throws InputError when the model refuses what it is fed. */
  run(feeds: ForeignFeeds, output: string): Promise<ForeignTensor>
  /** Cuts the model at an inner tensor ({@link cutGraph}); its parts end with the model. */
  cut(tensor: string, path: CutPath): Promise<ForeignCut>
  dispose(): Promise<void>
}

/** A model that is cut in two at an inner tensor. */
export interface ForeignCut {
  /** From the inputs to the tensor. */
  readonly below: ForeignModel
  /** Inputs of the model that the part above reads besides the tensor. */
  readonly held: readonly string[]
  /** From the tensor, whose shape is given, batch axis included, to the output. */
  above(shape: ForeignValue['shape']): Promise<ForeignModel>
}

/**
 * Opens an ONNX file. Throws InputError, naming the file, when it is missing, is no ONNX model, keeps
 * weights in a file that is not there, or uses operators that ONNX Runtime does not know.
 */
export async function openForeignModel(file: string, device: DeviceName): Promise<ForeignModel> {
  const bytes = readInputFile(file)
  const graph = graphOf(file, bytes)
  // Throws where one is missing, on which ONNX Runtime fails obscurely.
  externalFiles(file, graph)
  const origins = new Map(
    graph.output.map(({ name }) => [name, outputOrigin(graph.node, name)] as const),
  )
  const embeddings = new Map(
    graph.input.map(({ name }) => [name, embeddingOf(graph, name)] as const),
  )
  const inBfloat16 = graph.initializer.some(({ dataType }) => dataType === dataTypes.bfloat16)
  const open = partOpener({ file, device, origins, embeddings, inBfloat16 })
  const whole = await open(decodeParts(bytes), file)
  const parts: ForeignModel[] = []
  const layers = new Map(graph.output.map(({ name }) => [name, lastLinear(graph, name)] as const))
  return {
    ...whole,
    lastLinear: (output) => layers.get(output),
    async cut(tensor, path) {
      const cut = atPlace(file, () => cutGraph(decodeParts(readInputFile(file)), tensor, path))
      const [below, type] = await openBelow(cut, open)
      parts.push(below)
      if (type !== 'float32' && !isShortFloat(type)) {
        throw new InputError(`${file}: "${tensor}" is of type ${type}; only floats can be masked`)
      }
      return {
        below,
        held: cut.held,
        async above(shape) {
          const extents = shape.map((extent) => extent ?? 'batch')
          const above = await open(cut.above(type, extents))
          parts.push(above)
          return above
        },
      }
    },
    async dispose() {
      for (const part of [whole, ...parts]) await part.dispose()
    },
  }
}

/** What to do about a model in bfloat16 that a device has no kernels for. */
const BFLOAT16 =
  '; its weights are bfloat16, which few operators take on a CPU: export it in float32 (model.float()), or use --device cuda'

/** What to do about a file format that is newer than ONNX Runtime knows. */
const NEWER =
  '; save it in an older one (Python: model = onnx.load(FILE); model.ir_version = 10; onnx.save(model, FILE)), with an opset that this one allows'

/** What a file and its parts have in common. */
interface Opened {
  readonly file: string
  readonly device: DeviceName
  readonly origins: ReadonlyMap<string, OutputOrigin>
  readonly embeddings: ReadonlyMap<string, Embedding | undefined>
  /** Whether weights are bfloat16, which few kernels for CPUs take. */
  readonly inBfloat16: boolean
}

/** Opens a model that is in parts; from the file that has the same, where nothing is to be changed in it. */
type OpenParts = (parts: ModelParts, same?: string) => Promise<ForeignModel>

/**
 * The part below a cut, and the type of the tensor, which only ONNX Runtime knows where the file does not declare
 * it. It is opened twice where that is one of 16 bits, and cannot even be described where it is bfloat16.
 */
async function openBelow(cut: GraphCut, open: OpenParts): Promise<[ForeignModel, string]> {
  const plain = await open(cut.below()).catch((error: unknown) => {
    if (messageOf(error).endsWith(BFLOAT16_REFUSED)) return undefined
    throw error
  })
  const type = plain === undefined ? 'bfloat16' : plain.outputs[0].type
  if (plain !== undefined && type !== 'float16') return [plain, type]
  await plain?.dispose()
  return [await open(cut.below(type as 'float16' | 'bfloat16')), type]
}

/** How ONNX Runtime's message for inputs and outputs of bfloat16 ends. */
const BFLOAT16_REFUSED = `Unsupported data type: ${dataTypes.bfloat16}`

/** Opener of a file and of its parts. */
function partOpener({ file, device, origins, embeddings, inBfloat16 }: Opened): OpenParts {
  return async (parts, same) => {
    const { model, changed } = withFloatEnds(parts)
    const { Tensor } = await loadOrt()
    const source = same !== undefined && changed.size === 0 ? same : encodeParts(model)
    const session = await openSession(source, device, dirname(file)).catch((cause: unknown) => {
      const message = firstLineOf(cause)
      const hint = inBfloat16
        ? BFLOAT16
        : /IR version|onnx opset versions/.test(message)
          ? NEWER
          : ''
      throw new InputError(`${file}: ONNX Runtime cannot load this model: ${message}${hint}`, {
        cause,
      })
    })
    // Rounded before and after, since ONNX Runtime leaves out a Cast whose reverse follows.
    const inShort = <T extends FedTensor>(name: string, tensor: T): T => {
      const type = changed.get(name)?.type
      if (type === undefined || tensor.type !== 'float32') return tensor
      return { ...tensor, data: roundedTo(type, tensor.data) }
    }
    const fedName = (name: string) => changed.get(name)?.name ?? name
    const own = new Map([...changed].map(([name, { name: fed, type }]) => [fed, { name, type }]))
    const describeOwn = (value: Metadata) => ({ ...describe(value), ...own.get(value.name) })
    const inputs = session.inputMetadata.map(describeOwn)
    for (const { name, shape } of inputs) {
      const size = sizeOf(shape.map((extent) => extent ?? 1))
      const what = `${file}: numbers of the input "${name}" [${shape.map((extent) => extent ?? '?').join(', ')}]`
      requireAtMost(size, limits.fedNumbers, what, 'export the model with an open batch axis')
    }
    return {
      file,
      inputs,
      outputs: session.outputMetadata.map(describeOwn),
      origin(output) {
        const origin = origins.get(output) ?? outputOrigin([], output)
        return changed.has(output) ? { ...origin, rounded: true } : origin
      },
      embedding: (input) => embeddings.get(input),
      lastLinear: () => undefined,
      async run(feeds, output) {
        try {
          const tensors = Object.entries(feeds).map(([name, fed]) => {
            return [fedName(name), tensorOf(Tensor, inShort(name, fed))] as const
          })
          const name = fedName(output)
          const { [name]: result } = await session.run(Object.fromEntries(tensors), [name], QUIET)
          const fetched = {
            type: 'float32' as const,
            data: result.data as Float32Array,
            shape: result.dims,
          }
          return inShort(output, fetched)
        } catch (cause) {
          const fed = Object.entries(feeds).map(
            ([name, { shape }]) => `${name} [${shape.join(', ')}]`,
          )
          throw new InputError(
            `${file}: the model fails on ${fed.join(', ')}: ${inWords(firstLineOf(cause))}`,
            { cause },
          )
        }
      },
      cut: () => Promise.reject(new Error(`a part of ${file} is not cut again`)),
      dispose: () => session.release(),
    }
  }
}

/** ONNX Runtime's message, with what it means where that is known: an id beyond a table. */
function inWords(message: string): string {
  const found = /idx=(-?\d+) must be within the inclusive range \[-?\d+,\s*(\d+)\]/.exec(message)
  if (found === null) return message
  const [, id, last] = found
  return (
    `it looks ${id} up in a table of ${Number(last) + 1} rows: an id, the mask token, a type or the number of tokens is ` +
    `beyond what the model knows (${message})`
  )
}

function tensorOf(Tensor: Ort['Tensor'], fed: FedTensor): OrtTensor {
  switch (fed.type) {
    case 'float32':
      return new Tensor(fed.type, fed.data, fed.shape)
    case 'int32':
      return new Tensor(fed.type, fed.data, fed.shape)
    case 'int64':
      return new Tensor(fed.type, fed.data, fed.shape)
  }
}

interface Metadata {
  readonly name: string
  readonly isTensor: boolean
}

interface TensorMetadata extends Metadata {
  readonly type: string
  readonly shape: readonly (number | string)[]
}

function describe(value: Metadata): ForeignValue {
  if (!value.isTensor) return { name: value.name, type: 'no tensor', shape: [] }
  const { name, type, shape } = value as TensorMetadata
  const extents = shape.map((extent) =>
    typeof extent === 'number' && extent > 0 ? extent : undefined,
  )
  return { name, type, shape: extents }
}
