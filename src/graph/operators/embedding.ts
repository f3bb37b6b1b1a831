/** The nodes that turn token ids into numbers, and the shapes of what they give. */
import { type ShapeRules, shapeError } from '../rules.js'
import type { NodeBase } from '../types.js'

/** Rows of a table [rows, width] by ids (int32) of any shape: [...ids, width]. */
interface Embedding extends NodeBase {
  readonly kind: 'embedding'
  readonly inputs: readonly [ids: string, table: string]
}

/** Gradient of an embedding in its table of `rows` rows: the sum of the gradients of each row. */
interface EmbeddingGradient extends NodeBase {
  readonly kind: 'embeddingGradient'
  readonly rows: number
  readonly inputs: readonly [ids: string, gradient: string]
}

/** 1 where an id is a word, 0 where it is padding (id 0). */
interface TokenMask extends NodeBase {
  readonly kind: 'tokenMask'
  readonly inputs: readonly [ids: string]
}

export type EmbeddingNode = Embedding | EmbeddingGradient | TokenMask

export const embeddingShapes: ShapeRules<EmbeddingNode> = {
  embedding(node, inputs) {
    if (inputs[1].length !== 2) throw shapeError(node, inputs, 'the table must be [rows, width]')
    return [...inputs[0], inputs[1][1]]
  },
  embeddingGradient: (node, inputs) => [node.rows, inputs[1][inputs[1].length - 1]],
  tokenMask: (_node, inputs) => inputs[0],
}
