import type { Tensors } from '../../core/tensor.js'
import type { BoundNetwork, Predictor } from '../../engine/types.js'
import type { Graph } from '../../graph/types.js'

/** The parameters that a part of a network reads. */
export function parametersOf(graph: Graph, parameters: Tensors): Tensors {
  return Object.fromEntries(graph.parameters.map(({ name }) => [name, parameters[name]]))
}

/** Opens a part of a network with the weights that it reads, those of the network or added ones. */
export function openPart(
  { engine, parameters }: Pick<BoundNetwork, 'engine' | 'parameters'>,
  part: Graph,
  added: Tensors = {},
): Promise<Predictor> {
  return engine.createPredictor(part, parametersOf(part, { ...parameters, ...added }))
}
