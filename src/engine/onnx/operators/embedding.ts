/** Embeddings in ONNX: Gather, and ScatterND for the gradient. */
import type { EmbeddingNode } from '../../../graph/operators/embedding.js'
import type { Emitters } from '../emission.js'
import { dataTypes } from '../format.js'

export const embeddingEmitters: Emitters<EmbeddingNode> = {
  embedding({ name, inputs: [ids, table] }, to) {
    to.emit('Gather', [table, ids], { output: name })
  },
  embeddingGradient({ name, rows, inputs: [ids, gradient] }, to) {
    const [width] = to.shapeOf(gradient).slice(-1)
    const zeros = to.emit('Expand', [to.floats([0]), to.integers([rows, width])])
    const indices = to.emit('Reshape', [
      to.emit('Cast', [ids], { attributes: { to: { int: dataTypes.int64 } } }),
      to.integers([-1, 1]),
    ])
    const updates = to.emit('Reshape', [gradient, to.integers([-1, width])])
    const attributes = { reduction: 'add' }
    to.emit('ScatterND', [zeros, indices, updates], { attributes, output: name })
  },
  tokenMask({ name, inputs: [ids] }, to) {
    const isWord = to.emit('Not', [to.emit('Equal', [ids, to.int32(0)])])
    to.emit('Cast', [isWord], { attributes: { to: { int: dataTypes.float32 } }, output: name })
  },
}
