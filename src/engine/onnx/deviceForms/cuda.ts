/**
 * Forms for CUDA: gradients of convolutions and matrix products. cuDNN refuses the dilated convolution that other devices
 * take weight gradients by once its taps lie 128 apart, and its own gradient in the input
 * (ConvTranspose) adds up in an order that differs from run to run.
 */
import type {
  ConvolutionInputGradient,
  ConvolutionWeightGradient,
} from '../../../graph/operators/convolution.js'
import type { Emission, NodeForms } from '../emission.js'
import { dataTypes } from '../format.js'
import { linearEmitters } from '../operators/linear.js'
import { sliced } from '../operators/pooling.js'

export const cudaForms: NodeForms = {
  convolutionInputGradient: written(emitConvolvedInputGradient),
  convolutionWeightGradient: written(emitTransposedWeightGradient),
}

/** The same with matrix products in float64, which consumer cards take 64 times as long for as in float32. */
export const float64CudaForms: NodeForms = {
  ...cudaForms,
  dense: written((node, to) => linearEmitters.dense(node, multiplyingInFloat64(to))),
  matrixProduct: written((node, to) =>
    linearEmitters.matrixProduct(node, multiplyingInFloat64(to)),
  ),
}

/** An emitter that leaves nothing to the plain one. */
function written<N>(emitter: (node: N, to: Emission) => void): (node: N, to: Emission) => boolean {
  return (node, to) => {
    emitter(node, to)
    return true
  }
}

/**
 * An emission whose matrix products are in float64. In float32, ONNX Runtime lets cuBLAS use TF32's 10 bits
 * of mantissa, and in some versions of cuBLAS 13 the switch against it, NVIDIA_TF32_OVERRIDE, holds only
 * where a field of the handle that nothing sets happens not to be 1: 3% of sessions had errors of 4e-4.
 */
function multiplyingInFloat64(to: Emission): Emission {
  const cast = (value: string, type: 'float32' | 'float64', output?: string) =>
    to.emit('Cast', [value], { attributes: { to: { int: dataTypes[type] } }, output })
  return {
    ...to,
    emit(opType, inputs, options = {}) {
      if (opType !== 'Gemm' && opType !== 'MatMul') return to.emit(opType, inputs, options)
      const { output, ...rest } = options
      const factors = inputs.map((factor) => cast(factor, 'float64'))
      return cast(to.emit(opType, factors, rest), 'float32', output)
    },
  }
}

/**
 * The gradient in the weights as one convolution of images whose channels are samples: of x,
 * [channels, batch, H, W], by the gradient, filters [batch, H′, W′] with taps `stride` pixels apart.
 */
function emitTransposedWeightGradient(node: ConvolutionWeightGradient, to: Emission): void {
  const { name, inputs, stride, padding, kernel } = node
  const [, , ...size] = to.shapeOf(inputs[0])
  const [, , ...reduced] = to.shapeOf(inputs[1])
  const [x, gradient] = inputs.map((value) => exchanged(to, value))
  const after = size.map((extent, axis) => {
    return (reduced[axis] - 1) * stride + kernel[axis] - extent - padding
  })
  const image = cropped(to, x, [0, 0, ...after])
  const product = to.emit('Conv', [image, gradient], {
    attributes: {
      kernel_shape: reduced,
      dilations: [stride, stride],
      pads: [padding, padding, ...after.map((count) => Math.max(0, count))],
    },
  })
  to.emit('Transpose', [product], { attributes: { perm: [1, 0, 2, 3] }, output: name })
}

/**
 * The gradient in the input as a convolution of stride 1: of the gradient, with stride − 1 zeros
 * after each value, by the kernel turned by 180°.
 */
function emitConvolvedInputGradient(node: ConvolutionInputGradient, to: Emission): void {
  const { name, inputs, stride, padding, size } = node
  const [gradient, weight] = inputs
  const [, , ...kernel] = to.shapeOf(weight)
  const [, , ...reduced] = to.shapeOf(gradient)
  const before = kernel.map((extent) => extent - 1 - padding)
  const after = size.map((extent, axis) => extent + padding - reduced[axis] * stride)
  const spread = cropped(to, spreadOut(to, gradient, stride), [...before, ...after])
  const [last, beforeFirst, back] = [-1, -(2 ** 31), -1].map((at) => [at, at])
  const turned = sliced(to, exchanged(to, weight), [last, beforeFirst, [2, 3], back])
  const pads = [...before, ...after].map((count) => Math.max(0, count))
  to.emit('Conv', [spread, turned], { attributes: { kernel_shape: kernel, pads }, output: name })
}

/** Exchanges the first two axes: samples and channels, or filters and channels. */
function exchanged(to: Emission, value: string): string {
  return to.emit('Transpose', [value], { attributes: { perm: [1, 0, 2, 3] } })
}

/** Images with stride − 1 zeros after each value of a row, and as many rows of zeros after each. */
function spreadOut(to: Emission, value: string, stride: number): string {
  if (stride === 1) return value
  const [batch, channels, height, width] = to.shapeOf(value)
  const apart = to.emit('Reshape', [value, to.integers([batch * channels, height, 1, width, 1])])
  const zeros = stride - 1
  const filled = to.emit('Pad', [apart, to.integers([0, 0, 0, 0, 0, 0, 0, zeros, 0, zeros])])
  const shape = [batch, channels, height * stride, width * stride]
  return to.emit('Reshape', [filled, to.integers(shape)])
}

/** Images without what negative pads [top, left, bottom, right] cut off. */
function cropped(to: Emission, value: string, pads: readonly number[]): string {
  if (pads.every((count) => count >= 0)) return value
  const starts = pads.slice(0, 2).map((count) => Math.max(0, -count))
  const ends = pads.slice(2).map((count) => (count < 0 ? count : 2 ** 31 - 1))
  return sliced(to, value, [starts, ends, [2, 3]])
}
