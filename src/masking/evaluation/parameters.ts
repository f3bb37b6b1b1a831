import type { Tensors } from '../../core/tensor.js'
import type { BoundNetwork, Predictor } from '../../engine/types.js'
import type { Graph } from '../../graph/types.js'

/** Opens a part of a network with the weights that it reads, those of the network or added ones. */
export function openPart(
  { engine, parameters }: Pick<BoundNetwork, 'engine' | 'parameters'>,
  part: Graph,
  added: Tensors = {},
): Promise<Predictor> {
  const known = { ...parameters, ...added }
  const read = part.parameters.map(({ name }) => [name, known[name]])
  return engine.createPredictor(part, Object.fromEntries(read))
}
