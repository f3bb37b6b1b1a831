/**
 * Convolutions with the batch as innermost axis. An image [1, channels, H, W·batch], whose taps lie
 * `batch` elements apart along a row, makes one matrix product of the whole batch. ONNX Runtime's
 * usual form makes one a sample, which for 2×2 or 4×4 images is a quarter to a third as fast.
 */
import { sizeOf } from '../../../core/tensor.js'
import type { Shape } from '../../../graph/types.js'
import type { Emission } from '../emission.js'
import { emitConv } from '../operators/conv.js'

/** [batch, channels, H, W] as [channels, H·W, batch]. */
function toInnermost(to: Emission, value: string): string {
  const [batch, channels, height, width] = to.shapeOf(value)
  const rows = to.emit('Reshape', [value, to.integers([batch, channels * height * width])])
  const columns = to.emit('Transpose', [rows], { attributes: { perm: [1, 0] } })
  return to.emit('Reshape', [columns, to.integers([channels, height * width, batch])])
}

function fromInnermost(to: Emission, value: string, shape: Shape, output: string): void {
  const [batch] = shape
  const columns = to.emit('Reshape', [value, to.integers([sizeOf(shape) / batch, batch])])
  const rows = to.emit('Transpose', [columns], { attributes: { perm: [1, 0] } })
  to.emit('Reshape', [rows, to.integers(shape)], { output })
}

function convolve(
  to: Emission,
  value: string,
  [batch, channels, height, width]: Shape,
  inputs: readonly string[],
  padding: number,
): string {
  const image = to.emit('Reshape', [value, to.integers([1, channels, height, width * batch])])
  const along = padding * batch
  return emitConv(to, [image, ...inputs], channels, {
    attributes: { dilations: [1, batch], pads: [padding, along, padding, along] },
  })
}

/** A convolution of stride 1, named `name`. */
export function emitConvolution(
  to: Emission,
  name: string,
  [x, ...weights]: readonly string[],
  padding: number,
): void {
  const product = convolve(to, toInnermost(to, x), to.shapeOf(x), weights, padding)
  fromInnermost(to, product, to.shapeOf(name), name)
}

/**
 * The gradient of such a convolution in its input, named `name`. A convolution of the gradient with
 * the kernel turned by 180° is the same as turning the gradient and the result instead, which are
 * small where the weights are large.
 */
export function emitInputGradient(
  to: Emission,
  name: string,
  [gradient, weight]: readonly string[],
  padding: number,
): void {
  const [, , kernel] = to.shapeOf(weight)
  const exchanged = to.emit('Transpose', [weight], { attributes: { perm: [1, 0, 2, 3] } })
  const shape = to.shapeOf(gradient)
  const turned = turn(to, toInnermost(to, gradient), shape)
  const product = convolve(to, turned, shape, [exchanged], kernel - 1 - padding)
  const [batch, channels, height, width] = to.shapeOf(name)
  const pixels = to.integers([channels, height * width, batch])
  const back = turn(to, to.emit('Reshape', [product, pixels]), to.shapeOf(name))
  fromInnermost(to, back, to.shapeOf(name), name)
}

/** Turns images [channels, H·W, batch] by 180°. */
function turn(to: Emission, value: string, [, , height, width]: Shape): string {
  const pixels = height * width
  const backwards = to.integers(Array.from({ length: pixels }, (_, index) => pixels - 1 - index))
  return to.emit('Gather', [value, backwards], { attributes: { axis: { int: 1 } } })
}
