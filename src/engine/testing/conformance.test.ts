/**
 * The same networks, weights, batches and dropout masks on every engine that is present, compared
 * with the float64 reference.
 */
import { describe, expect, it } from 'vitest'
import type { Tensor, Tensors } from '../../core/tensor.js'
import { buildModel } from '../../models/build.js'
import { architectureNames } from '../../models/registry.js'
import { exampleModel } from '../../models/testing/examples.js'
import type { Model } from '../../models/types.js'
import { createOnnxTrainer } from '../onnx/trainer.js'
import { createReferenceEngine } from '../reference/engine.js'
import { createEngine } from '../registry.js'
import { relativeError } from '../relativeError.js'
import { engineOn } from '../tfjs/engine.js'
import type { Engine, TrainingRecipe, TrainState } from '../types.js'
import { testedDevices } from './devices.js'
import { loadTestedTfjs } from './tfjs.js'
import {
  drawBatch,
  gradientRecipe,
  sgdRecipe,
  smoothed,
  startState,
  type Training,
  train,
} from './training.js'

const engines: readonly Engine[] = [
  ...(await Promise.all(testedDevices.map((device) => createEngine('onnx', device)))),
  engineOn(await loadTestedTfjs(), 'cpu'),
]
const reference = createReferenceEngine()

/**
 * Networks with a ReLU that rounding may switch: one of resnet44's 417,792 inputs of ReLUs lies 3e-7 of
 * its layer's scale from 0, and engines that sum in another order (TensorFlow, WebGPU) have it on the
 * other side, both with the same gradients. Such networks are compared without kinks.
 */
const nearKinks: ReadonlySet<string> = new Set(['resnet44'])

/**
 * Networks with the layers of a shallower one (vgg11, vgg11-bn, resnet20), only more of them: what they predict and
 * their gradients are compared, which takes a step; further steps take no other way than those of the shallower ones.
 */
const deeper: ReadonlySet<string> = new Set([
  ...['vgg13', 'vgg13-bn', 'vgg16', 'vgg16-bn'],
  ...['resnet32', 'resnet44'],
])

/**
 * Whether an engine is tfjs on its CPU backend, plain JavaScript, which takes seconds a step. It knows nodes, not
 * networks: those here are half as wide, of two samples, deeper ones are left out, and of training the first gradients are compared;
 * what comes after them, momentum and running statistics, is one function, which the tests of optimisers run.
 */
const isSlow = ({ name, versions }: Engine) => name === 'tfjs' && versions.backend === 'cpu'

/** Trainings by the reference, each done once. */
const references = new Map<string, Promise<Training>>()

function referenceTraining(
  model: Model,
  recipe: TrainingRecipe,
  start: TrainState,
  steps: number,
): Promise<Training> {
  const key = JSON.stringify([model.graph, recipe, steps])
  const training = references.get(key) ?? train(reference, model, recipe, start, steps)
  references.set(key, training)
  return training
}

/** Largest magnitude in a tensor. */
function scaleOf({ data }: Tensor): number {
  return data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

/**
 * Largest relative error over tensors of the same names. Tensors below `share` of the largest one
 * are compared on that scale: what ten steps did to a bias that began at 0 says little.
 */
function worstError(actual: Tensors, expected: Tensors, share = 0.05): number {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort())
  const floor = share * Math.max(...Object.values(expected).map(scaleOf), 1e-9)
  const errors = Object.entries(expected).map(([name, { data }]) =>
    relativeError(actual[name].data, data, floor),
  )
  return Math.max(0, ...errors)
}

/**
 * Largest relative error of the gradients of every parameter at the first batch. Those that are 0
 * but for rounding, such as that of a bias before batch norm, are compared on the scale of the
 * largest gradient.
 */
async function gradientError(
  engine: Engine,
  model: Model,
  recipe: TrainingRecipe,
): Promise<number> {
  const start = startState(model)
  const expected = (await referenceTraining(model, recipe, start, 1)).state.slots
  const actual = (await train(engine, model, recipe, start, 1)).state.slots
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort())
  const largest = Math.max(...Object.values(expected).map(scaleOf))
  const errors = Object.entries(expected).map(([name, tensor]) => {
    const isZero = scaleOf(tensor) < 1e-9 * largest
    return relativeError(actual[name].data, tensor.data, isZero ? largest : 0)
  })
  return Math.max(...errors)
}

