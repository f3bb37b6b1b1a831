/** Dense layers and matrix products in float64. */
import { sizeOf } from '../../../core/tensor.js'
import type { LinearNode } from '../../../graph/operators/linear.js'
import { broadcast, type Float64Tensor, type Kernels } from '../array.js'

export const linearKernels: Kernels<LinearNode> = {
  dense(_node, [x, weight, bias], shape) {
    const product = multiplyMatrices(x, weight, false, true, shape)
    if (bias === undefined) return product
    return product.map((value, index) => value + bias.data[index % shape[1]])
  },
  matrixProduct: ({ transposeA, transposeB }, [a, b], shape) =>
    multiplyMatrices(a, b, transposeA, transposeB, shape),
}

function multiplyMatrices(
  a: Float64Tensor,
  b: Float64Tensor,
  transposeA: boolean,
  transposeB: boolean,
  shape: readonly number[],
): Float64Array {
  const leading = shape.slice(0, -2)
  const [rows, columns] = shape.slice(-2)
  const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)]
  const left = broadcast(a, [...leading, ...a.shape.slice(-2)])
  const right = broadcast(b, [...leading, ...b.shape.slice(-2)])
  const out = new Float64Array(sizeOf(shape))
  for (let matrix = 0; matrix < sizeOf(leading); matrix++) {
    const ofLeft = matrix * rows * inner
    const ofRight = matrix * inner * columns
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0
        for (let k = 0; k < inner; k++) {
          const p = ofLeft + (transposeA ? k * rows + row : row * inner + k)
          const q = ofRight + (transposeB ? column * inner + k : k * columns + column)
          sum += left[p] * right[q]
        }
        out[(matrix * rows + row) * columns + column] = sum
      }
    }
  }
  return out
}
