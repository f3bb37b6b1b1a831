import { sizeOf } from '../../../core/tensor.js'
import type { ShapingNode } from '../../../graph/operators/shaping.js'
import { broadcast, forEachIndex, type Kernels, stridesOf } from '../array.js'

export const shapingKernels: Kernels<ShapingNode> = {
  reshape: (_node, [x]) => x.data,
  transpose({ permutation }, [x], shape) {
    const strides = stridesOf(x.shape)
    const out = new Float64Array(sizeOf(shape))
    const permuted = permutation.map((axis) => strides[axis])
    forEachIndex(shape, permuted, (index, position) => {
      out[index] = x.data[position]
    })
    return out
  },
  expand: (_node, [x], shape) => broadcast(x, shape),
  cast: ({ dtype }, [x]) => (dtype === 'int32' ? x.data.map(Math.trunc) : x.data),
}
