/** Convolutions in tfjs, which derives their gradients. */
import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { ConvolutionNode } from '../../../graph/operators/convolution.js'
import { byChannel, channelsLast, type TfKernels } from '../kernels.js'

export const convolutionKernels: TfKernels<ConvolutionNode> = {
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
}
