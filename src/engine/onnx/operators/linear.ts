import type { LinearNode } from '../../../graph/operators/linear.js'
import type { Emission, EmitOptions, Emitters } from '../emission.js'
import { dataTypes } from '../format.js'

export const linearEmitters: Emitters<LinearNode> = {
  dense({ name, inputs }, to) {
    emitProduct(to, 'Gemm', inputs, { attributes: { transB: { int: 1 } }, output: name })
  },
  matrixProduct({ name, inputs: [a, b], transposeA, transposeB }, to) {
    if (to.shapeOf(a).length === 2 && to.shapeOf(b).length === 2) {
      const attributes = {
        transA: { int: Number(transposeA) },
        transB: { int: Number(transposeB) },
      }
      emitProduct(to, 'Gemm', [a, b], { attributes, output: name })
      return
    }
    const left = transposeA ? transposed(to, a) : a
    const right = transposeB ? transposed(to, b) : b
    emitProduct(to, 'MatMul', [left, right], { output: name })
  },
}

/**
 * A product of matrices; on CUDA in float64. In float32, ONNX Runtime lets cuBLAS use TF32's 10 bits of
 * mantissa, and in some versions of cuBLAS 13 the switch against it, NVIDIA_TF32_OVERRIDE, holds only
 * where a field of the handle that nothing sets happens not to be 1: 3% of sessions had errors of 4e-4.
 */
function emitProduct(
  to: Emission,
  opType: 'Gemm' | 'MatMul',
  factors: readonly string[],
  options: EmitOptions,
): void {
  if (!to.formsForCuda) {
    to.emit(opType, factors, options)
    return
  }
  const { output, ...rest } = options
  const product = to.emit(
    opType,
    factors.map((factor) => cast(to, factor, 'float64')),
    rest,
  )
  cast(to, product, 'float32', output)
}

function cast(to: Emission, value: string, type: 'float32' | 'float64', output?: string): string {
  return to.emit('Cast', [value], { attributes: { to: { int: dataTypes[type] } }, output })
}

function transposed(to: Emission, value: string): string {
  const rank = to.shapeOf(value).length
  const perm = Array.from({ length: rank }, (_, axis) => axis)
  perm[rank - 2] = rank - 1
  perm[rank - 1] = rank - 2
  return to.emit('Transpose', [value], { attributes: { perm } })
}
