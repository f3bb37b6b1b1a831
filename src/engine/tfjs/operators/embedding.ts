/** Embeddings in tfjs, which derives their gradient. */
import type { EmbeddingNode } from '../../../graph/operators/embedding.js'
import type { TfKernels } from '../kernels.js'

export const embeddingKernels: TfKernels<EmbeddingNode> = {
  embedding: (tf, _node, [ids, table]) => tf.gather(table, tf.cast(ids, 'int32')),
  tokenMask: (tf, _node, [ids]) => tf.cast(tf.notEqual(ids, tf.scalar(0, 'int32')), 'float32'),
}
