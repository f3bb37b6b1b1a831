import { InputError } from '../core/errors.js'
import { groupBy } from '../core/groupBy.js'
import { limits } from '../core/limits.js'
import { nearestName } from '../core/nearest.js'
import { requireAtMost } from '../core/requireAtMost.js'
import { sizeOf } from '../core/tensor.js'
import { blockOf, type Graph, type Parameter } from '../graph/types.js'
import type { Architecture } from './architecture.js'
import { layerBuilder } from './layers.js'
import { architectureNames, architectures } from './registry.js'
import type { InputDescription, ModelSpec } from './spec.js'
import type { Block, Model } from './types.js'

/**
 * The network that a specification describes, for inputs of a shape and a number of classes. Throws
 * InputError when the architecture is unknown, does not take such inputs, or has no place for the
 * head that was asked for.
 */
export function buildModel(spec: ModelSpec, input: InputDescription): Model {
  const architecture = findArchitecture(spec.architecture)
  checkInput(architecture, input)
  if (spec.head === 'binary' && input.classes !== 2) {
    throw new InputError(`model.head binary needs 2 classes, but the data have ${input.classes}`)
  }
  const net = layerBuilder(input, architecture.initialization)
  const outputs = spec.head === 'binary' ? 1 : input.classes
  const output = architecture.build(net, { spec, input, outputs })
  const { inputs, parameters, nodes } = net.graph
  return describe(spec.architecture, { inputs, parameters, nodes, output })
}

function findArchitecture(name: string): Architecture {
  const found = architectures.find((architecture) => architecture.name === name)
  if (found !== undefined) return found
  throw new InputError(
    `unknown architecture "${name}" (did you mean "${nearestName(name, architectureNames)}"?); ` +
      `there are ${architectureNames.join(', ')}`,
  )
}

function checkInput(architecture: Architecture, input: InputDescription): void {
  if (!architecture.kinds.includes(input.kind)) {
    throw new InputError(
      `architecture ${architecture.name} takes ${architecture.kinds.join(' or ')} data, ` +
        `but these are ${input.kind} data`,
    )
  }
  if (input.classes < 2) {
    throw new InputError(`a classifier needs 2 classes or more, but the data have ${input.classes}`)
  }
}

function describe(architecture: string, graph: Graph): Model {
  const size = graph.parameters.reduce((count, { shape }) => count + sizeOf(shape), 0)
  requireAtMost(
    size,
    limits.parameters,
    `weights of ${architecture}`,
    'make its layers narrower (model)',
  )
  const trainable = graph.parameters.filter((parameter) => parameter.trainable)
  return {
    architecture,
    graph,
    blocks: blocksOf(graph.parameters),
    parameterCount: trainable.reduce((count, { shape }) => count + sizeOf(shape), 0),
  }
}

/** Blocks in the order in which their first parameters were added: from the input upwards. */
function blocksOf(parameters: readonly Parameter[]): readonly Block[] {
  const names = parameters.map(({ name }) => name)
  return [...groupBy(names, blockOf)].map(([name, own]) => ({ name, parameters: own }))
}
