/** Dense layers and matrix products in ONNX: Gemm for matrices, MatMul for batches of them. */
import type { LinearNode } from '../../../graph/operators/linear.js'
import type { Emission, Emitters } from '../emission.js'

export const linearEmitters: Emitters<LinearNode> = {
  dense({ name, inputs }, to) {
    to.emit('Gemm', inputs, { attributes: { transB: { int: 1 } }, output: name })
  },
  matrixProduct({ name, inputs: [a, b], transposeA, transposeB }, to) {
    if (to.shapeOf(a).length === 2 && to.shapeOf(b).length === 2) {
      const attributes = {
        transA: { int: Number(transposeA) },
        transB: { int: Number(transposeB) },
      }
      to.emit('Gemm', [a, b], { attributes, output: name })
      return
    }
    const left = transposeA ? transposed(to, a) : a
    const right = transposeB ? transposed(to, b) : b
    to.emit('MatMul', [left, right], { output: name })
  },
}

function transposed(to: Emission, value: string): string {
  const rank = to.shapeOf(value).length
  const perm = Array.from({ length: rank }, (_, axis) => axis)
  perm[rank - 2] = rank - 1
  perm[rank - 1] = rank - 2
  return to.emit('Transpose', [value], { attributes: { perm } })
}
