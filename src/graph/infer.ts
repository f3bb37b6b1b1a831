/** Works out shape and element type of every value of a graph. */
import { convolutionShapes } from './operators/convolution.js'
import { elementwiseShapes } from './operators/elementwise.js'
import { embeddingShapes } from './operators/embedding.js'
import { linearShapes } from './operators/linear.js'
import { lossShapes } from './operators/loss.js'
import { normalizationShapes } from './operators/normalization.js'
import { poolingShapes } from './operators/pooling.js'
import { reductionShapes } from './operators/reduction.js'
import { shapingShapes } from './operators/shaping.js'
import type { ShapeRule, ShapeRules } from './rules.js'
import {
  BATCH,
  type ElementType,
  type Graph,
  type Node,
  type Program,
  type Shape,
} from './types.js'

const shapeRules: ShapeRules<Node> = {
  ...convolutionShapes,
  ...elementwiseShapes,
  ...embeddingShapes,
  ...linearShapes,
  ...lossShapes,
  ...normalizationShapes,
  ...poolingShapes,
  ...reductionShapes,
  ...shapingShapes,
}

/** Shape and element type of a value. */
export interface ValueType {
  readonly shape: Shape
  readonly dtype: ElementType
}

/** Values by name: inputs, parameters and nodes. */
export type ValueTypes = ReadonlyMap<string, ValueType>

/** Type of one node's output. Throws when an input is unknown or the shapes do not fit. */
export function inferNode(node: Node, known: ValueTypes): ValueType {
  const inputs = node.inputs.map((name) => {
    const type = known.get(name)
    if (type === undefined) throw new Error(`${node.kind} "${node.name}" reads unknown "${name}"`)
    return type.shape
  })
  const rule = shapeRules[node.kind] as ShapeRule<Node>
  return { shape: rule(node, inputs), dtype: node.kind === 'cast' ? node.dtype : 'float32' }
}

/**
 * Types of every value of a graph or program. A `batch` other than {@link BATCH} fixes the batch
 * axis of the inputs. Throws when a name is used twice or shapes do not fit: a graph that passes is
 * sound.
 */
export function inferTypes(graph: Graph | Program, batch: number = BATCH): ValueTypes {
  const types = new Map<string, ValueType>()
  const declare = (name: string, type: ValueType) => {
    if (types.has(name)) throw new Error(`the name "${name}" is used twice in a graph`)
    types.set(name, type)
  }
  for (const { name, shape, dtype } of graph.inputs) {
    declare(name, { shape: shape.map((extent) => (extent === BATCH ? batch : extent)), dtype })
  }
  if ('parameters' in graph) {
    for (const { name, shape } of graph.parameters) declare(name, { shape, dtype: 'float32' })
  }
  for (const node of graph.nodes) declare(node.name, inferNode(node, types))
  return types
}

/** Bytes of every value that a network computes for a batch, its input included. */
export function valueBytes(graph: Graph, batch: number): number {
  const batched = inferTypes(graph)
  let floats = 0
  for (const [name, { shape }] of inferTypes(graph, batch)) {
    if (batched.get(name)?.shape.includes(BATCH))
      floats += shape.reduce((size, extent) => size * extent, 1)
  }
  return 4 * floats
}
