/** Cross-entropy of logits in tfjs, which derives its gradient. */
import type { LossNode } from '../../../graph/operators/loss.js'
import type { TfKernels } from '../kernels.js'

export const lossKernels: TfKernels<LossNode> = {
  loss(tf, { function: kind }, [logits, targets]) {
    if (kind === 'categorical') {
      const each = tf.sum(tf.mul(tf.logSoftmax(logits), targets), -1)
      return tf.neg(tf.mean(each))
    }
    const linear = tf.sub(tf.relu(logits), tf.mul(logits, targets))
    return tf.mean(tf.add(linear, tf.log1p(tf.exp(tf.neg(tf.abs(logits))))))
  },
}
