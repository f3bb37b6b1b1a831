import { describe, expect, it } from 'vitest'
import { exampleModel } from '../../models/testing/examples.js'
import { oneBatch } from '../batches.js'
import { drawBatch, sgdRecipe, startState, train } from '../testing/training.js'
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
      await trainer.steps(oneBatch(inputs, labels, 0.01))
      if (step === 5) held = process.memoryUsage().arrayBuffers
    }
    expect(process.memoryUsage().arrayBuffers - held).toBeLessThan(2 * stateBytes)
    const { parameters } = await trainer.state()
    for (const { name, shape } of model.graph.parameters) {
      expect(parameters[name].data).toHaveLength(shape.reduce((size, extent) => size * extent, 1))
    }
    await trainer.dispose()
  })

  it('takes more steps than fit into one call', async () => {
    const model = exampleModel('mlp-5')
    const recipe = { ...sgdRecipe, batchSize: 8192 }
    const engine = await createOnnxEngine('cpu')
    const start = startState(model)
    // 96 KiB of targets and rows a step, of which a call takes 1 MiB.
    const inOne = await train(engine, model, recipe, start, 12)
    expect(await train(engine, model, recipe, start, 12, 1)).toEqual(inOne)
  })

  it('refuses rows that are not there and batches that are not full', async () => {
    const model = exampleModel('mlp-5')
    const trainer = await (await createOnnxEngine('cpu')).createTrainer(
      model.graph,
      sgdRecipe,
      startState(model),
    )
    const { inputs, labels } = drawBatch(model, sgdRecipe.batchSize, 0)
    const batch = oneBatch(inputs, labels, 0.01)
    const steps = (rows: number[]) => trainer.steps({ ...batch, rows: Uint32Array.from(rows) })
    await expect(steps([0, 1, 2, 4])).rejects.toThrow('no row 4 in 4 samples')
    await expect(steps([0, 1, 2])).rejects.toThrow('3 rows for 1 batches of 4')
    await trainer.dispose()
  })
})
