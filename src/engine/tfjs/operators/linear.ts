import type { Tensor } from '@tensorflow/tfjs-core'
import type { LinearNode } from '../../../graph/operators/linear.js'
import type { Shape } from '../../../graph/types.js'
import type { TfKernels } from '../kernels.js'
import type { Tf } from '../load.js'

export const linearKernels: TfKernels<LinearNode> = {
  dense(tf, _node, [x, weight, bias]) {
    const product = tf.matMul(x, weight, false, true)
    return bias === undefined ? product : tf.add(product, bias)
  },
  matrixProduct(tf, { transposeA, transposeB }, [a, b], shape) {
    const leading = shape.slice(0, -2)
    const [left, right] = [a, b].map((operand) => repeated(tf, operand, leading))
    return tf.matMul(left, right, transposeA, transposeB)
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
