/** The test of a device before use, on devices that compute rightly and wrongly. */
import { describe, expect, it } from 'vitest'
import type { Tensors } from '../../core/tensor.js'
import { exampleModel } from '../../models/testing/examples.js'
import { oneBatch } from '../batches.js'
import { predictionError } from '../parity.js'
import { drawBatch, sgdRecipe, startState } from '../testing/training.js'
import type { Predictor, Trainer, TrainingRecipe } from '../types.js'
import { createOnnxPredictor } from './predictor.js'
import { firstTrusted, testPrediction, testTraining } from './selfTest.js'
import { createOnnxTrainer } from './trainer.js'

/** With batch norm, dropout and slots of its own. */
const model = exampleModel('vgg11-bn')
const start = startState(model)
const recipe: TrainingRecipe = {
  ...sgdRecipe,
  optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-3, weightDecay: 1e-2 },
}

async function stateAfter(trainer: Trainer, steps: number) {
  for (let step = 0; step < steps; step++) {
    const { inputs, labels } = drawBatch(model, recipe.batchSize, step)
    await trainer.steps(oneBatch(inputs, labels, 0.01))
  }
  return trainer.state()
}

/** Weights with the 10 bits of mantissa that TF32 has. */
function inTf32(parameters: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => {
      const bits = new Int32Array(Float32Array.from(data).buffer)
      return [name, { shape, data: new Float32Array(bits.map((word) => word & ~0x1fff).buffer) }]
    }),
  )
}

describe('the test of a device before it is used', () => {
  it('leaves a trainer as it was', async () => {
    const tested = await createOnnxTrainer(model.graph, recipe, start, 'cpu')
    await testTraining(tested, model.graph, recipe, start, 'cpu')
    const fresh = await createOnnxTrainer(model.graph, recipe, start, 'cpu')
    expect(await tested.state()).toEqual(await fresh.state())
    expect(await stateAfter(tested, 3)).toEqual(await stateAfter(fresh, 3))
    await tested.dispose()
    await fresh.dispose()
  })

  it('refuses a trainer that does something else', async () => {
    const decay = { ...recipe, optimizer: { ...recipe.optimizer, weightDecay: 0.5 } }
    const wrong = await createOnnxTrainer(model.graph, decay, start, 'cpu')
    const test = testTraining(wrong, model.graph, recipe, start, 'webgpu')
    await expect(test).rejects.toThrow(/webgpu computes this network wrongly.*use --device cpu/)
    await wrong.dispose()
  })

  it('takes a trainer that is right on one batch of three', async () => {
    const trainer = await createOnnxTrainer(model.graph, recipe, start, 'cpu')
    const step = trainer.steps.bind(trainer)
    let steps = 0
    // As if rounding had switched a ReLU on the first two.
    trainer.steps = ({ learningRates: [rate], ...rest }) =>
      step({ ...rest, learningRates: [++steps < 3 ? 2 * rate : rate] })
    await testTraining(trainer, model.graph, recipe, start, 'webgpu')
    expect(steps).toBe(3)
    expect(await trainer.state()).toMatchObject({ step: 0, parameters: start.parameters })
    await trainer.dispose()
  })

  it('refuses a predictor whose products have the errors of TF32', async () => {
    const predictor = await createOnnxPredictor(model.graph, inTf32(start.parameters), 'cpu')
    const test = testPrediction(predictor, model.graph, start.parameters, 'cuda')
    await expect(test).rejects.toThrow(/cuda computes this network wrongly/)
    await predictor.dispose()
  })

  it('opens sessions until one has no errors of TF32, and holds the last to the wider limit', async () => {
    const rough = inTf32(start.parameters)
    const trial = async (ways: readonly Tensors[]) => {
      const opened: Predictor[] = []
      const found = firstTrusted(
        ways,
        async (parameters) => {
          const predictor = await createOnnxPredictor(model.graph, parameters, 'cpu')
          opened.push(predictor)
          return predictor
        },
        (predictor, limit) =>
          testPrediction(predictor, model.graph, start.parameters, 'cuda', limit),
      )
      return { index: opened.indexOf(await found), opened }
    }
    expect(await trial([rough, start.parameters, rough])).toMatchObject({ index: 1 })
    expect(await trial([start.parameters])).toMatchObject({ index: 0 })
    await expect(trial([rough, rough])).rejects.toThrow(/cuda computes this network wrongly/)
    // Those that are not taken are closed.
    const { opened } = await trial([rough, start.parameters])
    await expect(predictionError(opened[0], opened[1], model.graph)).rejects.toThrow()
  })
})
