/** Reshapes, transposes, broadcasts, casts and shortcuts in tfjs. */
import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { ShapingNode } from '../../../graph/operators/shaping.js'
import { channelsLast, type TfKernels } from '../kernels.js'

export const shapingKernels: TfKernels<ShapingNode> = {
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
}
