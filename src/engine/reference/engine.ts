import { stepScalars } from '../../autodiff/optimizer.js'
import { compileTrainStep, type TrainStep } from '../../autodiff/trainStep.js'
import type { Tensor, Tensors } from '../../core/tensor.js'
import type { Graph, Shape } from '../../graph/types.js'
import { oneByOne } from '../batches.js'
import { stepFeeds } from '../feeds.js'
import { checkParameters, initialSlots } from '../state.js'
import type { Engine, Predictor, Trainer, TrainingRecipe, TrainState } from '../types.js'
import type { Float64Tensor } from './array.js'
import { type Float64Tensors, interpret } from './interpret.js'

/** The oracle: plain loops in float64. Weights stay in float64 between the steps of one trainer. */
export function createReferenceEngine(): Engine {
  return {
    name: 'reference',
    device: 'cpu',
    versions: {},
    async createTrainer(graph, recipe, start) {
      checkParameters(graph, start.parameters)
      return createReferenceTrainer(graph, recipe, start)
    },
    async createPredictor(graph, parameters) {
      checkParameters(graph, parameters)
      return createReferencePredictor(graph, parameters)
    },
  }
}

function createReferencePredictor(graph: Graph, parameters: Tensors): Predictor {
  const weights = toFloat64(parameters)
  return {
    async run(feeds) {
      const values = interpret(graph.nodes, { ...weights, ...toFloat64(feeds) })
      return Float32Array.from(values.get(graph.output)!.data)
    },
    async dispose() {},
  }
}

function createReferenceTrainer(graph: Graph, recipe: TrainingRecipe, start: TrainState): Trainer {
  const step = compileTrainStep(graph, recipe)
  const slotNames = Object.keys(step.slots)
  let state: Float64Tensors = {
    ...toFloat64(start.parameters),
    ...toFloat64(initialSlots(step.slots, start)),
  }
  let done = start.step
  return {
    steps: (batches) =>
      oneByOne(batches, step.program.inputs[0].shape, async (inputs, labels, learningRate) => {
        const feeds = batchFeeds(step, recipe, inputs, labels, learningRate, done)
        const values = interpret(step.program.nodes, { ...state, ...feeds })
        const changed = Object.entries(step.next).map(([name, next]) => [name, values.get(next)!])
        state = { ...state, ...Object.fromEntries(changed) }
        done++
        return values.get('loss')!.data[0]
      }),
    async state() {
      const { parameters } = step
      return { step: done, parameters: pick(state, parameters), slots: pick(state, slotNames) }
    },
    async dispose() {},
  }
}

function batchFeeds(
  step: TrainStep,
  recipe: TrainingRecipe,
  inputs: Float32Array,
  labels: Int32Array,
  learningRate: number,
  done: number,
): Float64Tensors {
  const { name, shape } = step.program.inputs[0]
  const scalars = stepScalars(recipe.optimizer, learningRate, done + 1)
  const ofScalars = Object.entries(scalars).map(([scalar, value]) => [scalar, float64([], [value])])
  return {
    [name]: float64(shape, inputs),
    ...toFloat64(stepFeeds(step, recipe, labels, done)),
    ...Object.fromEntries(ofScalars),
  }
}

function float64(shape: Shape, values: ArrayLike<number>): Float64Tensor {
  return { shape, data: Float64Array.from(values) }
}

function toFloat64(
  tensors: Readonly<Record<string, Tensor<Float32Array | Int32Array>>>,
): Float64Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, float64(shape, data)]),
  )
}

function pick(state: Float64Tensors, names: readonly string[]): Tensors {
  return Object.fromEntries(
    names.map((name) => {
      const { shape, data } = state[name]
      return [name, { shape, data: Float32Array.from(data) }]
    }),
  )
}
