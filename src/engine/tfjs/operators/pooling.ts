/** Pooling in tfjs, which derives its gradients. */
import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { PoolingNode } from '../../../graph/operators/pooling.js'
import { channelsLast, type TfKernels } from '../kernels.js'

export const poolingKernels: TfKernels<PoolingNode> = {
  pooling: (tf, { operation, size }, [x]) =>
    channelsLast(tf, x, (image) =>
      operation === 'max'
        ? tf.maxPool(image as Tensor4D, size, size, 'valid')
        : tf.avgPool(image as Tensor4D, size, size, 'valid'),
    ),
}
