/** Dense layers and matrix products in float64. */
import { sizeOf } from '../../../core/tensor.js'
import type { LinearNode } from '../../../graph/operators/linear.js'
import { broadcast, type Float64Tensor, type Kernels } from '../array.js'
import { addProduct } from './product.js'

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
  first: Float64Tensor,
  second: Float64Tensor,
  transposeA: boolean,
  transposeB: boolean,
  shape: readonly number[],
): Float64Array {
  const leading = shape.slice(0, -2)
  const [rows, columns] = shape.slice(-2)
  const inner = first.shape[first.shape.length - (transposeA ? 2 : 1)]
  const left = broadcast(first, [...leading, ...first.shape.slice(-2)])
  const right = broadcast(second, [...leading, ...second.shape.slice(-2)])
  const out = new Float64Array(sizeOf(shape))
  const part = (
    data: Float64Array,
    from: number,
    transposed: boolean,
    [m, n]: readonly number[],
  ) => (transposed ? { data, from, row: 1, column: m } : { data, from, row: n, column: 1 })
  for (let matrix = 0; matrix < sizeOf(leading); matrix++) {
    const a = part(left, matrix * rows * inner, transposeA, [rows, inner])
    const b = part(right, matrix * inner * columns, transposeB, [inner, columns])
    addProduct(out, matrix * rows * columns, a, b, [rows, inner, columns])
  }
  return out
}
