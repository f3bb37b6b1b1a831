/** Training on ONNX Runtime: memory, calls of many steps, and batches that are refused. */
import { describe, expect, it } from 'vitest'
import { exampleModel } from '../../models/testing/examples.js'
import { oneBatch } from '../batches.js'
import { relativeError } from '../relativeError.js'
import { drawBatch, sgdRecipe, startState, train } from '../testing/training.js'
import { createOnnxEngine } from './engine.js'
import { createOnnxPredictor } from './predictor.js'
import { createOnnxTrainer } from './trainer.js'

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
    const recipe = { ...sgdRecipe, batchSize: 32768 }
    const engine = await createOnnxEngine('cpu')
    const start = startState(model)
    // 128 KiB of rows a step, of which a call takes 1 MiB.
    const inOne = await train(engine, model, recipe, start, 9)
    expect(await train(engine, model, recipe, start, 9, 1)).toEqual(inOne)
  })

  it.each(['custom', 'transformer'])(
    'evaluates %s where it has the samples as a predictor does',
    async (name) => {
      const model = exampleModel(name)
      const start = startState(model)
      const [train, test] = [drawBatch(model, 300, 0), drawBatch(model, 5, 1)]
      const options = { data: { train, test }, resident: true, looped: true }
      const trainer = await createOnnxTrainer(model.graph, sgdRecipe, start, 'cpu', options)
      const batch = { ...train, rows: Uint32Array.of(7, 0, 299, 3), learningRates: [0.01] }
      const [{ shape, dtype }] = model.graph.inputs
      for (const steps of [0, 2]) {
        for (let step = 0; step < steps; step++) await trainer.steps(batch)
        // In two batches and in one, of both splits; the network is the same before and after.
        const before = await trainer.state()
        const all = await trainer.outputs!(Uint32Array.from({ length: 305 }, (_, row) => row))
        const few = await trainer.outputs!(Uint32Array.of(304, 1))
        expect(await trainer.state()).toEqual(before)
        const predictor = await createOnnxPredictor(model.graph, before.parameters, 'cpu')
        const both = [train, test].flatMap((samples) => [...samples.inputs])
        const data = dtype === 'int32' ? Int32Array.from(both) : Float32Array.from(both)
        const expected = await predictor.run({ x: { shape: [305, ...shape.slice(1)], data } })
        const width = expected.length / 305
        const row = (at: number) => [...expected.subarray(at * width, (at + 1) * width)]
        expect(relativeError(all, expected)).toBeLessThan(1e-5)
        expect(relativeError(few, [...row(304), ...row(1)])).toBeLessThan(1e-5)
        await predictor.dispose()
      }
      await trainer.dispose()
    },
  )

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
