import type { SoftmaxNode } from '../../../graph/operators/softmax.js'
import type { Kernels } from '../array.js'

/** exp(x − max x)/Σ of every row. */
export function softmaxRows(data: Float64Array, columns: number): Float64Array {
  const out = new Float64Array(data.length)
  for (let start = 0; start < data.length; start += columns) {
    const row = data.subarray(start, start + columns)
    const largest = row.reduce((most, value) => Math.max(most, value), -Infinity)
    const powers = row.map((value) => Math.exp(value - largest))
    const sum = powers.reduce((total, value) => total + value, 0)
    powers.forEach((value, column) => {
      out[start + column] = value / sum
    })
  }
  return out
}

export const softmaxKernels: Kernels<SoftmaxNode> = {
  softmax: (_node, [x], shape) => softmaxRows(x.data, shape[shape.length - 1]),
  softmaxGradient(_node, [y, gradient], shape) {
    const columns = shape[shape.length - 1]
    const sums = new Float64Array(y.data.length / columns)
    y.data.forEach((value, index) => {
      sums[Math.floor(index / columns)] += value * gradient.data[index]
    })
    return y.data.map(
      (value, index) => value * (gradient.data[index] - sums[Math.floor(index / columns)]),
    )
  },
}
