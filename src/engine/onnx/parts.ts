/** ONNX files taken apart, so that a part of the graph can be written as a file of its own. */
import protobuf from 'protobufjs/light.js'

/** The named parts of a graph, each as its bytes: what is taken over into another graph is not changed. */
interface GraphParts {
  node: Uint8Array[]
  initializer: Uint8Array[]
  input: Uint8Array[]
  output: Uint8Array[]
  valueInfo: Uint8Array[]
}

const bytesOf = (...fields: [name: string, id: number][]) =>
  Object.fromEntries(fields.map(([name, id]) => [name, { rule: 'repeated', type: 'bytes', id }]))

/** All fields of a file and of its graph (ONNX 1.19), those that lowlayer does not read as bytes. */
const partsRoot = protobuf.Root.fromJSON({
  nested: {
    ModelParts: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        producerVersion: { type: 'string', id: 3 },
        domain: { type: 'string', id: 4 },
        modelVersion: { type: 'int64', id: 5 },
        docString: { type: 'string', id: 6 },
        graph: { type: 'GraphParts', id: 7 },
        ...bytesOf(
          ['opsetImport', 8],
          ['metadataProps', 14],
          ['trainingInfo', 20],
          ['functions', 25],
          ['configuration', 26],
        ),
      },
    },
    GraphParts: {
      fields: {
        name: { type: 'string', id: 2 },
        docString: { type: 'string', id: 10 },
        ...bytesOf(
          ['node', 1],
          ['initializer', 5],
          ['input', 11],
          ['output', 12],
          ['valueInfo', 13],
          ['quantizationAnnotation', 14],
          ['sparseInitializer', 15],
          ['metadataProps', 16],
        ),
      },
    },
    // Fields that are not listed are skipped, so that weights are not read to learn their names.
    NamedTensor: { fields: { name: { type: 'string', id: 8 } } },
    NamedValue: { fields: { name: { type: 'string', id: 1 } } },
  },
})
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
