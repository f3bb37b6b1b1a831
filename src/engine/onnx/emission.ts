/** Writes graphs as ONNX nodes: what the writers of single operators share. */
import { bytesOf } from '../../core/tensor.js'
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

/** Collects ONNX nodes and constants; emitters of operators write through it. */
export interface Emission {
  /** Shape of a value of the IR graph. */
  shapeOf(value: string): Shape
  dtypeOf(value: string): 'float32' | 'int32'
  /** Appends an ONNX node with one output and returns its name. Equal nodes are emitted once. */
  emit(opType: string, inputs: readonly string[], options?: EmitOptions): string
  /** Whether convolutions must get a multiple of four channels; see {@link EmissionOptions}. */
  readonly paddedChannels: boolean
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

/** Writes an IR node in a device's own form, or returns false to leave it to its plain emitter. */
type NodeForm<N extends NodeBase> = (node: N, to: Emission) => boolean

export type NodeForms = { readonly [Kind in NodeKind]?: NodeForm<NodeOf<Kind>> }

/** The nodes of one program that are written in a memory layout of the device's own. */
export interface LayoutForms {
  /** Writes a node in the layout, or returns false: then it is written in the plain one. */
  write(node: Node): boolean
  /** Has a value converted, once, where it is only there in the layout. */
  toPlain(value: string): void
  /** The nodes of the whole program, which returns these values, with what the layout lets join. */
  joined(nodes: readonly NodeProto[], returned: readonly string[]): NodeProto[]
}

/** What a device computes faster, or at all, in another form than the plain one. Never needed on a CPU. */
export interface DeviceForms {
  readonly nodes: NodeForms
  /** A layout that other tools cannot read, for training programs only. */
  readonly layout?: (to: Emission) => LayoutForms
}

export interface EmissionOptions {
  readonly emitters: Emitters<Node>
  /**
   * Fills the channels of every convolution with zeros to a multiple of four. ONNX Runtime's WebGPU
   * provider computes others wrongly: 6 or 9 channels to a multiple of 4, say, with errors as large
   * as the values (microsoft/onnxruntime#29651).
   */
  readonly paddedChannels?: boolean
  readonly forms?: Partial<DeviceForms>
}

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
  const { emitters, forms } = options
  const types = inferTypes(graph)
  const nodes: NodeProto[] = []
  const constants = new Map<string, TensorProto>()
  const emitted = new Map<string, string>()

  const constant = (name: string, dims: Shape, dataType: number, values: ArrayBufferView) => {
    if (!constants.has(name)) {
      constants.set(name, { name, dims: [...dims], dataType, rawData: bytesOf(values) })
    }
    return name
  }
  const typeOf = (value: string) => {
    const type = types.get(value)
    if (type === undefined) throw new Error(`no value "${value}" in the graph`)
    return type
  }

  const emission: Emission = {
    paddedChannels: options.paddedChannels ?? false,
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
  const layout = forms?.layout?.(emission)
  for (const node of graph.nodes) {
    if (layout?.write(node)) continue
    for (const input of node.inputs) layout?.toPlain(input)
    const form = forms?.nodes?.[node.kind] as NodeForm<Node> | undefined
    if (form?.(node, emission)) continue
    const emitter = emitters[node.kind] as Emitter<Node>
    emitter(node, emission)
  }
  const returned = 'output' in graph ? [graph.output] : Object.values(graph.outputs)
  for (const value of returned) layout?.toPlain(value)
  return {
    nodes: layout?.joined(nodes, returned) ?? nodes,
    constants: [...constants.values()],
    types,
  }
}

function toAttributeProto([name, value]: [string, Attribute]): AttributeProto {
  if (typeof value === 'string') {
    return { name, type: attributeTypes.string, s: new TextEncoder().encode(value) }
  }
  if ('float' in value) return { name, type: attributeTypes.float, f: value.float }
  if ('int' in value) return { name, type: attributeTypes.int, i: value.int }
  return { name, type: attributeTypes.ints, ints: [...value] }
}
