/**
 * The part of the ONNX file format that lowlayer writes and reads, as a protobuf schema. Field
 * numbers are those of onnx.proto (ONNX 1.16); fields that are not listed are skipped on reading.
 */
import protobuf from 'protobufjs/light.js'

const schema = {
  nested: {
    ModelProto: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        producerVersion: { type: 'string', id: 3 },
        graph: { type: 'GraphProto', id: 7 },
        opsetImport: { rule: 'repeated', type: 'OperatorSetIdProto', id: 8 },
        metadataProps: { rule: 'repeated', type: 'StringStringEntryProto', id: 14 },
        functions: { rule: 'repeated', type: 'FunctionProto', id: 25 },
      },
    },
    FunctionProto: {
      fields: {
        node: { rule: 'repeated', type: 'NodeProto', id: 7 },
        valueInfo: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
      },
    },
    StringStringEntryProto: {
      fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } },
    },
    OperatorSetIdProto: {
      fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } },
    },
    GraphProto: {
      fields: {
        node: { rule: 'repeated', type: 'NodeProto', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'TensorProto', id: 5 },
        input: { rule: 'repeated', type: 'ValueInfoProto', id: 11 },
        output: { rule: 'repeated', type: 'ValueInfoProto', id: 12 },
        valueInfo: { rule: 'repeated', type: 'ValueInfoProto', id: 13 },
        sparseInitializer: { rule: 'repeated', type: 'SparseTensorProto', id: 15 },
      },
    },
    SparseTensorProto: {
      fields: {
        values: { type: 'TensorProto', id: 1 },
        indices: { type: 'TensorProto', id: 2 },
        dims: { rule: 'repeated', type: 'int64', id: 3 },
      },
    },
    NodeProto: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'AttributeProto', id: 5 },
        domain: { type: 'string', id: 7 },
      },
    },
    AttributeProto: {
      fields: {
        name: { type: 'string', id: 1 },
        f: { type: 'float', id: 2 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        t: { type: 'TensorProto', id: 5 },
        g: { type: 'GraphProto', id: 6 },
        floats: { rule: 'repeated', type: 'float', id: 7 },
        ints: { rule: 'repeated', type: 'int64', id: 8 },
        strings: { rule: 'repeated', type: 'bytes', id: 9 },
        graphs: { rule: 'repeated', type: 'GraphProto', id: 11 },
        type: { type: 'int32', id: 20 },
        sparseTensor: { type: 'SparseTensorProto', id: 22 },
      },
    },
    TensorProto: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1 },
        dataType: { type: 'int32', id: 2 },
        floatData: { rule: 'repeated', type: 'float', id: 4 },
        int32Data: { rule: 'repeated', type: 'int32', id: 5 },
        stringData: { rule: 'repeated', type: 'bytes', id: 6 },
        int64Data: { rule: 'repeated', type: 'int64', id: 7 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
        doubleData: { rule: 'repeated', type: 'double', id: 10 },
        uint64Data: { rule: 'repeated', type: 'uint64', id: 11 },
        externalData: { rule: 'repeated', type: 'StringStringEntryProto', id: 13 },
        dataLocation: { type: 'int32', id: 14 },
      },
    },
    ValueInfoProto: {
      fields: { name: { type: 'string', id: 1 }, type: { type: 'TypeProto', id: 2 } },
    },
    TypeProto: {
      fields: {
        tensorType: { type: 'TensorTypeProto', id: 1 },
        sequenceType: { type: 'HolderTypeProto', id: 4 },
        optionalType: { type: 'HolderTypeProto', id: 9 },
      },
    },
    HolderTypeProto: { fields: { elemType: { type: 'TypeProto', id: 1 } } },
    TensorTypeProto: {
      fields: {
        elemType: { type: 'int32', id: 1 },
        shape: { type: 'TensorShapeProto', id: 2 },
      },
    },
    TensorShapeProto: {
      fields: { dim: { rule: 'repeated', type: 'DimensionProto', id: 1 } },
    },
    DimensionProto: {
      fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } },
    },
  },
}

/** ONNX's numbers of element types (TensorProto.DataType), by their names in ONNX Runtime's words. */
export const dataTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
} as const

export type ElementType = keyof typeof dataTypes

/** The name of an element type by its number in ONNX; undefined of numbers that none has. */
export function elementTypeName(number: number | undefined): ElementType | undefined {
  const names = Object.keys(dataTypes) as ElementType[]
  return names.find((name) => dataTypes[name] === number)
}

/** Attribute types by ONNX's numbers (AttributeProto.AttributeType). */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const

export interface TensorProto {
  name: string
  dims: number[]
  dataType: number
  /** Elements as they lie in memory, little-endian; where it is empty they are numbers in one of the following. */
  rawData: Uint8Array
  floatData?: number[]
  /** Also those of fewer bits, and the bits of float16 and bfloat16. */
  int32Data?: number[]
  int64Data?: number[]
  doubleData?: number[]
  /** Also uint32. */
  uint64Data?: number[]
  stringData?: Uint8Array[]
  /** Where the data are when `dataLocation` is 1: `location` names a file beside the model's. */
  externalData?: { key: string; value: string }[]
  dataLocation?: number
}

