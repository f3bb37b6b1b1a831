/** Softmax in tfjs, which derives its gradient. */
import type { SoftmaxNode } from '../../../graph/operators/softmax.js'
import { derivedByTfjs, type TfKernels } from '../kernels.js'

export const softmaxKernels: TfKernels<SoftmaxNode> = {
  softmax: (tf, _node, [x]) => tf.softmax(x),
  softmaxGradient: derivedByTfjs,
}
