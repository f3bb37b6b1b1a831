/** What nodes compute in tfjs, which derives the gradients. */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core'
import type { ActivationFunction, BinaryOperation } from '../../graph/operators/elementwise.js'
import type { Node, Shape } from '../../graph/types.js'
import { byChannel, channelsLast, reduce, type TfKernels } from './kernels.js'
import type { Tf } from './load.js'

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

export const kernels: TfKernels<Node> = {
  binary: (tf, { operation }, [a, b]) => operations[operation](tf, a, b),
  affine: (tf, { factor, offset }, [x]) => tf.add(tf.mul(x, factor), offset),
  squareRoot: (tf, _node, [x]) => tf.sqrt(x),
  activation: (tf, { function: kind }, [x]) => functions[kind](tf, x),
  dropout: (tf, _node, [x]) => tf.clone(x),
  /** Channels last and padded beforehand, the one form that every backend of tfjs has. */
  convolution(tf, { stride, padding }, [x, weight, bias]) {
    const filter = tf.transpose(weight, [2, 3, 1, 0]) as Tensor4D
    const around: [number, number] = [padding, padding]
    const product = channelsLast(tf, x, (image) => {
      const padded = tf.pad(image, [[0, 0], around, around, [0, 0]]) as Tensor4D
      return tf.conv2d(padded, filter, stride, 'valid')
    })
    return bias === undefined ? product : tf.add(product, byChannel(tf, bias, product))
  },
  pooling: (tf, { operation, size }, [x]) =>
    channelsLast(tf, x, (image) =>
      operation === 'max'
        ? tf.maxPool(image as Tensor4D, size, size, 'valid')
        : tf.avgPool(image as Tensor4D, size, size, 'valid'),
    ),
  dense(tf, _node, [x, weight, bias]) {
    const product = tf.matMul(x, weight, false, true)
    return bias === undefined ? product : tf.add(product, bias)
  },
  matrixProduct(tf, { transposeA, transposeB }, [a, b], shape) {
    const leading = shape.slice(0, -2)
    const [left, right] = [a, b].map((operand) => repeated(tf, operand, leading))
    return tf.matMul(left, right, transposeA, transposeB)
  },
  batchNorm(tf, { epsilon }, [x, scale, bias, mean, variance]) {
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)))
    const centred = tf.sub(x, byChannel(tf, mean, x))
    return tf.add(tf.mul(centred, byChannel(tf, factor, x)), byChannel(tf, bias, x))
  },
  channelVariance(tf, _node, [x, mean]) {
    const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]))
    return reduce(tf, 'mean', tf.square(tf.sub(x, byChannel(tf, mean, x))), axes)
  },
  layerNorm: (tf, { epsilon }, [x, scale, bias]) =>
    tf.add(tf.mul(normalizedRows(tf, x, epsilon), scale), bias),
  reduction: (tf, { operation, axes, keepAxes }, [x]) => reduce(tf, operation, x, axes, keepAxes),
  softmax: (tf, _node, [x]) => tf.softmax(x),
  embedding: (tf, _node, [ids, table]) => tf.gather(table, tf.cast(ids, 'int32')),
  tokenMask: (tf, _node, [ids]) => tf.cast(tf.notEqual(ids, tf.scalar(0, 'int32')), 'float32'),
  reshape: (tf, _node, [x], shape) => tf.reshape(x, [...shape]),
  transpose: (tf, { permutation }, [x]) => tf.transpose(x, [...permutation]),
  expand: (tf, _node, [x], shape) => tf.broadcastTo(x, [...shape]),
  cast: (tf, { dtype }, [x]) => tf.cast(x, dtype),
  /** Pooling of single pixels drops rows and columns; a strided slice has no gradient in tfjs. */
  identityShortcut(tf, { stride, channels }, [x]) {
    const before = (channels - x.shape[1]!) / 2
    const kept = channelsLast(tf, x, (image) => tf.avgPool(image as Tensor4D, 1, stride, 'valid'))
    return tf.pad(kept, [
      [0, 0],
      [before, before],
      [0, 0],
      [0, 0],
    ])
  },
  loss(tf, { function: kind }, [logits, targets]) {
    if (kind === 'categorical') {
      const each = tf.sum(tf.mul(tf.logSoftmax(logits), targets), -1)
      return tf.neg(tf.mean(each))
    }
    const linear = tf.sub(tf.relu(logits), tf.mul(logits, targets))
    return tf.mean(tf.add(linear, tf.log1p(tf.exp(tf.neg(tf.abs(logits))))))
  },
}

/** Matrices repeated over leading axes: tfjs multiplies broadcast ones but derives them wrongly. */
function repeated(tf: Tf, matrices: Tensor, leading: Shape): Tensor {
  const shape = [...leading, ...matrices.shape.slice(-2)]
  return matrices.shape.length === shape.length &&
    matrices.shape.every((extent, axis) => extent === shape[axis])
    ? matrices
    : tf.broadcastTo(matrices, shape)
}

function normalizedRows(tf: Tf, x: Tensor, epsilon: number): Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true))
  const variance = tf.mean(tf.square(centred), -1, true)
  return tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)))
}
