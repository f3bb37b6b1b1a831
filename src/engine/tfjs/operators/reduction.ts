/** Sums and means over axes in tfjs. */
import type { ReductionNode } from '../../../graph/operators/reduction.js'
import { reduce, type TfKernels } from '../kernels.js'

export const reductionKernels: TfKernels<ReductionNode> = {
  reduction: (tf, { operation, axes, keepAxes }, [x]) => reduce(tf, operation, x, axes, keepAxes),
  softmax: (tf, _node, [x]) => tf.softmax(x),
}
