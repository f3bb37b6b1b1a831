/** Writes networks and training steps as ONNX files. */
import { bytesOf, type Tensors } from '../../core/tensor.js'
import {
  BATCH,
  type Graph,
  type GraphInput,
  type Node,
  type Program,
  type Shape,
} from '../../graph/types.js'
import {
  type DeviceForms,
  type EmissionOptions,
  type EmittedNodes,
  type Emitters,
  emitNodes,
} from './emission.js'
import {
  dataTypes,
  encodeModel,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './format.js'
import { weightsFirst } from './nodeOrder.js'
import { convolutionEmitters } from './operators/convolution.js'
import { elementwiseEmitters } from './operators/elementwise.js'
import { embeddingEmitters } from './operators/embedding.js'
import { linearEmitters } from './operators/linear.js'
import { lossEmitters } from './operators/loss.js'
import { normalizationEmitters } from './operators/normalization.js'
import { poolingEmitters } from './operators/pooling.js'
import { reductionEmitters } from './operators/reduction.js'
import { shapingEmitters } from './operators/shaping.js'

/** Operator set 17 has every operator that is emitted, and older tools read it too. */
const OPERATOR_SET = 17
/** Version of the file format that goes with operator set 17. */
const FORMAT_VERSION = 8

const emitters: Emitters<Node> = {
  ...convolutionEmitters,
  ...elementwiseEmitters,
  ...embeddingEmitters,
  ...linearEmitters,
  ...lossEmitters,
  ...normalizationEmitters,
  ...poolingEmitters,
  ...reductionEmitters,
  ...shapingEmitters,
}

/** Name of the output of every inference model. */
export const OUTPUT_NAME = 'logits'

/** What a model is written for: any tool, or one device of ONNX Runtime with its peculiarities. */
export interface Target extends Pick<EmissionOptions, 'paddedChannels'> {
  readonly forms?: DeviceForms
}

/** A network in evaluation mode with its weights as initialisers; the output is `logits`. */
export function encodeInference(
  graph: Graph,
  parameters: Tensors,
  target: Target = {},
): Uint8Array {
  const emitted = emitInference(graph, target)
  renameOutput(emitted, graph.output)
  const shape = emitted.types.get(graph.output)?.shape ?? []
  const weights = graph.parameters.map(({ name, shape: expected }) =>
    weightProto(name, expected, parameters),
  )
  return encode(
    emitted,
    graph.inputs,
    [...weights, ...emitted.constants],
    [valueInfo(OUTPUT_NAME, 'float32', shape)],
  )
}

/**
 * A program as an ONNX file; its outputs go by the names of the values that they return. Its first
 * input is the batch.
 */
export function encodeProgram(program: Program, target: Target = {}): Uint8Array {
  const returned = [...new Set(Object.values(program.outputs))]
  const emitted = emitProgram(program, target)
  const outputs = returned.map((name) =>
    valueInfo(name, 'float32', emitted.types.get(name)?.shape ?? []),
  )
  return encode(emitted, program.inputs, emitted.constants, outputs)
}

/** The ONNX nodes of a network in evaluation mode. */
export function emitInference(graph: Graph, { paddedChannels, forms }: Target): EmittedNodes {
  return emitNodes(graph, { emitters, paddedChannels, forms: { nodes: forms?.nodes } })
}

/** The ONNX nodes of a program whose first input is the batch. */
export function emitProgram(program: Program, target: Target): EmittedNodes {
  const { nodes, ...rest } = emitNodes(program, { emitters, ...target })
  return { ...rest, nodes: weightsFirst(nodes, program.inputs[0].name) }
}

function encode(
  emitted: EmittedNodes,
  inputs: readonly GraphInput[],
  initializer: TensorProto[],
  output: ValueInfoProto[],
): Uint8Array {
  const input = inputs.map(({ name, dtype, shape }) => valueInfo(name, dtype, shape))
  return encodeGraph({ name: 'network', node: emitted.nodes, initializer, input, output })
}

/** A graph as a file; the operators of `nodes`, by default its own, say which operator sets it needs. */
export function encodeGraph(
  graph: GraphProto,
  nodes: readonly NodeProto[] = graph.node,
): Uint8Array {
  return encodeModel({
    irVersion: FORMAT_VERSION,
    producerName: 'lowlayer',
    opsetImport: operatorSets(nodes),
    graph,
  })
}

function operatorSets(nodes: readonly NodeProto[]): { domain: string; version: number }[] {
  const domains = new Set(nodes.map(({ domain }) => domain ?? ''))
  const own = [...domains].filter((domain) => domain !== '').sort()
  const versions = own.reverse().map((domain) => ({ domain, version: 1 }))
  return [{ domain: '', version: OPERATOR_SET }, ...versions]
}

function renameOutput({ nodes }: EmittedNodes, from: string): void {
  const rename = (name: string) => (name === from ? OUTPUT_NAME : name)
  for (const node of nodes) {
    node.input = node.input.map(rename)
    node.output = node.output.map(rename)
  }
}

function weightProto(name: string, shape: Shape, parameters: Tensors): TensorProto {
  const tensor = parameters[name]
  if (tensor === undefined) throw new Error(`no value for the parameter "${name}"`)
  if (tensor.shape.join() !== shape.join()) {
    throw new Error(`"${name}" is [${tensor.shape}], but the network has [${shape}]`)
  }
  return { name, dims: [...shape], dataType: dataTypes.float32, rawData: bytesOf(tensor.data) }
}

/** An input or output; extents of {@link BATCH} stand for one that is known when it runs, called `free`. */
export function valueInfo(
  name: string,
  dtype: keyof typeof dataTypes,
  shape: Shape,
  free = 'batch',
): ValueInfoProto {
  const dim = shape.map((extent) => (extent === BATCH ? { dimParam: free } : { dimValue: extent }))
  return { name, type: { tensorType: { elemType: dataTypes[dtype], shape: { dim } } } }
}
