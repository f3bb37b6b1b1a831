/** Sums and means over axes in float64. */
import { sizeOf } from '../../../core/tensor.js'
import type { ReductionNode } from '../../../graph/operators/reduction.js'
import { broadcastStrides, forEachIndex, type Kernels } from '../array.js'

export const reductionKernels: Kernels<ReductionNode> = {
  reduction({ operation, axes }, [x]) {
    const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    const out = new Float64Array(sizeOf(kept))
    forEachIndex(x.shape, broadcastStrides(kept, x.shape), (index, position) => {
      out[position] += x.data[index]
    })
    const count = x.data.length / out.length
    return operation === 'mean' ? out.map((value) => value / count) : out
  },
}
