/**
 * Models in floats of 16 bits, made to compute in float32, where their weights are exact. As they stand, ONNX Runtime has few operators in
 * bfloat16 on a CPU, one rounding of float16 (5e-4) is more than a device may differ from the CPU (`engine/parity.ts`), and v(S) would be as
 * rough as their outputs (our choice).
 */
import {
  type AttributeProto,
  attributeTypes,
  changedModel,
  dataTypes,
  elementTypeName,
  type GraphProto,
  innerGraphs,
  type ModelProto,
  type NodeProto,
  type TypeProto,
  type ValueInfoProto,
} from './format.js'

export type ShortFloat = 'float16' | 'bfloat16'

/** Whether the number of an element type is that of floats of 16 bits. */
export function isShortFloat(type: number | undefined): boolean {
  return type === dataTypes.float16 || type === dataTypes.bfloat16
}

/**
 * The model of some bytes, in float32 where it has floats of 16 bits, and the type of these, the one found last where there are two;
 * undefined where it has none. Throws when the bytes are no protobuf message.
 */
export function inFloat32(bytes: Uint8Array): {
  readonly bytes: Uint8Array
  readonly short: ShortFloat | undefined
} {
  const widening = new Widening()
  const changed = changedModel(bytes, (model) => widening.model(model) !== undefined)
  return { bytes: changed ?? bytes, short: widening.short }
}

/** The type of a model's floats of 16 bits, as {@link inFloat32} finds it, without the bytes in float32. */
export function shortFloatIn(bytes: Uint8Array): ShortFloat | undefined {
  const widening = new Widening()
  changedModel(bytes, (model) => {
    widening.model(model)
    return false
  })
  return widening.short
}

/** Begins the names of tensors of 16 bits, which a Cast gives on in float32 under their own. */
const PREFIX = 'lowlayer:'

/** Attributes that say of what type an operator makes its output, or computes. */
const TYPES: ReadonlySet<string> = new Set([
  'to',
  'dtype',
  'output_dtype',
  'output_datatype',
  'stash_type',
])

/** Changes graphs in place. Weights stay as they are stored, in the file or beside it, with a Cast after each. */
class Widening {
  short: ShortFloat | undefined

  model({ graph, functions = [] }: ModelProto): ShortFloat | undefined {
    this.graph(graph)
    for (const body of functions) this.body(body)
    return this.short
  }

  graph(graph: GraphProto): void {
    const kept = new Set<string>()
    const sparse = graph.sparseInitializer ?? []
    for (const weight of [...graph.initializer, ...sparse.map(({ values }) => values)]) {
      if (!this.#isShort(weight.dataType)) continue
      kept.add(weight.name)
      weight.name = PREFIX + weight.name
    }
    for (const value of graph.input) {
      // Old files list weights among the inputs.
      if (kept.has(value.name)) value.name = PREFIX + value.name
      else this.#value(value)
    }
    for (const value of graph.output) this.#value(value)
    this.body(graph)
    graph.node = [...[...kept].map(castOf), ...graph.node]
  }

  /** The operators of a graph or function, and what is known of its values. */
  body(body: Pick<GraphProto, 'node' | 'valueInfo'>): void {
    for (const value of body.valueInfo ?? []) this.#value(value)
    body.node = body.node.flatMap((node) => this.#node(node))
  }

  #isShort(type: number | undefined): boolean {
    const isShort = isShortFloat(type)
    if (isShort) this.short = elementTypeName(type) as ShortFloat
    return isShort
  }

  #value({ type }: Partial<ValueInfoProto>): void {
    if (type) this.#type(type)
  }

  #type({ tensorType, sequenceType, optionalType }: Partial<TypeProto>): void {
    if (tensorType && this.#isShort(tensorType.elemType)) tensorType.elemType = dataTypes.float32
    for (const holder of [sequenceType, optionalType]) if (holder) this.#type(holder.elemType)
  }

  /** An operator, and the Cast of what it makes where that is of 16 bits because a tensor in it is. */
  #node(node: NodeProto): NodeProto[] {
    for (const inner of innerGraphs(node)) this.graph(inner)
    const isConstant = node.attribute.map((each) => this.#attribute(each)).includes(true)
    if (!isConstant) return [node]
    const [name] = node.output
    node.output = [PREFIX + name]
    return [node, castOf(name)]
  }

  /** Whether an attribute is a tensor of 16 bits, which is left as it is. */
  #attribute(attribute: AttributeProto): boolean {
    const { name, type, i, t, sparseTensor } = attribute
    // An int64 may come as an object.
    const named = type === attributeTypes.int && TYPES.has(name) ? Number(i) : undefined
    if (this.#isShort(named)) attribute.i = dataTypes.float32
    return this.#isShort(t?.dataType) || this.#isShort(sparseTensor?.values.dataType)
  }
}

/** Gives a tensor on in float32 under its own name. */
function castOf(name: string): NodeProto {
  const attribute = [{ name: 'to', type: attributeTypes.int, i: dataTypes.float32 }]
  return { name: '', opType: 'Cast', input: [PREFIX + name], output: [name], attribute }
}
