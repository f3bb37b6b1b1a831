/** Short trainings on drawn data: what engines and devices are compared on. */
import { stream } from '../../core/random.js'
import { sizeOf } from '../../core/tensor.js'
import { BATCH } from '../../graph/types.js'
import { initialize } from '../../models/initialize.js'
import type { Model } from '../../models/types.js'
import type { Engine, TrainingRecipe, TrainState } from '../types.js'

/** Token ids that text is drawn from; 0 is padding. */
const VOCABULARY = 11

/** Everything on: Nesterov momentum, weight decay, label smoothing. */
export const sgdRecipe: TrainingRecipe = {
  batchSize: 4,
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
  labelSmoothing: 0.1,
  frozenBlocks: [],
  dropoutSeed: 7,
}

/** After one such step the momentum of every parameter is its gradient. */
export const gradientRecipe: TrainingRecipe = {
  ...sgdRecipe,
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 },
}

/**
 * The network with GELU in place of ReLU. Where an input of ReLU lies within rounding of 0, engines
 * may rightly differ in its gradient, and ten steps grow one such difference from 1e-7 to 1e-1 (seen
 * on one batch in four with the deepest networks); without kinks they stay together.
 */
export function smoothed(model: Model): Model {
  const nodes = model.graph.nodes.map((node) =>
    node.kind === 'activation' ? { ...node, function: 'gelu' as const } : node,
  )
  return { ...model, graph: { ...model.graph, nodes } }
}

export interface Batch {
  readonly inputs: Float32Array
  readonly labels: Int32Array
}

/** The batch of one step, the same for every engine. */
export function drawBatch(model: Model, batchSize: number, step: number): Batch {
  const [{ shape, dtype }] = model.graph.inputs
  const draws = stream(0, 'conformance', model.architecture).at(step)
  const length = sizeOf(shape.map((extent) => (extent === BATCH ? batchSize : extent)))
  const draw = dtype === 'int32' ? () => draws.below(VOCABULARY) : () => draws.normal()
  return {
    inputs: Float32Array.from({ length }, draw),
    labels: Int32Array.from({ length: batchSize }, () => draws.below(2)),
  }
}

/** The first state of a model, the same for every engine. */
export function startState(model: Model): TrainState {
  return { step: 0, parameters: initialize(model, () => 3), slots: {} }
}

export interface Training {
  readonly losses: readonly number[]
  readonly state: TrainState
}

/** Trains from a state up to a number of steps. */
export async function train(
  engine: Engine,
  model: Model,
  recipe: TrainingRecipe,
  start: TrainState,
  steps: number,
  learningRate = 1e-3,
): Promise<Training> {
  const trainer = await engine.createTrainer(model.graph, recipe, start)
  try {
    const losses: number[] = []
    for (let step = start.step; step < start.step + steps; step++) {
      const { inputs, labels } = drawBatch(model, recipe.batchSize, step)
      losses.push(await trainer.step(inputs, labels, learningRate))
    }
    return { losses, state: await trainer.state() }
  } finally {
    await trainer.dispose()
  }
}
