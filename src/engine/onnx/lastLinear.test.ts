/** Which last linear layer is found in small graphs, and where none is. */
import { expect, it } from 'vitest'
import { floats, type NodeSpec, onnxFile } from '../../testing/onnxGraph.js'
import { decodeModel } from './format.js'
import { lastLinear } from './lastLinear.js'

/** What comes from h, an activation of the input, in a graph of these nodes. */
function layerOf(...nodes: NodeSpec[]) {
  const file = onnxFile({
    inputs: { x: ['n', 2] },
    outputs: { out: ['n', 2] },
    nodes: [['Relu', ['x'], ['h']], ...nodes],
    weights: { W: floats([2, 2], [1, 2, 3, 4]), b: floats([2], [5, 6]) },
  })
  return lastLinear(decodeModel(file).graph, 'out')
}

it.each<[string, NodeSpec[], boolean, string?]>([
  ['Gemm', [['Gemm', ['h', 'W', 'b'], ['out'], { transB: 1 }]], true],
  ['Gemm without a bias', [['Gemm', ['h', 'W'], ['out']]], false],
  ['MatMul', [['MatMul', ['h', 'W'], ['out']]], false],
  [
    'MatMul and Add, either way round',
    [
      ['MatMul', ['h', 'W'], ['z']],
      ['Add', ['b', 'z'], ['out']],
    ],
    true,
  ],
  [
    'a softmax after it',
    [
      ['Gemm', ['h', 'W', 'b'], ['z']],
      ['Softmax', ['z'], ['out']],
    ],
    true,
    'Softmax',
  ],
  [
    'a sigmoid between identities',
    [
      ['Gemm', ['h', 'W', 'b'], ['z']],
      ['Identity', ['z'], ['i']],
      ['Sigmoid', ['i'], ['j']],
      ['Identity', ['j'], ['out']],
    ],
    true,
    'Sigmoid',
  ],
])('is found: %s', (_, nodes, hasBias, activation = 'none') => {
  expect(layerOf(...nodes)).toEqual({ input: 'h', hasBias, activation })
})

it.each<[string, NodeSpec[]]>([
  [
    'two softmaxes',
    [
      ['Gemm', ['h', 'W'], ['z']],
      ['Softmax', ['z'], ['p']],
      ['Softmax', ['p'], ['out']],
    ],
  ],
  ['a factor', [['Gemm', ['h', 'W', 'b'], ['out'], { alpha: { float: 0.5 } }]]],
  ['a product of two values', [['MatMul', ['h', 'h'], ['out']]]],
  [
    'a sum of two values',
    [
      ['MatMul', ['h', 'W'], ['z']],
      ['Add', ['z', 'h'], ['out']],
    ],
  ],
  [
    'an activation at the end',
    [
      ['Gemm', ['h', 'W'], ['z']],
      ['Relu', ['z'], ['out']],
    ],
  ],
])('is not told through %s', (_, nodes) => {
  expect(layerOf(...nodes)).toBeUndefined()
})
