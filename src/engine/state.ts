/** Checks the weights and optimiser slots that a training starts from. */
import { InputError } from '../core/errors.js'
import { sizeOf, type Tensors } from '../core/tensor.js'
import type { Graph, Shape } from '../graph/types.js'
import type { TrainState } from './types.js'

/**
 * Optimiser slots to start from: those of the state, or zeros at step 0. Throws InputError when a
 * state that is to be resumed lacks one or has it in another shape.
 */
export function initialSlots(
  slots: Readonly<Record<string, Shape>>,
  { step, slots: given }: TrainState,
): Tensors {
  return Object.fromEntries(
    Object.entries(slots).map(([name, shape]) => {
      const tensor = given[name]
      if (tensor === undefined && step === 0) {
        return [name, { shape, data: new Float32Array(sizeOf(shape)) }]
      }
      if (tensor === undefined || tensor.shape.join() !== shape.join()) {
        throw new InputError(`the training state of step ${step} has no fitting "${name}"`)
      }
      return [name, tensor]
    }),
  )
}

/** Throws InputError unless every parameter of a network is there in its shape. */
export function checkParameters(graph: Graph, parameters: Tensors): void {
  for (const { name, shape } of graph.parameters) {
    const tensor = parameters[name]
    if (tensor === undefined) throw new InputError(`the weights lack "${name}"`)
    if (tensor.shape.join() !== shape.join()) {
      throw new InputError(
        `"${name}" is [${tensor.shape.join(', ')}] in the weights, ` +
          `but [${shape.join(', ')}] in the network`,
      )
    }
  }
}
