/** Gradients of dense layers and matrix products. */
import type { LinearNode } from '../../graph/operators/linear.js'
import { type GradientRules, sumOver, sumToShape } from '../rules.js'

export const linearGradients: GradientRules<LinearNode> = {
  dense({ inputs: [x, weight] }, gradient, graph) {
    const product = (a: string, b: string, transposeA: boolean) =>
      graph.node('matrixProduct', { inputs: [a, b], transposeA, transposeB: false })
    return [
      () => product(gradient, weight, false),
      () => product(gradient, x, true),
      () => sumOver(graph, gradient, [0]),
    ]
  },
  /** With C = op(A)·op(B): dop(A) = dC·op(B)ᵀ, dop(B) = op(A)ᵀ·dC, transposed back where needed. */
  matrixProduct({ inputs: [a, b], transposeA, transposeB }, gradient, graph) {
    const product = (left: string, right: string, ofLeft: boolean, ofRight: boolean) =>
      graph.node('matrixProduct', {
        inputs: [left, right],
        transposeA: ofLeft,
        transposeB: ofRight,
      })
    return [
      () => {
        const value = transposeA
          ? product(b, gradient, transposeB, true)
          : product(gradient, b, false, !transposeB)
        return sumToShape(graph, value, graph.shapeOf(a))
      },
      () => {
        const value = transposeB
          ? product(gradient, a, true, transposeA)
          : product(a, gradient, !transposeA, false)
        return sumToShape(graph, value, graph.shapeOf(b))
      },
    ]
  },
}
