/** ONNX classifiers from elsewhere: exports of PyTorch, Keras, timm and the like. */
import { dirname } from 'node:path'
import type { Tensor as OrtTensor } from 'onnxruntime-node'
import { atPlace, firstLineOf, InputError } from '../../core/errors.js'
import { limits } from '../../core/limits.js'
import { requireAtMost } from '../../core/requireAtMost.js'
import { sizeOf } from '../../core/tensor.js'
import { readInputFile } from '../../formats/inputFile.js'
import type { DeviceName } from '../types.js'
import { type CutPath, cutGraph } from './cut.js'
import { type Embedding, embeddingOf } from './embedding.js'
import { externalFiles, type ForeignValue, modelOf } from './foreignFile.js'
import { inFloat32, type ShortFloat } from './inFloat32.js'
import { type LastLinear, lastLinear } from './lastLinear.js'
import { type OutputOrigin, outputOrigin } from './outputOrigin.js'
import { decodeParts, encodeParts } from './parts.js'
import { loadOrt, type Ort, openSession } from './session.js'

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
  /** The type of its floats of 16 bits, where it has some: they are float32 in what is computed. */
  readonly short: ShortFloat | undefined
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
  const model = modelOf(file, bytes)
  // Throws where one is missing, on which ONNX Runtime fails obscurely.
  externalFiles(file, model)
  const { graph } = model
  const origins = new Map(
    graph.output.map(({ name }) => [name, outputOrigin(graph.node, name)] as const),
  )
  const embeddings = new Map(
    graph.input.map(({ name }) => [name, embeddingOf(graph, name)] as const),
  )
  const { bytes: computed, short } = inFloat32(bytes)
  const open = opener({ file, device, short, origins, embeddings })
  const whole = await open(short === undefined ? file : computed)
  const parts: ForeignModel[] = []
  const layers = new Map(graph.output.map(({ name }) => [name, lastLinear(graph, name)] as const))
  return {
    ...whole,
    lastLinear: (output) => layers.get(output),
    async cut(tensor, path) {
      const { bytes: model } = inFloat32(readInputFile(file))
      const cut = atPlace(file, () => cutGraph(decodeParts(model), tensor, path))
      const below = await open(encodeParts(cut.below))
      parts.push(below)
      const [{ type }] = below.outputs
      if (type !== 'float32') {
        throw new InputError(`${file}: "${tensor}" is of type ${type}; only floats can be masked`)
      }
      return {
        below,
        held: cut.held,
        async above(shape) {
          const extents = shape.map((extent) => extent ?? 'batch')
          const above = await open(encodeParts(cut.above(extents)))
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

/** What to do about a file format that is newer than ONNX Runtime knows. */
const NEWER =
  '; save it in an older one (Python: model = onnx.load(FILE); model.ir_version = 10; onnx.save(model, FILE)), with an opset that this one allows'

/** What a file and its parts have in common. */
interface Opened {
  readonly file: string
  readonly device: DeviceName
  readonly short: ShortFloat | undefined
  readonly origins: ReadonlyMap<string, OutputOrigin>
  readonly embeddings: ReadonlyMap<string, Embedding | undefined>
}

/** Opener of the model, from its file or from bytes, and of its parts. */
function opener({ file, device, short, origins, embeddings }: Opened) {
  return async (source: string | Uint8Array): Promise<ForeignModel> => {
    const { Tensor } = await loadOrt()
    const session = await openSession(source, device, dirname(file)).catch((cause: unknown) => {
      const message = firstLineOf(cause)
      const hint = /IR version|onnx opset versions/.test(message)
        ? NEWER
        : short === undefined
          ? ''
          : `; its ${short} was to be computed in float32: export it so (model.float())`
      throw new InputError(`${file}: ONNX Runtime cannot load this model: ${message}${hint}`, {
        cause,
      })
    })
    const inputs = session.inputMetadata.map(describe)
    for (const { name, shape } of inputs) {
      const size = sizeOf(shape.map((extent) => extent ?? 1))
      const what = `${file}: numbers of the input "${name}" [${shape.map((extent) => extent ?? '?').join(', ')}]`
      requireAtMost(size, limits.fedNumbers, what, 'export the model with an open batch axis')
    }
    return {
      file,
      short,
      inputs,
      outputs: session.outputMetadata.map(describe),
      origin: (output) => origins.get(output) ?? outputOrigin([], output),
      embedding: (input) => embeddings.get(input),
      lastLinear: () => undefined,
      async run(feeds, output) {
        try {
          const tensors = Object.entries(feeds).map(
            ([name, fed]) => [name, tensorOf(Tensor, fed)] as const,
          )
          const found = await session.run(Object.fromEntries(tensors), [output], QUIET)
          const { data, dims } = found[output]
          return { data: data as Float32Array, shape: dims }
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
