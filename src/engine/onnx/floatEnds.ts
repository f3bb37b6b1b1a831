/** Inputs and outputs of 16 bits, which Node has no arrays for, and ONNX Runtime for Node no bfloat16 at all. */
import {
  attributeTypes,
  dataTypes,
  decodeValue,
  type ElementType,
  elementTypeOf,
  encodeNode,
  encodeValue,
} from './format.js'
import { type ModelParts, tensorName, valueName } from './parts.js'
import { isShortFloat, type ShortFloat } from './shortFloats.js'

/** A model whose inputs and outputs of 16 bits are float32 from outside. */
interface FloatEnds {
  readonly model: ModelParts
  /** Type that the graph declares and name from outside, of each that was changed, by its name in the graph. */
  readonly changed: ReadonlyMap<string, { readonly type: ShortFloat; readonly name: string }>
}

/** Begins the names of inputs and outputs that are added. */
const PREFIX = 'lowlayer:'

/**
 * Puts a Cast before every float16 and bfloat16 input and after every such output. Values are to be rounded before and
 * after ({@link roundedTo}): ONNX Runtime leaves out a Cast whose reverse follows.
 */
export function withFloatEnds(model: ModelParts): FloatEnds {
  const { node, initializer, input, output } = model.graph
  const weights = new Set(initializer.map(tensorName))
  const changed = new Map<string, { readonly type: ShortFloat; readonly name: string }>()
  const before: Uint8Array[] = []
  const after: Uint8Array[] = []
  const inputs = input.map((bytes) => {
    const [type, own] = [elementTypeOf(bytes), valueName(bytes)]
    if (!isShortFloat(type) || weights.has(own)) return bytes
    const name = PREFIX + own
    changed.set(own, { type, name })
    before.push(cast(name, own, type))
    return asFloat32(bytes, name)
  })
  const outputs = output.map((bytes) => {
    const [type, own] = [elementTypeOf(bytes), valueName(bytes)]
    if (!isShortFloat(type)) return bytes
    const name = PREFIX + own
    changed.set(own, { type, name })
    after.push(cast(own, name, 'float32'))
    return asFloat32(bytes, name)
  })
  const graph = {
    ...model.graph,
    input: inputs,
    output: outputs,
    node: [...before, ...node, ...after],
  }
  return { model: { ...model, graph }, changed }
}

function cast(from: string, to: string, type: ElementType): Uint8Array {
  const attribute = [{ name: 'to', type: attributeTypes.int, i: dataTypes[type] }]
  return encodeNode({
    name: `${PREFIX}${to}`,
    opType: 'Cast',
    input: [from],
    output: [to],
    attribute,
  })
}

/** The same input or output in float32 under another name. */
function asFloat32(bytes: Uint8Array, name: string): Uint8Array {
  const { type } = decodeValue(bytes)
  const tensorType = { ...type.tensorType, elemType: dataTypes.float32 }
  return encodeValue({ name, type: { tensorType } })
}
