/** Sums, means and softmax over axes in float64. */
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
  /** exp(x − max x)/Σ of every row. */
  softmax(_node, [{ data }], shape) {
    const columns = shape[shape.length - 1]
    const out = new Float64Array(data.length)
    for (let start = 0; start < data.length; start += columns) {
      const row = data.subarray(start, start + columns)
      const largest = row.reduce((most, value) => Math.max(most, value), -Infinity)
      const powers = row.map((value) => Math.exp(value - largest))
      const sum = powers.reduce((total, value) => total + value, 0)
      out.set(
        powers.map((value) => value / sum),
        start,
      )
    }
    return out
  },
}
