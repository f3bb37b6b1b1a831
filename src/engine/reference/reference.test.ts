/** Gradients of the float64 reference against finite differences, losses and error function against known values. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lossGradient } from '../../autodiff/trainStep.js'
import { sizeOf } from '../../core/tensor.js'
import { graphBuilder } from '../../graph/builder.js'
import type { LossFunction } from '../../graph/operators/loss.js'
import { caseFeeds, caseProgram, OUTPUT_WEIGHTS, operatorCases } from '../testing/operatorCases.js'
import type { Float64Tensor } from './array.js'
import { errorFunction } from './errorFunction.js'
import { type Float64Tensors, interpret } from './interpret.js'

const STEP = 1e-5

/** Elements of one array that are compared; they are spread evenly over it. */
const SAMPLED = 10

/** Compares a gradient with central differences of a scalar function of one array. */
function expectGradient(gradient: Float64Array, values: Float64Array, loss: () => number): void {
  const scale = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  const stride = Math.max(1, Math.floor(values.length / SAMPLED))
  for (let index = 0; index < values.length; index += stride) {
    const value = values[index]
    values[index] = value + STEP
    const above = loss()
    values[index] = value - STEP
    const below = loss()
    values[index] = value
    const difference = (above - below) / (2 * STEP)
    expect(Math.abs(gradient[index] - difference) / scale).toBeLessThan(1e-8)
  }
}

describe('gradients against finite differences', () => {
  it.each(operatorCases.map((each) => [each.name, each] as const))('%s', (_name, operatorCase) => {
    const program = caseProgram(operatorCase)
    const drawn = Object.entries(caseFeeds(operatorCase, program))
    const feeds: Record<string, Float64Tensor> = Object.fromEntries(
      drawn.map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]),
    )
    const last = program.nodes.findIndex(({ name }) => name === program.outputs.value)
    const forward = program.nodes.slice(0, last + 1)
    const loss = () => {
      const value = interpret(forward, feeds).get(program.outputs.value)!
      const weights = feeds[OUTPUT_WEIGHTS].data
      return value.data.reduce((sum, each, index) => sum + each * weights[index], 0)
    }
    const values = interpret(program.nodes, feeds)
    for (const [output, name] of Object.entries(program.outputs)) {
      if (output === 'value') continue
      const operand = feeds[output.slice(2)]
      const gradient = values.get(name)!
      expect(gradient.shape).toEqual(operand.shape)
      expectGradient(gradient.data, operand.data, loss)
    }
  })

  it.each(['categorical', 'binary'] as const)('%s loss', (kind) => {
    const shape = kind === 'binary' ? [4, 1] : [4, 3]
    const size = sizeOf(shape)
    const logits = Float64Array.from({ length: size }, (_, index) => Math.sin(3 * index))
    const targets = Float64Array.from({ length: size }, (_, index) => [0.7, 0.2, 0.1][index % 3])
    const feeds: Float64Tensors = {
      logits: { shape, data: logits },
      targets: { shape, data: targets },
    }
    const { nodes, gradient: name } = lossNodes(shape, kind)
    const loss = () => interpret(nodes, feeds).get('loss')!.data[0]
    const gradient = interpret(nodes, feeds).get(name)!
    expectGradient(gradient.data, logits, loss)
  })
})

function lossNodes(shape: readonly number[], kind: LossFunction) {
  const graph = graphBuilder()
  graph.input({ name: 'logits', shape, dtype: 'float32' })
  graph.input({ name: 'targets', shape, dtype: 'float32' })
  graph.node('loss', { inputs: ['logits', 'targets'], function: kind }, 'loss')
  return { nodes: graph.nodes, gradient: lossGradient(graph, 'logits', kind) }
}

describe('the gradient of max pooling', () => {
  it('goes to the first of equal maxima, row by row, as in PyTorch', () => {
    const graph = graphBuilder()
    graph.input({ name: 'x', shape: [1, 1, 2, 6], dtype: 'float32' })
    graph.input({ name: 'gradient', shape: [1, 1, 1, 3], dtype: 'float32' })
    const y = graph.node('pooling', { operation: 'max', size: 2, inputs: ['x'] })
    const dx = graph.node('maxPoolingGradient', { size: 2, inputs: ['x', y, 'gradient'] })
    const x = [3, 3, 0, 1, 0, 2, 3, 3, 1, 1, 2, 2]
    const feeds = {
      x: { shape: [1, 1, 2, 6], data: Float64Array.from(x) },
      gradient: { shape: [1, 1, 1, 3], data: Float64Array.of(5, 7, 9) },
    }
    const found = interpret(graph.nodes, feeds).get(dx)!.data
    expect([...found]).toEqual([5, 0, 0, 7, 0, 9, 0, 0, 0, 0, 0, 0])
  })
})

describe('losses', () => {
  it('stay finite and exact for logits of any size', () => {
    const { nodes } = lossNodes([1, 1], 'binary')
    const feeds = (logit: number) => ({
      logits: { shape: [1, 1], data: Float64Array.of(logit) },
      targets: { shape: [1, 1], data: Float64Array.of(0) },
    })
    expect(interpret(nodes, feeds(1000)).get('loss')!.data[0]).toBe(1000)
    expect(interpret(nodes, feeds(-1000)).get('loss')!.data[0]).toBe(0)
  })
})

describe('errorFunction', () => {
  it.each([
    [0, 0],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [2.5, 0.999593047982555],
    [3, 0.9999779095030014],
    [-1, -0.8427007929497149],
  ])('erf(%f) = %f (tables)', (x, expected) => {
    expect(errorFunction(x)).toBeCloseTo(expected, 14)
  })

  it('is odd and never falls', () => {
    const small = fc.double({ min: -8, max: 8, noNaN: true })
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(errorFunction(-a)).toBe(-errorFunction(a))
        const [low, high] = a < b ? [a, b] : [b, a]
        expect(errorFunction(high)).toBeGreaterThanOrEqual(errorFunction(low) - 1e-15)
      }),
    )
  })
})
