/** Opening engines and devices by name: what there is, what is missing, and devices that compute wrongly. */
import { describe, expect, it } from 'vitest'
import { EnvironmentError, InputError } from '../core/errors.js'
import { exampleModel } from '../models/testing/examples.js'
import { cardNumber, deviceKind } from './device.js'
import { executionProvider } from './onnx/session.js'
import { PREDICTION_LIMIT, predictionError, requireParity } from './parity.js'
import { createReferenceEngine } from './reference/engine.js'
import { createEngine } from './registry.js'
import { sgdRecipe, startState } from './testing/training.js'

describe('createEngine', () => {
  it('takes ONNX Runtime on the CPU by itself', async () => {
    const engine = await createEngine('auto', 'auto')
    expect([engine.name, engine.device]).toEqual(['onnx', 'cpu'])
    expect(engine.versions['onnxruntime-node']).toMatch(/^\d+\.\d+/)
  })

  it('says which command adds CUDA where it is missing', async () => {
    const attempt = createEngine('onnx', 'cuda')
    await expect(attempt).rejects.toThrow(EnvironmentError)
    await expect(attempt).rejects.toThrow('--onnxruntime-node-install=cuda12')
  })

  it('names the card that cannot be used', async () => {
    const attempt = createEngine('onnx', 'cuda:7')
    await expect(attempt).rejects.toThrow(EnvironmentError)
    await expect(attempt).rejects.toThrow('cuda:7')
  })

  it.each([
    ['tfjs', 'webgpu'],
    ['tfjs', 'cuda:1'],
    ['reference', 'cuda'],
    ['reference', 'cuda:0'],
  ] as const)('refuses %s on %s', async (engine, device) => {
    await expect(createEngine(engine, device)).rejects.toThrow(InputError)
  })
})

describe('a card by its number', () => {
  it('is a device of its kind, and reaches ONNX Runtime as its own option', () => {
    expect([deviceKind('cuda:12'), cardNumber('cuda:12')]).toEqual(['cuda', 12])
    expect([deviceKind('cuda'), cardNumber('cuda')]).toEqual(['cuda', undefined])
    expect(executionProvider('cuda:12')).toEqual({ name: 'cuda', deviceId: 12 })
    expect(executionProvider('webgpu')).toBe('webgpu')
  })
})

describe('parity', () => {
  it('is far below the limit for a sound engine', async () => {
    const model = exampleModel('lenet')
    const { parameters } = startState(model)
    const predictors = [
      await (await createEngine('onnx', 'cpu')).createPredictor(model.graph, parameters),
      await createReferenceEngine().createPredictor(model.graph, parameters),
    ]
    const error = await predictionError(predictors[0], predictors[1], model.graph)
    for (const predictor of predictors) await predictor.dispose()
    expect(error).toBeLessThan(PREDICTION_LIMIT / 10)
    expect(() => requireParity(error, PREDICTION_LIMIT, 'cpu')).not.toThrow()
  })

  it.each([0.5, 3e-4, Number.NaN])('refuses a device with an error of %f', (error) => {
    const test = () => requireParity(error, PREDICTION_LIMIT, 'webgpu')
    expect(test).toThrow(EnvironmentError)
    expect(test).toThrow('use --device cpu')
  })
})

describe('weights and states that do not fit', () => {
  const model = exampleModel('mlp-5')
  const start = startState(model)

  it('are refused by name', async () => {
    const engine = await createEngine('onnx', 'cpu')
    const { 'fc2.bias': _, ...incomplete } = start.parameters
    await expect(engine.createPredictor(model.graph, incomplete)).rejects.toThrow('"fc2.bias"')
    const reshaped = { ...start.parameters, 'fc1.bias': { shape: [1], data: new Float32Array(1) } }
    await expect(engine.createPredictor(model.graph, reshaped)).rejects.toThrow(
      '[16] in the network',
    )
    const resumed = { ...start, step: 5 }
    await expect(engine.createTrainer(model.graph, sgdRecipe, resumed)).rejects.toThrow(
      'fc1.weight.momentum',
    )
  })
})
