import { inferTypes, type ValueTypes } from '../../graph/infer.js'
import type { Graph, Node, NodeBase, NodeKind, NodeOf, Program, Shape } from '../../graph/types.js'
import {
  type AttributeProto,
  attributeTypes,
  dataTypes,
  type NodeProto,
  type TensorProto,
} from './format.js'

/** An attribute's value: text, a number with its type, or a list of whole numbers. */
type Attribute = string | { readonly float: number } | { readonly int: number } | readonly number[]

export interface EmitOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>
  /** Name of the value; a fresh one by default. */
  readonly output?: string
  /** Operator set; ONNX's own by default. */
  readonly domain?: string
}

/**
 * How an image value [batch, channels, H, W] lies in memory: `plain` as its shape says, `blocked`
 * as [batch, channels/b, H, W, b], the layout of ONNX Runtime's fastest convolutions on CPUs.
 */
type Layout = 'plain' | 'blocked'

/** Collects ONNX nodes and constants; emitters of operators write through it. */
export interface Emission {
  /** Shape of a value of the IR graph. */
  shapeOf(value: string): Shape
  dtypeOf(value: string): 'float32' | 'int32'
  /** Appends an ONNX node with one output and returns its name. Equal nodes are emitted once. */
  emit(opType: string, inputs: readonly string[], options?: EmitOptions): string
  /** Whether convolutions must get a multiple of four channels; see {@link EmissionOptions}. */
  readonly paddedChannels: boolean
  /** Whether convolutions of small images have forms of their own; see {@link EmissionOptions}. */
  readonly formsForSmallImages: boolean
  /** Whether products and convolutions have forms for CUDA; see {@link EmissionOptions}. */
  readonly formsForCuda: boolean
  /** Channels in a block of the `blocked` layout; undefined where there is no such layout. */
  readonly blockSize: number | undefined
  /** Whether a value has been written in a layout. */
  has(value: string, layout: Layout): boolean
  /** Name of a value in a layout; converts it, once, where it is only there in the other one. */
  read(value: string, layout: Layout): string
  /** Name for a node's value in a layout, to be emitted as output. */
  write(value: string, layout: Layout): string
  /** Name of a float constant; a scalar without `shape`. */
  floats(values: readonly number[], shape?: Shape): string
  /** Name of an int64 constant vector, as ONNX takes shapes, axes and indices. */
  integers(values: readonly number[]): string
  /** Name of an int32 scalar. */
  int32(value: number): string
}

/** Writes one IR node as ONNX nodes; the last of them must have the IR node's name as output. */
type Emitter<N extends NodeBase> = (node: N, to: Emission) => void

export type Emitters<N extends Node> = {
  readonly [Kind in N['kind']]: Emitter<Extract<N, { readonly kind: Kind }>>
}

/** Writes an IR node in the blocked layout, or returns false to leave it to the plain emitter. */
export type BlockedEmitter<N extends NodeBase> = (
  node: N,
  to: Emission,
  blockSize: number,
) => boolean

export type BlockedEmitters = {
  readonly [Kind in NodeKind]?: BlockedEmitter<NodeOf<Kind>>
}

export interface EmissionOptions {
  readonly emitters: Emitters<Node>
  /**
   * Fills the channels of every convolution with zeros to a multiple of four. ONNX Runtime's WebGPU
   * provider computes others wrongly: 6 or 9 channels to a multiple of 4, say, with errors as large
   * as the values (microsoft/onnxruntime#29651).
   */
  readonly paddedChannels?: boolean
  /**
   * Writes convolutions of small images in forms that are faster on CPUs, some with an operator of ONNX
   * Runtime's own: see minimalFiltering.ts, unrolled.ts and batchInnermost.ts.
   */
  readonly formsForSmallImages?: boolean
  /** Writes what CUDA needs in forms of its own: see cudaGradients.ts and linear.ts. */
  readonly formsForCuda?: boolean
  /** Where the blocked layout exists: its block and what is written in it. */
  readonly blocked?: { readonly size: number; readonly emitters: BlockedEmitters }
}

/** Operator set of what ONNX Runtime has beyond ONNX. */
export const CONTRIBUTED_DOMAIN = 'com.microsoft'

/** Operator set of ONNX Runtime's own operators on the blocked layout. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc'

/** How the names of the emitter's own constants begin, which no parameter's name does. */
export const CONSTANT_PREFIX = 'constant:'

