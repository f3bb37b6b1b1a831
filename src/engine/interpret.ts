/** Computes a graph node by node: the order and the shapes are those of the graph, the arithmetic is an engine's. */
import { inferNode, type ValueType } from '../graph/infer.js'
import type { Node, Shape } from '../graph/types.js'

/**
 * Values of every node by name, from those of inputs and parameters; `compute` makes one from its inputs and the shape
 * that it has.
 */
export function interpretNodes<Value extends { readonly shape: Shape }>(
  nodes: readonly Node[],
  feeds: Readonly<Record<string, Value>>,
  compute: (node: Node, inputs: readonly Value[], shape: Shape) => Value,
): Map<string, Value> {
  const values = new Map<string, Value>(Object.entries(feeds))
  const types = new Map<string, ValueType>()
  for (const [name, { shape }] of values) types.set(name, { shape, dtype: 'float32' })
  for (const node of nodes) {
    const type = inferNode(node, types)
    const inputs = node.inputs.map((name) => values.get(name)!)
    values.set(node.name, compute(node, inputs, type.shape))
    types.set(node.name, type)
  }
  return values
}
