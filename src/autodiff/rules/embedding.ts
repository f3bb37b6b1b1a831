/** Gradient of an embedding in its table: rows of ids that occur several times add up. */
import type { EmbeddingNode } from '../../graph/operators/embedding.js'
import type { GradientRules } from '../rules.js'

export const embeddingGradients: GradientRules<EmbeddingNode> = {
  embedding: ({ inputs: [ids, table] }, gradient, graph) => [
    undefined,
    () =>
      graph.node('embeddingGradient', { inputs: [ids, gradient], rows: graph.shapeOf(table)[0] }),
  ],
  tokenMask: () => [undefined],
}
