/**
 * The part of the ONNX file format that lowlayer writes and reads, as a protobuf schema. Field
 * names and numbers are those of onnx.proto (ONNX 1.16); fields that are not listed are skipped on reading.
 */
import protobuf from 'protobufjs'

const root = protobuf.parse(`
syntax = "proto3";
message ModelProto {
  int64 ir_version = 1; string producer_name = 2; string producer_version = 3; GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8; repeated StringStringEntryProto metadata_props = 14; repeated FunctionProto functions = 25;
}
message FunctionProto { repeated NodeProto node = 7; repeated ValueInfoProto value_info = 12; }
message StringStringEntryProto { string key = 1; string value = 2; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; repeated ValueInfoProto value_info = 13;
  repeated SparseTensorProto sparse_initializer = 15;
}
message SparseTensorProto { TensorProto values = 1; TensorProto indices = 2; repeated int64 dims = 3; }
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5; string domain = 7;
}
message AttributeProto {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4; TensorProto t = 5; GraphProto g = 6;
  repeated float floats = 7; repeated int64 ints = 8; repeated bytes strings = 9; repeated GraphProto graphs = 11;
  int32 type = 20; SparseTensorProto sparse_tensor = 22;
}
message TensorProto {
  repeated int64 dims = 1; int32 data_type = 2; repeated float float_data = 4; repeated int32 int32_data = 5;
  repeated bytes string_data = 6; repeated int64 int64_data = 7; string name = 8; bytes raw_data = 9; repeated double double_data = 10;
  repeated uint64 uint64_data = 11; repeated StringStringEntryProto external_data = 13; int32 data_location = 14;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto { TensorTypeProto tensor_type = 1; HolderTypeProto sequence_type = 4; HolderTypeProto optional_type = 9; }
message HolderTypeProto { TypeProto elem_type = 1; }
message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TensorShapeProto { repeated DimensionProto dim = 1; }
message DimensionProto { int64 dim_value = 1; string dim_param = 2; }
`).root

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

/** An input or output of a graph as bytes; an output needs no type. */
export function encodeValue(value: ValueInfoProto | Pick<ValueInfoProto, 'name'>): Uint8Array {
  return valueType.encode(valueType.fromObject(value)).finish()
}
