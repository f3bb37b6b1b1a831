/** The nodes that multiply matrices, and the shapes of what they give. */
import { broadcastShapes, type ShapeRules, shapeError } from '../rules.js'
import type { NodeBase, Shape } from '../types.js'

/** x Wᵀ + b: x [batch, in], weight [out, in], bias [out]. */
interface Dense extends NodeBase {
  readonly kind: 'dense'
  readonly inputs:
    | readonly [x: string, weight: string]
    | readonly [x: string, weight: string, bias: string]
}

/** Product over the last two axes, either transposed first; leading axes broadcast. */
interface MatrixProduct extends NodeBase {
  readonly kind: 'matrixProduct'
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly inputs: readonly [string, string]
}

export type LinearNode = Dense | MatrixProduct

export const linearShapes: ShapeRules<LinearNode> = {
  dense(node, inputs) {
    const [x, weight, bias] = inputs
    if (x.length !== 2 || weight.length !== 2 || x[1] !== weight[1]) {
      throw shapeError(node, inputs, 'x must be [batch, in] and the weight [out, in]')
    }
    if (bias !== undefined && (bias.length !== 1 || bias[0] !== weight[0])) {
      throw shapeError(node, inputs, 'the bias must be [out]')
    }
    return [x[0], weight[0]]
  },
  matrixProduct(node, inputs) {
    const [a, b] = inputs
    if (a.length < 2 || b.length < 2) throw shapeError(node, inputs, 'two axes at least')
    const [rows, inner] = lastTwo(a, node.transposeA)
    const [innerB, columns] = lastTwo(b, node.transposeB)
    const leading = broadcastShapes(a.slice(0, -2), b.slice(0, -2))
    if (inner !== innerB || leading === undefined) {
      throw shapeError(node, inputs, 'the shapes do not multiply')
    }
    return [...leading, rows, columns]
  },
}

function lastTwo(shape: Shape, transposed: boolean): readonly [number, number] {
  const rows = shape[shape.length - 2]
  const columns = shape[shape.length - 1]
  return transposed ? [columns, rows] : [rows, columns]
}
