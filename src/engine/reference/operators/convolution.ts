import { sizeOf } from '../../../core/tensor.js'
import type { ConvolutionGeometry, ConvolutionNode } from '../../../graph/operators/convolution.js'
import type { Shape } from '../../../graph/types.js'
import type { Kernels } from '../array.js'

/**
 * A run of `length` products along one output row, from positions in x, the weight and the output:
 * x steps by the stride, the output by one.
 */
type VisitRun = (ofX: number, ofWeight: number, ofOutput: number, length: number) => void

/**
 * Every product that a convolution sums up, as runs along output rows that share one weight: the
 * one loop from which the convolution and both of its gradients follow.
 */
function forEachRun(
  [batch, channels, height, width]: Shape,
  [filters, , kernelHeight, kernelWidth]: Shape,
  [, , rows, columns]: Shape,
  { stride, padding }: ConvolutionGeometry,
  visit: VisitRun,
): void {
  for (let right = 0; right < kernelWidth; right++) {
    const first = Math.max(0, Math.ceil((padding - right) / stride))
    const last = Math.min(columns - 1, Math.floor((width - 1 + padding - right) / stride))
    if (last < first) continue
    for (let sample = 0; sample < batch; sample++)
      for (let filter = 0; filter < filters; filter++)
        for (let channel = 0; channel < channels; channel++)
          for (let down = 0; down < kernelHeight; down++)
            for (let row = 0; row < rows; row++) {
              const y = row * stride + down - padding
              if (y < 0 || y >= height) continue
              const ofRow = ((sample * channels + channel) * height + y) * width
              const tap = (filter * channels + channel) * kernelHeight + down
              visit(
                ofRow + first * stride + right - padding,
                tap * kernelWidth + right,
                ((sample * filters + filter) * rows + row) * columns + first,
                last - first + 1,
              )
            }
  }
}

export const convolutionKernels: Kernels<ConvolutionNode> = {
  convolution(node, [x, weight, bias], shape) {
    const out = new Float64Array(sizeOf(shape))
    if (bias !== undefined) {
      const area = shape[2] * shape[3]
      for (let index = 0; index < out.length; index++) {
        out[index] = bias.data[Math.floor(index / area) % shape[1]]
      }
    }
    forEachRun(x.shape, weight.shape, shape, node, (ofX, ofWeight, ofOutput, length) => {
      const factor = weight.data[ofWeight]
      for (let k = 0; k < length; k++) out[ofOutput + k] += x.data[ofX + k * node.stride] * factor
    })
    return out
  },
  convolutionInputGradient(node, [gradient, weight], shape) {
    const out = new Float64Array(sizeOf(shape))
    const visit: VisitRun = (ofX, ofWeight, ofOutput, length) => {
      const factor = weight.data[ofWeight]
      for (let k = 0; k < length; k++) {
        out[ofX + k * node.stride] += gradient.data[ofOutput + k] * factor
      }
    }
    forEachRun(shape, weight.shape, gradient.shape, node, visit)
    return out
  },
  convolutionWeightGradient(node, [x, gradient], shape) {
    const out = new Float64Array(sizeOf(shape))
    forEachRun(x.shape, shape, gradient.shape, node, (ofX, ofWeight, ofOutput, length) => {
      let sum = 0
      for (let k = 0; k < length; k++) {
        sum += gradient.data[ofOutput + k] * x.data[ofX + k * node.stride]
      }
      out[ofWeight] += sum
    })
    return out
  },
}
