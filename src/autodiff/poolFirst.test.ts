/** ReLU and max pooling in the exchanged order against the order written: values and gradients. */
import { describe, expect, it } from 'vitest'
import { interpret } from '../engine/reference/interpret.js'
import { graphBuilder } from '../graph/builder.js'
import { differentiate } from './differentiate.js'
import { poolFirst } from './poolFirst.js'

/** ReLU and max pooling of 4×4 images, in the order written or exchanged, with the gradient of x. */
function run(values: readonly number[], exchange: boolean) {
  const written = graphBuilder()
  written.input({ name: 'x', shape: [1, 1, 4, 4], dtype: 'float32' })
  written.node('activation', { function: 'relu', inputs: ['x'] }, 'relu')
  written.node('pooling', { operation: 'max', size: 2, inputs: ['relu'] }, 'pool')
  const graph = graphBuilder('step/')
  graph.input({ name: 'x', shape: [1, 1, 4, 4], dtype: 'float32' })
  graph.input({ name: 'g', shape: [1, 1, 2, 2], dtype: 'float32' })
  for (const node of exchange ? poolFirst(written.nodes, 'pool') : written.nodes) {
    const { kind, name, ...fields } = node
    graph.node(kind, fields as never, name)
  }
  const gradient = differentiate(graph, 'pool', 'g', ['x']).get('x')!
  const computed = interpret(graph.nodes, {
    x: { shape: [1, 1, 4, 4], data: Float64Array.from(values) },
    g: { shape: [1, 1, 2, 2], data: Float64Array.of(1, 2, 3, 4) },
  })
  return [computed.get('pool')!.data, computed.get(gradient)!.data]
}

describe('poolFirst', () => {
  it.each([
    ['drawn values', Array.from({ length: 16 }, (_, index) => Math.sin(7 * index))],
    ['negative windows', Array.from({ length: 16 }, (_, index) => index - 9)],
    ['ties at zero', [0, 0, -1, 0, -2, 0, -1, -1, 0, 0, 0, 0, 3, 3, -1, -1]],
  ])('changes neither values nor gradients: %s', (_name, values) => {
    expect(run(values, true)).toEqual(run(values, false))
  })

  it('leaves a ReLU alone that is read elsewhere too', () => {
    const graph = graphBuilder()
    graph.input({ name: 'x', shape: [1, 1, 4, 4], dtype: 'float32' })
    graph.node('activation', { function: 'relu', inputs: ['x'] }, 'relu')
    graph.node('pooling', { operation: 'max', size: 2, inputs: ['relu'] }, 'pool')
    graph.node('affine', { factor: 2, offset: 0, inputs: ['relu'] }, 'other')
    expect(poolFirst(graph.nodes, 'pool')).toEqual(graph.nodes)
  })
})
