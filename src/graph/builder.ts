/** Builds graphs node by node. */
import { inferNode, type ValueType } from './infer.js'
import type { GraphInput, Node, NodeKind, NodeOf, Parameter, Shape } from './types.js'

/** What a new node says of itself: everything but its kind and name. */
type NodeFields<Kind extends NodeKind> = Omit<NodeOf<Kind>, 'kind' | 'name'>

/** Collects nodes in order and knows the shape of every value so far. */
export interface GraphBuilder {
  readonly nodes: readonly Node[]
  readonly inputs: readonly GraphInput[]
  readonly parameters: readonly Parameter[]
  shapeOf(value: string): Shape
  input(input: GraphInput): string
  parameter(parameter: Parameter): string
  /** Appends a node and returns the name of its value; without a name it gets a fresh one. */
  node<Kind extends NodeKind>(kind: Kind, fields: NodeFields<Kind>, name?: string): string
}

/** An empty graph to build; `prefix` starts the fresh names. */
export function graphBuilder(prefix = ''): GraphBuilder {
  const nodes: Node[] = []
  const inputs: GraphInput[] = []
  const parameters: Parameter[] = []
  const types = new Map<string, ValueType>()

  function declare(name: string, type: ValueType): string {
    if (types.has(name)) throw new Error(`the name "${name}" is used twice in a graph`)
    types.set(name, type)
    return name
  }

  function freshName(kind: string): string {
    let count = nodes.length
    while (types.has(`${prefix}${kind}_${count}`)) count++
    return `${prefix}${kind}_${count}`
  }

  return {
    nodes,
    inputs,
    parameters,
    shapeOf(value) {
      const type = types.get(value)
      if (type === undefined) throw new Error(`no value "${value}" in the graph`)
      return type.shape
    },
    input(input) {
      inputs.push(input)
      return declare(input.name, { shape: input.shape, dtype: input.dtype })
    },
    parameter(parameter) {
      parameters.push(parameter)
      return declare(parameter.name, { shape: parameter.shape, dtype: 'float32' })
    },
    node(kind, fields, name = freshName(kind)) {
      const node = { kind, name, ...fields } as unknown as Node
      declare(name, inferNode(node, types))
      nodes.push(node)
      return name
    },
  }
}
