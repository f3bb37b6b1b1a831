/** Max and average pooling and their gradients in float64. */
import { sizeOf } from '../../../core/tensor.js'
import type { PoolingNode } from '../../../graph/operators/pooling.js'
import type { Shape } from '../../../graph/types.js'
import type { Kernels } from '../array.js'

/** Calls `visit(ofX, ofWindow)` for every pixel that belongs to a window. */
function forEachPixel(
  [batch, channels, height, width]: Shape,
  size: number,
  visit: (ofX: number, ofWindow: number) => void,
): void {
  const rows = Math.floor(height / size)
  const columns = Math.floor(width / size)
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let y = 0; y < rows * size; y++) {
      for (let x = 0; x < columns * size; x++) {
        const window = (plane * rows + Math.floor(y / size)) * columns + Math.floor(x / size)
        visit((plane * height + y) * width + x, window)
      }
    }
  }
}

export const poolingKernels: Kernels<PoolingNode> = {
  pooling({ operation, size }, [x], shape) {
    const out = new Float64Array(sizeOf(shape)).fill(operation === 'max' ? -Infinity : 0)
    forEachPixel(x.shape, size, (ofX, ofWindow) => {
      const value = x.data[ofX]
      if (operation === 'average') out[ofWindow] += value / size ** 2
      else if (value > out[ofWindow] || Number.isNaN(value)) out[ofWindow] = value
    })
    return out
  },
  maxPoolingGradient({ size }, [x, y, gradient]) {
    const out = new Float64Array(x.data.length)
    const isFound = new Uint8Array(y.data.length)
    forEachPixel(x.shape, size, (ofX, ofWindow) => {
      if (isFound[ofWindow] || x.data[ofX] !== y.data[ofWindow]) return
      isFound[ofWindow] = 1
      out[ofX] = gradient.data[ofWindow]
    })
    return out
  },
  averagePoolingGradient({ size }, [gradient], shape) {
    const out = new Float64Array(sizeOf(shape))
    forEachPixel(shape, size, (ofX, ofWindow) => {
      out[ofX] = gradient.data[ofWindow] / size ** 2
    })
    return out
  },
}
