import { describe, expect, it } from 'vitest'
import { exampleModel } from '../../models/testing/examples.js'
import { drawBatch, sgdRecipe, startState } from '../conformance/training.js'
import { createOnnxEngine } from './engine.js'

describe('training on ONNX Runtime', () => {
  it('holds no more memory after a hundred steps than after five', async () => {
    const model = exampleModel('lenet-wide')
    const engine = await createOnnxEngine('cpu')
    const start = startState(model)
    const trainer = await engine.createTrainer(model.graph, sgdRecipe, start)
    const stateBytes = 2 * 4 * model.parameterCount
    const { inputs, labels } = drawBatch(model, sgdRecipe.batchSize, 0)
    let held = 0
    for (let step = 1; step <= 105; step++) {
      await trainer.step(inputs, labels, 0.01)
      if (step === 5) held = process.memoryUsage().arrayBuffers
    }
    expect(process.memoryUsage().arrayBuffers - held).toBeLessThan(2 * stateBytes)
    const { parameters } = await trainer.state()
    for (const { name, shape } of model.graph.parameters) {
      expect(parameters[name].data).toHaveLength(shape.reduce((size, extent) => size * extent, 1))
    }
    await trainer.dispose()
  })
})
