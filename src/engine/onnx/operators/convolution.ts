/** Convolutions and their gradients in plain ONNX, which runs on any device; see deviceForms for faster ones. */
import type { ConvolutionNode } from '../../../graph/operators/convolution.js'
import type { Emitters } from '../emission.js'
import { emitConv } from './conv.js'

export const convolutionEmitters: Emitters<ConvolutionNode> = {
  convolution(node, to) {
    const { name, inputs, stride, padding } = node
    const [, channels, ...kernel] = to.shapeOf(inputs[1])
    const attributes = geometry(kernel, stride, padding)
    emitConv(to, inputs, channels, { attributes, output: name })
  },
  convolutionInputGradient(node, to) {
    const { name, inputs, stride, padding, size } = node
    const [, , ...kernel] = to.shapeOf(inputs[1])
    const [, , ...reduced] = to.shapeOf(inputs[0])
    const rest = size.map(
      (extent, axis) => extent - ((reduced[axis] - 1) * stride + kernel[axis] - 2 * padding),
    )
    const attributes = { ...geometry(kernel, stride, padding), output_padding: rest }
    to.emit('ConvTranspose', inputs, { attributes, output: name })
  },
  /**
   * One dilated convolution. With x as a [1, batch, H, W·in] image whose innermost axis is the
   * channel, and the gradient as out filters of [batch, H′, W′] taps that lie `stride` pixels, that
   * is stride·in elements, apart, the result at (row, column·in + channel) is
   * Σ gradient[n, o, h, w] · x[n, channel, row + stride·h, column + stride·w].
   */
  convolutionWeightGradient(node, to) {
    const { name, inputs, stride, padding, kernel } = node
    const [x, gradient] = inputs
    const [batch, channels, height, width] = to.shapeOf(x)
    const [, filters, rows, columns] = to.shapeOf(gradient)
    const span = [(rows - 1) * stride + kernel[0], (columns - 1) * stride + kernel[1]]
    const end = [span[0] - height - padding, span[1] - width - padding]
    let image = to.emit('Transpose', [x], { attributes: { perm: [0, 2, 3, 1] } })
    for (const axis of [0, 1]) {
      if (end[axis] >= 0) continue
      const until = to.integers([[height, width][axis] + end[axis]])
      image = to.emit('Slice', [image, to.integers([0]), until, to.integers([axis + 1])])
      end[axis] = 0
    }
    const shape = [1, batch, Math.min(height, span[0] - padding), -1]
    const flat = to.emit('Reshape', [image, to.integers(shape)])
    const taps = to.emit('Transpose', [gradient], { attributes: { perm: [1, 0, 2, 3] } })
    const product = emitConv(to, [flat, taps], batch, {
      attributes: {
        kernel_shape: [rows, columns],
        dilations: [stride, stride * channels],
        pads: [padding, padding * channels, end[0], end[1] * channels],
      },
    })
    const split = to.integers([filters, kernel[0], kernel[1], channels])
    const unfolded = to.emit('Reshape', [product, split])
    to.emit('Transpose', [unfolded], { attributes: { perm: [0, 3, 1, 2] }, output: name })
  },
}

/** Attributes of a convolution: the extents of its kernel, stride and padding. */
export function geometry(kernel: readonly number[], stride: number, padding: number) {
  return {
    kernel_shape: kernel,
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  }
}