describe.each(engines.map((engine) => [engine.name, engine.device, engine] as const))(
  '%s on %s',
  (_name, _device, engine) => {
    const slow = isSlow(engine)
    const compared = architectureNames.filter((name) => !slow || !deeper.has(name))
    describe.each(compared)('%s', (architecture) => {
      const model = exampleModel(architecture, slow ? 2 : 4)
      const start = startState(model)

      it('predicts as the reference does', async () => {
        const { inputs } = drawBatch(model, 3, 0)
        const [{ shape, dtype }] = model.graph.inputs
        const data = dtype === 'int32' ? Int32Array.from(inputs) : inputs
        const feeds = { x: { shape: [3, ...shape.slice(1)], data } }
        const outputs: Float32Array[] = []
        for (const each of [engine, reference]) {
          const predictor = await each.createPredictor(model.graph, start.parameters)
          outputs.push(await predictor.run(feeds))
          await predictor.dispose()
        }
        expect(relativeError(outputs[0], outputs[1])).toBeLessThan(1e-5)
      })

      it('has the gradients of the reference', async () => {
        const network = nearKinks.has(architecture) ? smoothed(model) : model
        const recipe = { ...gradientRecipe, batchSize: slow ? 2 : 4 }
        expect(await gradientError(engine, network, recipe)).toBeLessThan(1e-4)
      })

      if (slow || deeper.has(architecture)) return

      if (engine.name === 'onnx') {
        it('takes steps in one call, in several, without a loop and of samples that it keeps the same, to the bit', async () => {
          const withSteps = (looped: boolean, resident = false): Engine => ({
            ...engine,
            createTrainer: (graph, recipe, state, data) =>
              createOnnxTrainer(graph, recipe, state, engine.device, { data, looped, resident }),
          })
          const once = await train(withSteps(true), model, sgdRecipe, start, 5)
          expect(await train(withSteps(true), model, sgdRecipe, start, 5, 2)).toEqual(once)
          expect(await train(withSteps(false), model, sgdRecipe, start, 5)).toEqual(once)
          expect(await train(withSteps(true, true), model, sgdRecipe, start, 5, 3)).toEqual(once)
        })
      }

      // A step beyond the third takes no other way: momentum and running statistics are old by then.
      it('trains three steps as the reference does', async () => {
        const steps = 3
        const smooth = smoothed(model)
        const expected = await referenceTraining(smooth, sgdRecipe, start, steps)
        const actual = await train(engine, smooth, sgdRecipe, start, steps)
        expect(relativeError(actual.losses, expected.losses)).toBeLessThan(1e-5)
        expect(worstError(actual.state.parameters, expected.state.parameters)).toBeLessThan(1e-4)
        expect(worstError(actual.state.slots, expected.state.slots)).toBeLessThan(1e-4)
      })
    })

    describe.each([
      ['SGD', sgdRecipe.optimizer],
      ['plain SGD', { name: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 }],
      ['Adam', { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-3, weightDecay: 1e-2 }],
      ['AdamW', { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-3, weightDecay: 1e-2 }],
    ] as const)('%s', (_optimizer, optimizer) => {
      const recipe: TrainingRecipe = { ...sgdRecipe, optimizer }
      const model = exampleModel('custom')
      const start = startState(model)

      it('updates as the reference does', async () => {
        const expected = await train(reference, model, recipe, start, 5)
        const actual = await train(engine, model, recipe, start, 5)
        expect(worstError(actual.state.parameters, expected.state.parameters)).toBeLessThan(1e-3)
        expect(worstError(actual.state.slots, expected.state.slots)).toBeLessThan(1e-3)
      })

      it('resumes bit for bit, with batch norm and dropout on', async () => {
        const whole = await train(engine, model, recipe, start, 4)
        const half = await train(engine, model, recipe, start, 2)
        const resumed = await train(engine, model, recipe, half.state, 2)
        expect(resumed.state).toEqual(whole.state)
        expect(resumed.losses).toEqual(whole.losses.slice(2))
      })
    })

    it('trains a binary head as the reference does', async () => {
      const input = { kind: 'tabular', shape: [9], classes: 2 } as const
      const model = buildModel({ architecture: 'mlp-5', width: 16, head: 'binary' }, input)
      const expected = await train(reference, model, sgdRecipe, startState(model), 10)
      const actual = await train(engine, model, sgdRecipe, startState(model), 10)
      expect(relativeError(actual.losses, expected.losses)).toBeLessThan(1e-5)
    })

    it('leaves frozen blocks and their statistics alone', async () => {
      const model = exampleModel('custom')
      const start = startState(model)
      const frozenBlocks = ['conv', 'norm']
      const recipe = { ...sgdRecipe, frozenBlocks }
      const { state } = await train(engine, model, recipe, start, 3)
      const expected = await train(reference, model, recipe, start, 3)
      expect(worstError(state.parameters, expected.state.parameters)).toBeLessThan(1e-3)
      for (const { name, parameters } of model.blocks) {
        const changed = parameters.filter(
          (parameter) =>
            relativeError(state.parameters[parameter].data, start.parameters[parameter].data) > 0,
        )
        expect(changed, name).toEqual(frozenBlocks.includes(name) ? [] : parameters)
      }
    })
  },
)

/**
 * Wide enough for the blocked layout of ONNX Runtime's CPU kernels; smooth, as ReLUs are many. A batch norm of one pixel
 * needs more than two samples, of which it makes ±1.
 */
const wideModels = (
  [
    ['vgg11', 32, 2],
    ['vgg11-bn', 32, 4],
    ['resnet20', 28, 2],
  ] as const
).map(([architecture, extent, batchSize]) => {
  const input = { kind: 'image', shape: [3, extent, extent], classes: 2 } as const
  return [
    architecture,
    smoothed(buildModel({ architecture, width: 16 }, input)),
    batchSize,
  ] as const
})

describe.each(testedDevices)('wide networks on %s', (device) => {
  it.each(wideModels)('%s has the gradients of the reference', async (_name, model, batchSize) => {
    const engine = await createEngine('onnx', device)
    const recipe = { ...gradientRecipe, batchSize }
    expect(await gradientError(engine, model, recipe)).toBeLessThan(1e-4)
  })
})
