/** Trains a network with tfjs. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { type StepScalars, stepScalars } from '../../autodiff/optimizer.js'
import { compileTrainStep, type TrainStep } from '../../autodiff/trainStep.js'
import type { Tensor, Tensors } from '../../core/tensor.js'
import type { Graph, Node } from '../../graph/types.js'
import { oneByOne } from '../batches.js'
import { stepFeeds } from '../feeds.js'
import { initialSlots } from '../state.js'
import type { Batches, Trainer, TrainingRecipe, TrainState } from '../types.js'
import { interpret } from './interpret.js'
import type { Tf } from './load.js'

type Values = Record<string, TfTensor>

/** A network in training: forward pass and update of the compiled step, gradients by tfjs itself. */
export function createTfjsTrainer(
  tf: Tf,
  network: Graph,
  recipe: TrainingRecipe,
  start: TrainState,
): Trainer {
  const step = compileTrainStep(network, recipe)
  const initial = { ...start.parameters, ...initialSlots(step.slots, start) }
  const state: Values = {}
  for (const [name, { shape, data }] of Object.entries(initial)) {
    state[name] = tf.tensor(data.slice(), [...shape], 'float32')
  }
  return new TfjsTrainer(tf, step, recipe, state, start.step)
}

class TfjsTrainer implements Trainer {
  private readonly forward: readonly Node[]
  private readonly trained: readonly string[]

  constructor(
    private readonly tf: Tf,
    private readonly compiled: TrainStep,
    private readonly recipe: TrainingRecipe,
    private readonly values: Values,
    private done: number,
  ) {
    const { nodes } = compiled.program
    this.forward = nodes.slice(0, nodes.findIndex(({ name }) => name === 'loss') + 1)
    this.trained = [...compiled.gradients.keys()]
  }

  steps(batches: Batches): Promise<readonly number[]> {
    const { shape } = this.compiled.program.inputs[0]
    return oneByOne(batches, shape, (...batch) => this.step(...batch))
  }

  private async step(
    inputs: Float32Array,
    labels: Int32Array,
    learningRate: number,
  ): Promise<number> {
    const { tf } = this
    const scalars = stepScalars(this.recipe.optimizer, learningRate, this.done + 1)
    const { loss, next } = tf.tidy(() => {
      const feeds = { ...this.values, ...this.batch(inputs, labels) }
      const { loss, gradients, statistics } = this.differentiate(feeds)
      const next: Values = { ...statistics, ...this.updated({ ...feeds, ...gradients }, scalars) }
      return { loss, next }
    })
    for (const [name, value] of Object.entries(next)) {
      this.values[name].dispose()
      this.values[name] = value
    }
    this.done++
    const [value] = await loss.data()
    loss.dispose()
    return value
  }

  /** Loss, gradients of the trained parameters by their names in the step, and the running statistics after it. */
  private differentiate(feeds: Values) {
    const statistics: Values = {}
    const lossOf = (...weights: TfTensor[]) => {
      const given = Object.fromEntries(this.trained.map((name, index) => [name, weights[index]]))
      const values = interpret(this.tf, this.forward, { ...feeds, ...given })
      for (const [name, next] of Object.entries(this.compiled.next)) {
        const value = values.get(next)
        if (value !== undefined) statistics[name] = this.tf.keep(this.tf.clone(value))
      }
      return values.get('loss') as TfTensor
    }
    const weights = this.trained.map((name) => feeds[name])
    const { value: loss, grads } = this.tf.valueAndGrads(lossOf)(weights)
    const names = [...this.compiled.gradients.values()]
    const gradients: Values = Object.fromEntries(names.map((name, index) => [name, grads[index]]))
    return { loss, gradients, statistics }
  }

  /** Parameters and slots after the step, from gradients and what they were before. */
  private updated(feeds: Values, scalars: StepScalars): Values {
    const { next, updates } = this.compiled
    const numbers = Object.entries(scalars).map(([name, value]) => [name, this.tf.scalar(value)])
    const found = interpret(this.tf, updates, { ...feeds, ...Object.fromEntries(numbers) })
    const changed = Object.entries(next).filter(([, value]) => found.has(value))
    return Object.fromEntries(changed.map(([name, value]) => [name, found.get(value) as TfTensor]))
  }

  /** The tensors of one batch: inputs, targets and dropout masks. */
  private batch(inputs: Float32Array, labels: Int32Array): Values {
    const { tf, compiled, recipe } = this
    const { name, shape, dtype } = compiled.program.inputs[0]
    const data = dtype === 'int32' ? Int32Array.from(inputs) : inputs.slice()
    const others = Object.entries(stepFeeds(compiled, recipe, labels, this.done)).map(
      ([fed, { shape, data }]) => [fed, tf.tensor(data, [...shape], 'float32')],
    )
    return { [name]: tf.tensor(data, [...shape], dtype), ...Object.fromEntries(others) }
  }

  async state(): Promise<TrainState> {
    const { parameters, slots } = this.compiled
    return {
      step: this.done,
      parameters: await this.snapshot(parameters),
      slots: await this.snapshot(Object.keys(slots)),
    }
  }

  private async snapshot(names: readonly string[]): Promise<Tensors> {
    const entries = names.map(async (name): Promise<[string, Tensor]> => {
      const tensor = this.values[name]
      return [name, { shape: [...tensor.shape], data: Float32Array.from(await tensor.data()) }]
    })
    return Object.fromEntries(await Promise.all(entries))
  }

  async dispose(): Promise<void> {
    for (const tensor of Object.values(this.values)) tensor.dispose()
  }
}
