/** Every operator and its gradient in tfjs against the float64 reference; memory, missing packages and resumed training. */
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { EnvironmentError } from '../../core/errors.js'
import { exampleModel } from '../../models/testing/examples.js'
import { oneBatch } from '../batches.js'
import { interpret as interpretExactly } from '../reference/interpret.js'
import { relativeError } from '../relativeError.js'
import {
  caseFeeds,
  caseProgram,
  OUTPUT_WEIGHTS,
  operatorCases,
  tiedCases,
} from '../testing/operatorCases.js'
import { loadTestedTfjs } from '../testing/tfjs.js'
import { sgdRecipe, startState, train } from '../testing/training.js'
import { createTfjsEngine, engineOn } from './engine.js'
import { interpret } from './interpret.js'

const tf = await loadTestedTfjs()
const engine = engineOn(tf, 'cpu')
const withoutSquareRoot = [...operatorCases, ...tiedCases].filter(
  ({ name }) => !name.startsWith('square root'),
)

describe('every operator and its gradient by tfjs against the float64 reference', () => {
  it.each(withoutSquareRoot.map((each) => [each.name, each] as const))(
    '%s',
    (_name, operatorCase) => {
      const program = caseProgram(operatorCase)
      const drawn = caseFeeds(operatorCase, program)
      const exact = interpretExactly(
        program.nodes,
        Object.fromEntries(
          Object.entries(drawn).map(([name, { shape, data }]) => [
            name,
            { shape, data: Float64Array.from(data) },
          ]),
        ),
      )
      const { value, ...gradients } = program.outputs
      const last = program.nodes.findIndex(({ name }) => name === value)
      const forward = program.nodes.slice(0, last + 1)
      const names = Object.keys(gradients).map((output) => output.slice(2))
      tf.tidy(() => {
        const feeds = Object.fromEntries(
          Object.entries(drawn).map(([name, { shape, data }]) => [
            name,
            tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32'),
          ]),
        )
        const output = interpret(tf, forward, feeds).get(value)!
        expect(relativeError(output.dataSync(), exact.get(value)!.data)).toBeLessThan(1e-5)
        if (names.length === 0) return
        const weigh = (...operands: Tensor[]) => {
          const given = Object.fromEntries(names.map((name, index) => [name, operands[index]]))
          const result = interpret(tf, forward, { ...feeds, ...given }).get(value)!
          return tf.sum(tf.mul(result, feeds[OUTPUT_WEIGHTS])) as Scalar
        }
        tf.grads(weigh)(names.map((name) => feeds[name])).forEach((gradient, index) => {
          const expected = exact.get(gradients[`d ${names[index]}`])!.data
          expect(relativeError(gradient.dataSync(), expected), names[index]).toBeLessThan(1e-4)
        })
      })
    },
  )
})

describe('memory', () => {
  it('holds as many tensors after ten steps as after one, and none after disposal', async () => {
    const model = exampleModel('custom')
    const before = tf.memory().numTensors
    const trainer = await engine.createTrainer(model.graph, sgdRecipe, startState(model))
    const size = 28 * 28 * sgdRecipe.batchSize
    const inputs = Float32Array.from({ length: size }, (_, index) => Math.sin(index))
    const labels = Int32Array.from({ length: sgdRecipe.batchSize }, (_, row) => row % 2)
    const batch = oneBatch(inputs, labels, 0.01)
    await trainer.steps(batch)
    const after = tf.memory().numTensors
    for (let step = 0; step < 9; step++) await trainer.steps(batch)
    expect(tf.memory().numTensors).toBe(after)
    await trainer.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('without a package of tfjs', () => {
  it('says which one is missing and how to add it', async () => {
    await expect(createTfjsEngine('cuda')).rejects.toThrow(EnvironmentError)
    await expect(createTfjsEngine('cuda')).rejects.toThrow('npm install @tensorflow/tfjs-node-gpu')
  })
})

describe('training', () => {
  it('resumes bit for bit', async () => {
    const model = exampleModel('transformer')
    const start = startState(model)
    const whole = await train(engine, model, sgdRecipe, start, 4)
    const half = await train(engine, model, sgdRecipe, start, 2)
    const resumed = await train(engine, model, sgdRecipe, half.state, 2)
    expect(resumed.state).toEqual(whole.state)
  })
})
