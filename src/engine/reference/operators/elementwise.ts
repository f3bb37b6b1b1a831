/** Arithmetic, activations and their gradients in float64. */
import type {
  ActivationFunction,
  BinaryOperation,
  ElementwiseNode,
} from '../../../graph/operators/elementwise.js'
import { broadcast, type Kernels } from '../array.js'
import { errorFunction } from '../errorFunction.js'

const operations: Readonly<Record<BinaryOperation, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
}

const functions: Readonly<Record<ActivationFunction, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  gelu: (x) => x * normalDistribution(x),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
}

const slopes: Readonly<Record<ActivationFunction, (x: number, y: number) => number>> = {
  relu: (_x, y) => (y > 0 ? 1 : 0),
  gelu: (x) => normalDistribution(x) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
  tanh: (_x, y) => 1 - y * y,
  sigmoid: (_x, y) => y * (1 - y),
}

export const elementwiseKernels: Kernels<ElementwiseNode> = {
  binary({ operation }, [a, b], shape) {
    const right = broadcast(b, shape)
    return broadcast(a, shape).map((value, index) => operations[operation](value, right[index]))
  },
  affine: ({ factor, offset }, [x]) => x.data.map((value) => factor * value + offset),
  squareRoot: (_node, [x]) => x.data.map(Math.sqrt),
  activation: ({ function: kind }, [x]) => x.data.map(functions[kind]),
  activationGradient: ({ function: kind }, [x, y, gradient]) =>
    gradient.data.map((value, index) => value * slopes[kind](x.data[index], y.data[index])),
  dropout: (_node, [x]) => x.data,
}

/** Φ(x), the distribution function of the standard normal. */
function normalDistribution(x: number): number {
  return 0.5 * (1 + errorFunction(x * Math.SQRT1_2))
}