/** ONNX nodes and constants of a graph. */
export interface EmittedNodes {
  readonly nodes: NodeProto[]
  readonly constants: TensorProto[]
  readonly types: ValueTypes
}

/** Writes every node of a graph or program with the emitter of its kind. */
export function emitNodes(graph: Graph | Program, options: EmissionOptions): EmittedNodes {
  const { emitters, blocked } = options
  const types = inferTypes(graph)
  const nodes: NodeProto[] = []
  const constants = new Map<string, TensorProto>()
  const emitted = new Map<string, string>()

  const constant = (name: string, dims: Shape, dataType: number, values: ArrayBufferView) => {
    if (!constants.has(name)) {
      const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      constants.set(name, { name, dims: [...dims], dataType, rawData })
    }
    return name
  }
  const typeOf = (value: string) => {
    const type = types.get(value)
    if (type === undefined) throw new Error(`no value "${value}" in the graph`)
    return type
  }

  const blockedNames = new Map<string, string>()
  const given = 'parameters' in graph ? [...graph.inputs, ...graph.parameters] : graph.inputs
  const isPlain = new Set(given.map(({ name }) => name))

  const emission: Emission = {
    paddedChannels: options.paddedChannels ?? false,
    formsForSmallImages: options.formsForSmallImages ?? false,
    formsForCuda: options.formsForCuda ?? false,
    blockSize: blocked?.size,
    has: (value, layout) => (layout === 'plain' ? isPlain : blockedNames).has(value),
    read(value, layout) {
      if (emission.has(value, layout)) return layout === 'plain' ? value : blockedNames.get(value)!
      const name = emission.write(value, layout)
      const options = { output: name, domain: BLOCKED_DOMAIN }
      if (layout === 'blocked') return emission.emit('ReorderInput', [value], options)
      const attributes = { channels: { int: typeOf(value).shape[1] } }
      return emission.emit('ReorderOutput', [blockedNames.get(value)!], { ...options, attributes })
    },
    write(value, layout) {
      if (layout === 'plain') {
        isPlain.add(value)
        return value
      }
      blockedNames.set(value, `${value}@blocked`)
      return `${value}@blocked`
    },
    shapeOf: (value) => typeOf(value).shape,
    dtypeOf: (value) => typeOf(value).dtype,
    emit(opType, inputs, { attributes = {}, output, domain = '' } = {}) {
      const key = JSON.stringify([domain, opType, inputs, attributes])
      const same = emitted.get(key)
      if (same !== undefined && output === undefined) return same
      const name = output ?? `${opType.toLowerCase()}.${nodes.length}`
      nodes.push({
        input: [...inputs],
        output: [name],
        name,
        opType,
        domain,
        attribute: Object.entries(attributes).map(toAttributeProto),
      })
      emitted.set(key, name)
      return name
    },
    floats(values, shape = values.length === 1 ? [] : [values.length]) {
      const name = `${CONSTANT_PREFIX}f32[${shape.join(',')}]:${values.join(',')}`
      return constant(name, shape, dataTypes.float32, Float32Array.from(values))
    },
    integers(values) {
      const name = `${CONSTANT_PREFIX}i64:${values.join(',')}`
      return constant(name, [values.length], dataTypes.int64, BigInt64Array.from(values, BigInt))
    },
    int32: (value) =>
      constant(`${CONSTANT_PREFIX}i32:${value}`, [], dataTypes.int32, Int32Array.of(value)),
  }
  for (const node of graph.nodes) {
    const inBlocks = blocked?.emitters[node.kind] as BlockedEmitter<Node> | undefined
    if (inBlocks?.(node, emission, blocked!.size)) continue
    for (const input of node.inputs) emission.read(input, 'plain')
    const emitter = emitters[node.kind] as Emitter<Node>
    emitter(node, emission)
    emission.write(node.name, 'plain')
  }
  const returned = 'output' in graph ? [graph.output] : Object.values(graph.outputs)
  for (const value of returned) emission.read(value, 'plain')
  return { nodes, constants: [...constants.values()], types }
}

function toAttributeProto([name, value]: [string, Attribute]): AttributeProto {
  if (typeof value === 'string') {
    return { name, type: attributeTypes.string, s: new TextEncoder().encode(value) }
  }
  if ('float' in value) return { name, type: attributeTypes.float, f: value.float }
  if ('int' in value) return { name, type: attributeTypes.int, i: value.int }
  return { name, type: attributeTypes.ints, ints: [...value] }
}
