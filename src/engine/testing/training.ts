/** Short trainings on drawn data: what engines and devices are compared on. */
import { stream } from '../../core/random.js'
import { concatenated, sizeOf } from '../../core/tensor.js'
import { BATCH } from '../../graph/types.js'
import { initialize } from '../../models/initialize.js'
import type { Model } from '../../models/types.js'
import { someOf } from '../batches.js'
import type { Batches, Engine, TrainingRecipe, TrainState } from '../types.js'

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

/** Trains from a state for a number of steps, by default in one call. */
export async function train(
  engine: Engine,
  model: Model,
  recipe: TrainingRecipe,
  start: TrainState,
  steps: number,
  perCall = steps,
): Promise<Training> {
  const drawn = drawnSteps(model, recipe.batchSize, start.step, steps)
  const trainer = await engine.createTrainer(model.graph, recipe, start, {
    train: drawn,
    test: drawn,
  })
  try {
    const losses: number[] = []
    for (let step = 0; step < steps; step += perCall) {
      losses.push(...(await trainer.steps(someOf(drawn, step, Math.min(steps, step + perCall)))))
    }
    return { losses, state: await trainer.state() }
  } finally {
    await trainer.dispose()
  }
}

/** The batches of consecutive steps, of samples that stand the other way round. */
function drawnSteps(model: Model, batchSize: number, first: number, steps: number): Batches {
  const drawn = Array.from({ length: steps }, (_, index) => {
    return drawBatch(model, batchSize, first + steps - 1 - index)
  })
  const rows = Array.from({ length: steps }, (_, index) =>
    Array.from({ length: batchSize }, (_, row) => (steps - 1 - index) * batchSize + row),
  )
  return {
    inputs: concatenated(drawn.map(({ inputs }) => inputs)),
    labels: Int32Array.from(drawn.flatMap(({ labels }) => [...labels])),
    rows: Uint32Array.from(rows.flat()),
    learningRates: Array.from({ length: steps }, () => 1e-3),
  }
}
