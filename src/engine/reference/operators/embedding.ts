/** Embeddings and their gradients in float64. */
import { sizeOf } from '../../../core/tensor.js'
import type { EmbeddingNode } from '../../../graph/operators/embedding.js'
import type { Kernels } from '../array.js'

export const embeddingKernels: Kernels<EmbeddingNode> = {
  embedding(_node, [ids, table], shape) {
    const [, width] = table.shape
    const out = new Float64Array(sizeOf(shape))
    ids.data.forEach((id, position) => {
      out.set(table.data.subarray(id * width, (id + 1) * width), position * width)
    })
    return out
  },
  embeddingGradient(_node, [ids, gradient], [rows, width]) {
    const out = new Float64Array(rows * width)
    ids.data.forEach((id, position) => {
      for (let k = 0; k < width; k++) out[id * width + k] += gradient.data[position * width + k]
    })
    return out
  },
  tokenMask: (_node, [ids]) => ids.data.map((id) => (id === 0 ? 0 : 1)),
}
