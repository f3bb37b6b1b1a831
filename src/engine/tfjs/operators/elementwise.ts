/** Arithmetic and activations in tfjs, which derives their gradients. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type {
  ActivationFunction,
  BinaryOperation,
  ElementwiseNode,
} from '../../../graph/operators/elementwise.js'
import type { TfKernels } from '../kernels.js'
import type { Tf } from '../load.js'

const operations: Readonly<Record<BinaryOperation, (tf: Tf, a: Tensor, b: Tensor) => Tensor>> = {
  add: (tf, a, b) => tf.add(a, b),
  subtract: (tf, a, b) => tf.sub(a, b),
  multiply: (tf, a, b) => tf.mul(a, b),
  divide: (tf, a, b) => tf.div(a, b),
}

const functions: Readonly<Record<ActivationFunction, (tf: Tf, x: Tensor) => Tensor>> = {
  relu: (tf, x) => tf.relu(x),
  tanh: (tf, x) => tf.tanh(x),
  sigmoid: (tf, x) => tf.sigmoid(x),
  gelu: (tf, x) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))))),
}

export const elementwiseKernels: TfKernels<ElementwiseNode> = {
  binary: (tf, { operation }, [a, b]) => operations[operation](tf, a, b),
  affine: (tf, { factor, offset }, [x]) => tf.add(tf.mul(x, factor), offset),
  squareRoot: (tf, _node, [x]) => tf.sqrt(x),
  activation: (tf, { function: kind }, [x]) => functions[kind](tf, x),
  dropout: (tf, _node, [x]) => tf.clone(x),
}
