/** ONNX classifiers from elsewhere: exports of PyTorch, Keras, timm and the like. */
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Tensor as OrtTensor } from 'onnxruntime-node'
import { InputError, messageOf } from '../../core/errors.js'
import type { DeviceName } from '../types.js'
import { type Embedding, embeddingOf } from './embedding.js'
import { decodeModel, type ModelProto } from './format.js'
import { type OutputOrigin, outputOrigin } from './outputOrigin.js'
import { loadOrt, type Ort, openSession } from './session.js'

/** Failures are thrown; ONNX Runtime is not to print them as well. */
const QUIET = { logSeverityLevel: 4 } as const

/** An input or output of a model. */
export interface ForeignValue {
  readonly name: string
  /** Element type in ONNX Runtime's words: `float32`, `int64` … */
  readonly type: string
  /** Extents; undefined where the model leaves one open. */
  readonly shape: readonly (number | undefined)[]
}

export interface ForeignTensor {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** A value that is fed, as arrays of its element type hold it. */
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
  /** Content id: of the file and of those that its weights are kept in. */
  readonly id: string
  readonly inputs: readonly ForeignValue[]
  readonly outputs: readonly ForeignValue[]
  /** What the graph says of the values of an output. */
  origin(output: string): OutputOrigin
  /** The table in which an input of ids is looked up, where the graph shows one. */
  embedding(input: string): Embedding | undefined
  /** Fetches one output. Throws InputError when the model refuses what it is fed. */
  run(feeds: ForeignFeeds, output: string): Promise<ForeignTensor>
  dispose(): Promise<void>
}

/**
 * Opens an ONNX file. Throws InputError, naming the file, when it is missing, is no ONNX model, keeps
 * weights in a file that is not there, or uses operators that ONNX Runtime does not know.
 */
export async function openForeignModel(file: string, device: DeviceName): Promise<ForeignModel> {
  const graph = readGraph(file)
  const id = await contentIdOf([file, ...externalFiles(file, graph)])
  const outputNames = graph.output.map(({ name }) => name)
  const origins = new Map(outputNames.map((name) => [name, outputOrigin(graph.node, name)]))
  const embeddings = new Map(graph.input.map(({ name }) => [name, embeddingOf(graph, name)]))
  const { Tensor } = await loadOrt()
  const session = await openSession(file, device).catch((cause: unknown) => {
    throw new InputError(`${file}: ONNX Runtime cannot load this model: ${firstLine(cause)}`, {
      cause,
    })
  })
  return {
    file,
    id,
    inputs: session.inputMetadata.map(describe),
    outputs: session.outputMetadata.map(describe),
    origin: (output) => origins.get(output) ?? outputOrigin([], output),
    embedding: (input) => embeddings.get(input),
    async run(feeds, output) {
      try {
        const tensors = Object.entries(feeds).map(([name, fed]) => [name, tensorOf(Tensor, fed)])
        const fetched = await session.run(Object.fromEntries(tensors), [output], QUIET)
        const result = fetched[output]
        return { data: result.data as Float32Array, shape: result.dims }
      } catch (cause) {
        const fed = Object.entries(feeds).map(
          ([name, { shape }]) => `${name} [${shape.join(', ')}]`,
        )
        throw new InputError(`${file}: the model fails on ${fed.join(', ')}: ${firstLine(cause)}`, {
          cause,
        })
      }
    },
    dispose: () => session.release(),
  }
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

/** Files of weights beside the model, looked for before ONNX Runtime fails on them obscurely. */
function externalFiles(file: string, { initializer }: ModelProto['graph']): Set<string> {
  const found = new Set<string>()
  for (const tensor of initializer) {
    if (tensor.dataLocation !== 1) continue
    const location = tensor.externalData?.find(({ key }) => key === 'location')?.value ?? ''
    const path = join(dirname(file), location)
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) {
      found.add(path)
      continue
    }
    throw new InputError(
      `${file}: the weight "${tensor.name}" is kept in ${path}, which is not there; ` +
        'put that file beside the model, or export the model as one file',
    )
  }
  return found
}

/** The first 16 hexadecimal digits of the SHA-256 of the files, one after the other. */
async function contentIdOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of files) {
    try {
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
    } catch (cause) {
      throw new InputError(`cannot read ${path}: ${messageOf(cause)}`, { cause })
    }
  }
  return hash.digest('hex').slice(0, 16)
}

function readGraph(file: string): ModelProto['graph'] {
  const bytes = readModelFile(file)
  try {
    const { graph } = decodeModel(bytes)
    if (graph !== undefined) return graph
  } catch (cause) {
    throw new InputError(`${file} is no ONNX model, or is cut short: ${firstLine(cause)}`, {
      cause,
    })
  }
  throw new InputError(`${file} is no ONNX model: it holds no graph`)
}

function readModelFile(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new InputError(`cannot read ${file}: ${missing ? 'no such file' : messageOf(cause)}`, {
      cause,
    })
  }
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0]
}
