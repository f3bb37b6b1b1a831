/** Reshapes, transposes, broadcasts, casts and shortcuts in float64. */
import { sizeOf } from '../../../core/tensor.js'
import type { ShapingNode } from '../../../graph/operators/shaping.js'
import type { Shape } from '../../../graph/types.js'
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
  identityShortcut({ stride }, [x], shape) {
    const out = new Float64Array(sizeOf(shape))
    forEachKept(x.shape, shape, stride, (ofX, ofOutput) => {
      out[ofOutput] = x.data[ofX]
    })
    return out
  },
  identityShortcutGradient({ stride }, [gradient], shape) {
    const out = new Float64Array(sizeOf(shape))
    forEachKept(shape, gradient.shape, stride, (ofX, ofOutput) => {
      out[ofX] = gradient.data[ofOutput]
    })
    return out
  },
  cast: ({ dtype }, [x]) => (dtype === 'int32' ? x.data.map(Math.trunc) : x.data),
}

/** Positions in the input and the output of every pixel that an identity shortcut keeps. */
function forEachKept(
  [batch, channels, height, width]: Shape,
  [, wider, rows, columns]: Shape,
  stride: number,
  visit: (ofX: number, ofOutput: number) => void,
): void {
  const before = (wider - channels) / 2
  for (let sample = 0; sample < batch; sample++)
    for (let channel = 0; channel < channels; channel++)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          const ofX = ((sample * channels + channel) * height + row * stride) * width
          const plane = sample * wider + before + channel
          visit(ofX + column * stride, (plane * rows + row) * columns + column)
        }
}
