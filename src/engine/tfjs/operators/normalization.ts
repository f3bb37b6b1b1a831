/** Batch norm and layer norm in tfjs, which derives their gradients. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { NormalizationNode } from '../../../graph/operators/normalization.js'
import { byChannel, reduce, type TfKernels } from '../kernels.js'
import type { Tf } from '../load.js'

export const normalizationKernels: TfKernels<NormalizationNode> = {
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
}

function normalizedRows(tf: Tf, x: Tensor, epsilon: number): Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true))
  const variance = tf.mean(tf.square(centred), -1, true)
  return tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)))
}
