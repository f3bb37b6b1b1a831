import { type Generator, stream } from '../core/random.js'
import { sizeOf, type Tensor, type Tensors } from '../core/tensor.js'
import { blockOf, type Initializer, type Parameter } from '../graph/types.js'
import type { Model } from './types.js'

/**
 * First values of every parameter. Each parameter draws from its own stream, named by its block's
 * seed and its own name, so that another seed for one block leaves all others bit-identical.
 */
export function initialize(model: Model, seedOf: (block: string) => number): Tensors {
  return Object.fromEntries(
    model.graph.parameters.map((parameter) => {
      const draws = stream(seedOf(blockOf(parameter.name)), 'init', parameter.name).at()
      return [parameter.name, initialValue(parameter, draws)]
    }),
  )
}

function initialValue({ shape, init }: Parameter, draws: Generator): Tensor {
  const draw = drawing(init, draws)
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, draw) }
}

function drawing(init: Initializer, draws: Generator): () => number {
  switch (init.kind) {
    case 'constant':
      return () => init.value
    case 'uniform':
      return () => init.bound * (2 * draws.uniform() - 1)
    case 'normal':
      return () => init.deviation * draws.normal()
  }
}
