import type { ReductionNode } from '../../../graph/operators/reduction.js'
import type { TfKernels } from '../kernels.js'

export const reductionKernels: TfKernels<ReductionNode> = {
  reduction: (tf, { operation, axes, keepAxes }, [x]) =>
    operation === 'sum' ? tf.sum(x, [...axes], keepAxes) : tf.mean(x, [...axes], keepAxes),
}
