/** A training of a network on drawn data, to be timed: what the training benchmarks share. */
import { freeArrays } from '../src/core/freeArrays.js'
import { stream } from '../src/core/random.js'
import { sizeOf } from '../src/core/tensor.js'
import { oneBatch, repeated } from '../src/engine/batches.js'
import type { Engine, Trainer, TrainingRecipe } from '../src/engine/types.js'
import { buildModel } from '../src/models/build.js'
import { initialize } from '../src/models/initialize.js'
import type { InputDescription } from '../src/models/spec.js'
import type { Model } from '../src/models/types.js'

/** Seconds of a number of steps. */
export interface Times {
  readonly cpu: number
  readonly wall: number
}

export type Timed = (steps: number) => Promise<Times>

/** What the networks of the benchmarks see: tic-tac-toe boards, digits or colour pictures. */
export function inputOf(architecture: string): InputDescription {
  if (architecture === 'mlp-5') return { kind: 'tabular', shape: [9], classes: 2 }
  const shape = architecture === 'lenet' ? [1, 28, 28] : [3, 32, 32]
  return { kind: 'image', shape, classes: 10 }
}

/** SGD with momentum and weight decay, as in the peer. */
export function recipeOf(batchSize: number): TrainingRecipe {
  return {
    batchSize,
    optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 5e-4 },
    labelSmoothing: 0,
    frozenBlocks: [],
    dropoutSeed: 0,
  }
}

/** A network ready to train on one drawn batch. */
export async function startTraining(
  engine: Engine,
  architecture: string,
  batch: number,
  width?: number,
): Promise<{ readonly trainer: Trainer; readonly model: Model; readonly timed: Timed }> {
  const input = inputOf(architecture)
  const model = buildModel({ architecture, width }, input)
  const start = { step: 0, parameters: initialize(model, () => 1), slots: {} }
  const draws = stream(1, 'bench').at()
  const x = Float32Array.from({ length: batch * sizeOf(input.shape) }, () => draws.normal())
  const y = Int32Array.from({ length: batch }, () => draws.below(input.classes))
  const samples = { inputs: x, labels: y }
  const trainer = await engine.createTrainer(model.graph, recipeOf(batch), start, {
    train: samples,
    test: samples,
  })
  // As a study does.
  freeArrays(Object.values(start.parameters).map(({ data }) => data))
  const timed: Timed = async (steps) => {
    const cpu = process.cpuUsage()
    const wall = performance.now()
    await trainer.steps(repeated(oneBatch(x, y, 0.01), steps))
    const used = process.cpuUsage(cpu)
    return { cpu: (used.user + used.system) / 1e6, wall: (performance.now() - wall) / 1e3 }
  }
  return { trainer, model, timed }
}