export interface AttributeProto {
  name: string
  type: number
  f?: number
  i?: number
  s?: Uint8Array
  t?: TensorProto
  sparseTensor?: SparseTensorProto
  floats?: number[]
  ints?: number[]
  strings?: Uint8Array[]
  /** Graphs of their own, such as the branches of If; they read values of the graph around them by name. */
  g?: GraphProto
  graphs?: GraphProto[]
}

export interface NodeProto {
  input: string[]
  output: string[]
  name: string
  opType: string
  domain?: string
  attribute: AttributeProto[]
}

/** The elements that are not 0, by whose name it goes, and their places. */
export interface SparseTensorProto {
  values: TensorProto
  indices?: TensorProto
  dims?: number[]
}

export interface ValueInfoProto {
  name: string
  type: TypeProto
}

export interface TypeProto {
  tensorType: {
    elemType: number
    shape?: { dim: ({ dimValue: number } | { dimParam: string })[] }
  }
  /** Of a sequence, or of what may be missing, instead. */
  sequenceType?: { elemType: TypeProto }
  optionalType?: { elemType: TypeProto }
}

export interface ModelProto {
  irVersion: number
  producerName: string
  opsetImport: { domain: string; version: number }[]
  metadataProps?: { key: string; value: string }[]
  graph: GraphProto
  /** Operators that the file itself makes of others. */
  functions?: Pick<GraphProto, 'node' | 'valueInfo'>[]
}

export interface GraphProto {
  name: string
  node: NodeProto[]
  initializer: TensorProto[]
  input: ValueInfoProto[]
  output: ValueInfoProto[]
  /** What is known of inner values. */
  valueInfo?: ValueInfoProto[]
  sparseInitializer?: SparseTensorProto[]
}

/** The graphs within an operator, such as the branches of If. */
export function innerGraphs({ attribute }: NodeProto): GraphProto[] {
  return attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])])
}

/**
 * Every tensor of a file: those of the graph by their names, then those that sparse tensors, operators (as constants have them), the graphs within them
 * and functions hold.
 */
export function* everyTensor({
  graph,
  functions = [],
}: Pick<ModelProto, 'graph' | 'functions'>): Generator<TensorProto> {
  yield* graph.initializer
  for (const sparse of graph.sparseInitializer ?? []) yield* sparseParts(sparse)
  for (const node of [...graph.node, ...functions.flatMap(({ node }) => node)]) {
    for (const { t, sparseTensor } of node.attribute) {
      if (t) yield t
      if (sparseTensor) yield* sparseParts(sparseTensor)
    }
    for (const inner of innerGraphs(node)) yield* everyTensor({ graph: inner })
  }
}

function sparseParts({ values, indices }: SparseTensorProto): TensorProto[] {
  return indices === undefined || indices === null ? [values] : [values, indices]
}

const root = protobuf.Root.fromJSON(schema)
const modelType = root.lookupType('ModelProto')

/** An ONNX model, or a part of one, as the bytes of its file. */
export function encodeModel(model: Partial<ModelProto>): Uint8Array {
  return modelType.encode(modelType.fromObject(model)).finish()
}

/** An ONNX model from the bytes of its file; throws when they are no protobuf message. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const message = modelType.decode(bytes)
  return modelType.toObject(message, { longs: Number, arrays: true }) as ModelProto
}

/**
 * A model, changed in place by `change`, which says whether it has changed anything; undefined where it has not. Fields of the file
 * that are not listed here stay as they are. Throws when the bytes are no protobuf message.
 */
export function changedModel(
  bytes: Uint8Array,
  change: (model: ModelProto) => boolean,
): Uint8Array | undefined {
  const reader = protobuf.Reader.create(bytes)
  reader.discardUnknown = false
  const model = modelType.decode(reader)
  const isGraph = (model as unknown as Partial<ModelProto>).graph
  const isChanged = isGraph && change(model as unknown as ModelProto)
  return isChanged ? modelType.encode(model).finish() : undefined
}

const nodeType = root.lookupType('NodeProto')
const valueType = root.lookupType('ValueInfoProto')

/** One operator from its bytes. */
export function decodeNode(bytes: Uint8Array): NodeProto {
  return nodeType.toObject(nodeType.decode(bytes), { longs: Number, arrays: true }) as NodeProto
}

/** The bytes of an operator. */
export function encodeNode(node: NodeProto): Uint8Array {
  return nodeType.encode(nodeType.fromObject(node)).finish()
}

/** An input or output from its bytes. */
export function decodeValue(bytes: Uint8Array): ValueInfoProto {
  return valueType.toObject(valueType.decode(bytes), { longs: Number }) as ValueInfoProto
}

/** The type of an input or output from its bytes; undefined where it has none, or is no tensor. */
export function elementTypeOf(bytes: Uint8Array): ElementType | undefined {
  return elementTypeName((decodeValue(bytes) as Partial<ValueInfoProto>).type?.tensorType?.elemType)
}

/** An input or output of a graph as bytes; an output needs no type. */
export function encodeValue(value: ValueInfoProto | Pick<ValueInfoProto, 'name'>): Uint8Array {
  return valueType.encode(valueType.fromObject(value)).finish()
}
