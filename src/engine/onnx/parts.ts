/** ONNX files taken apart, so that a part of the graph can be written as a file of its own. */
import protobuf from 'protobufjs'

/** The named parts of a graph, each as its bytes: what is taken over into another graph is not changed. */
interface GraphParts {
  node: Uint8Array[]
  initializer: Uint8Array[]
  input: Uint8Array[]
  output: Uint8Array[]
  valueInfo: Uint8Array[]
}

/** All fields of a file and of its graph (ONNX 1.19), those that lowlayer does not read as bytes. */
const partsRoot = protobuf.parse(`
syntax = "proto3";
message ModelParts {
  int64 ir_version = 1; string producer_name = 2; string producer_version = 3; string domain = 4; int64 model_version = 5;
  string doc_string = 6; GraphParts graph = 7; repeated bytes opset_import = 8; repeated bytes metadata_props = 14;
  repeated bytes training_info = 20; repeated bytes functions = 25; repeated bytes configuration = 26;
}
message GraphParts {
  repeated bytes node = 1; string name = 2; repeated bytes initializer = 5; string doc_string = 10; repeated bytes input = 11;
  repeated bytes output = 12; repeated bytes value_info = 13; repeated bytes quantization_annotation = 14;
  repeated bytes sparse_initializer = 15; repeated bytes metadata_props = 16;
}
// Fields that are not listed are skipped, so that weights are not read to learn their names.
message NamedTensor { string name = 8; }
message NamedValue { string name = 1; }
`).root
const partsType = partsRoot.lookupType('ModelParts')

/** A file with the parts of its graph as bytes. */
export interface ModelParts {
  graph: GraphParts
}

/** An ONNX file with its graph in parts; throws when the bytes are no protobuf message. */
export function decodeParts(bytes: Uint8Array): ModelParts {
  return partsType.decode(bytes) as unknown as ModelParts
}

/** The bytes of a file that is in parts. */
export function encodeParts(model: ModelParts): Uint8Array {
  return partsType.encode(partsType.fromObject(model)).finish()
}

const tensorType = partsRoot.lookupType('NamedTensor')
const valueType = partsRoot.lookupType('NamedValue')

/** The name of a weight from its bytes. */
export function tensorName(bytes: Uint8Array): string {
  return (tensorType.decode(bytes) as unknown as { readonly name: string }).name
}

/** The name of an input, output or inner value from its bytes. */
export function valueName(bytes: Uint8Array): string {
  return (valueType.decode(bytes) as unknown as { readonly name: string }).name
}
