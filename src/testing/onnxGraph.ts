/** ONNX files written node by node, as exporters of other tools write them. */
import {
  type AttributeProto,
  attributeTypes,
  dataTypes,
  encodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../engine/onnx/format.js'

/** An attribute: whole numbers are ints, `{ float }` is a float, lists are of one kind. */
export type Attribute =
  | number
  | string
  | { readonly float: number }
  | readonly number[]
  | readonly string[]

/** `[operator, inputs, outputs, attributes]`; operators of other domains as `domain:Operator`. */
export type NodeSpec = readonly [
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes?: Readonly<Record<string, Attribute | readonly { readonly float: number }[]>>,
]

/** Extents by name of an input or output; text is an open extent. */
export type Shape = readonly (number | string)[]

export interface GraphSpec {
  readonly inputs: Readonly<Record<string, Shape>>
  /** Element types other than float32 by name. */
  readonly types?: Readonly<Record<string, keyof typeof dataTypes>>
  readonly outputs: Readonly<Record<string, Shape>>
  readonly nodes: readonly NodeSpec[]
  readonly weights?: Readonly<Record<string, TensorSpec>>
  /** Version of the operators; 17 by default. */
  readonly opset?: number
}

/** A constant: float32, or what its array is. */
export interface TensorSpec {
  readonly shape: readonly number[]
  readonly data: Float32Array | BigInt64Array | Int32Array | Uint8Array
  /** Where bytes are truth values. */
  readonly isBinary?: boolean
}

/** Float32 values as a constant. */
export function floats(shape: readonly number[], data: Iterable<number>): TensorSpec {
  return { shape, data: Float32Array.from(data) }
}

/** Whole numbers as an int64 constant of one axis. */
export function integers(...values: number[]): TensorSpec {
  return { shape: [values.length], data: BigInt64Array.from(values.map(BigInt)) }
}

/** The bytes of a model file. */
export function onnxFile({
  inputs,
  types = {},
  opset = 17,
  outputs,
  nodes,
  weights = {},
}: GraphSpec): Uint8Array {
  const value = ([name, shape]: [string, Shape]) => ({
    name,
    type: {
      tensorType: {
        elemType: dataTypes[types[name] ?? 'float32'],
        shape: {
          dim: shape.map((extent) =>
            typeof extent === 'number' ? { dimValue: extent } : { dimParam: extent },
          ),
        },
      },
    },
  })
  return encodeModel({
    irVersion: 8,
    producerName: 'test',
    opsetImport: [
      { domain: '', version: opset },
      { domain: 'ai.onnx.ml', version: 3 },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: 'test',
      node: nodes.map(nodeOf),
      initializer: Object.entries(weights).map(tensorOf),
      input: Object.entries(inputs).map(value),
      output: Object.entries(outputs).map(value),
    },
  })
}

/** Moves an operator into both branches of an If, with its weights of these names. */
export function moveIntoBranches(
  { graph }: ModelProto,
  at: number,
  weights: readonly string[] = [],
) {
  const node = graph.node[at]
  const isMoved = ({ name }: TensorProto) => weights.includes(name)
  const output = node.output.map((name) => ({ name }) as ValueInfoProto)
  const initializer = graph.initializer.filter(isMoved)
  const branch: GraphProto = { name: 'branch', node: [node], initializer, input: [], output }
  const yes = { name: 'yes', dims: [], dataType: dataTypes.bool, rawData: Uint8Array.of(1) }
  graph.initializer = [...graph.initializer.filter((tensor) => !isMoved(tensor)), yes]
  const attribute = ['then_branch', 'else_branch'].map((name) => {
    return { name, type: attributeTypes.graph, g: branch }
  })
  graph.node[at] = { ...node, opType: 'If', input: ['yes'], attribute }
}

function nodeOf([operator, input, output, attributes = {}]: NodeSpec, index: number): NodeProto {
  const [opType, domain] = operator.split(':').reverse()
  return {
    name: `node${index}`,
    opType,
    domain,
    input: [...input],
    output: [...output],
    attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeOf(value) })),
  }
}

function attributeOf(
  value: Attribute | readonly { readonly float: number }[],
): Omit<AttributeProto, 'name'> {
  const bytes = (text: string) => new TextEncoder().encode(text)
  if (typeof value === 'number') return { type: attributeTypes.int, i: value }
  if (typeof value === 'string') return { type: attributeTypes.string, s: bytes(value) }
  if ('float' in value) return { type: attributeTypes.float, f: value.float }
  const list = value as readonly (number | string | { readonly float: number })[]
  if (list.every((each) => typeof each === 'number')) {
    return { type: attributeTypes.ints, ints: [...list] }
  }
  if (list.every((each) => typeof each === 'string')) {
    return { type: attributeTypes.strings, strings: list.map(bytes) }
  }
  const numbers = list as readonly { readonly float: number }[]
  return { type: attributeTypes.floats, floats: numbers.map(({ float }) => float) }
}

function tensorOf([name, { shape, data, isBinary = false }]: [string, TensorSpec]): TensorProto {
  const dataType =
    data instanceof Float32Array
      ? dataTypes.float32
      : data instanceof BigInt64Array
        ? dataTypes.int64
        : data instanceof Int32Array
          ? dataTypes.int32
          : isBinary
            ? dataTypes.bool
            : dataTypes.uint8
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return { name, dims: [...shape], dataType, rawData }
}
