import { sizeOf } from '../../../core/tensor.js'
import type { ConvolutionGeometry, ConvolutionNode } from '../../../graph/operators/convolution.js'
import type { Shape } from '../../../graph/types.js'
import type { Kernels } from '../array.js'

/**
 * Positions (in x, in the weight, in the output) of every product that a convolution sums up: the
 * one loop from which the convolution and both of its gradients follow.
 */
function forEachProduct(
  [batch, channels, height, width]: Shape,
  [filters, , kernelHeight, kernelWidth]: Shape,
  [, , rows, columns]: Shape,
  { stride, padding }: ConvolutionGeometry,
  visit: (ofX: number, ofWeight: number, ofOutput: number) => void,
): void {
  for (let sample = 0; sample < batch; sample++)
    for (let filter = 0; filter < filters; filter++)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const ofOutput = ((sample * filters + filter) * rows + row) * columns + column
          for (let channel = 0; channel < channels; channel++)
            for (let down = 0; down < kernelHeight; down++)
              for (let right = 0; right < kernelWidth; right++) {
                const y = row * stride + down - padding
                const x = column * stride + right - padding
                if (y < 0 || y >= height || x < 0 || x >= width) continue
                const ofX = ((sample * channels + channel) * height + y) * width + x
                const tap = (filter * channels + channel) * kernelHeight + down
                visit(ofX, tap * kernelWidth + right, ofOutput)
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
    forEachProduct(x.shape, weight.shape, shape, node, (ofX, ofWeight, ofOutput) => {
      out[ofOutput] += x.data[ofX] * weight.data[ofWeight]
    })
    return out
  },
  convolutionInputGradient(node, [gradient, weight], shape) {
    const out = new Float64Array(sizeOf(shape))
    forEachProduct(shape, weight.shape, gradient.shape, node, (ofX, ofWeight, ofOutput) => {
      out[ofX] += gradient.data[ofOutput] * weight.data[ofWeight]
    })
    return out
  },
  convolutionWeightGradient(node, [x, gradient], shape) {
    const out = new Float64Array(sizeOf(shape))
    forEachProduct(x.shape, shape, gradient.shape, node, (ofX, ofWeight, ofOutput) => {
      out[ofWeight] += gradient.data[ofOutput] * x.data[ofX]
    })
    return out
  },
}
