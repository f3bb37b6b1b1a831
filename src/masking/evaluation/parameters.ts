import type { Tensors } from '../../core/tensor.js'
import type { Graph } from '../../graph/types.js'

/** The parameters that a part of a network reads. */
export function parametersOf(graph: Graph, parameters: Tensors): Tensors {
  return Object.fromEntries(graph.parameters.map(({ name }) => [name, parameters[name]]))
}
