/**
 * Convolutions of small images as matrix products of whole batches, by the algorithms of filtering.ts. With
 * an image batch as [pixels, batch·channels], each step of an algorithm is one matrix product: B x, (G g) ⊙
 * (B x) for all channels and filters at once, and C times that. ONNX Runtime's convolutions read the weights
 * anew for every few pixels and multiply the padding; a convolution of 4×4 images and 512 channels takes
 * 146 ms theirs and 79 ms this way with both its gradients, of 2×2 images 36 and 15 (batch 64, one core). The
 * gradients are the adjoints of the same steps and share them.
 */
import type {
  Convolution,
  ConvolutionGeometry,
  ConvolutionInputGradient,
  ConvolutionWeightGradient,
} from '../../../graph/operators/convolution.js'
import { BATCH, type Shape } from '../../../graph/types.js'
import type { Emission } from '../emission.js'
import {
  axisFiltering,
  type Filtering,
  imageFiltering,
  type Matrix,
  transposed,
} from './filtering.js'
import { isSmall } from './smallExtents.js'

/**
 * With fewer channels or filters the steps around the products take longer than the products save, or
 * others are as good: in predictions weights are constants, which ONNX Runtime lays out beforehand.
 */
const LEAST_CHANNELS = { training: 16, prediction: 128 }

/**
 * Whether a convolution is written so: 3×3 taps over small images, of even extents, or 1. Images [batch,
 * channels, H, W], weight [filters, channels, k, k].
 */
export function isMinimal(
  image: Shape,
  [filters, channels, ...kernel]: Shape,
  { stride, padding }: ConvolutionGeometry,
): boolean {
  const [batch, , ...extents] = image
  const least = LEAST_CHANNELS[batch === BATCH ? 'prediction' : 'training']
  return (
    isSmall(image) &&
    kernel.every((taps) => taps === 3) &&
    stride === 1 &&
    padding === 1 &&
    extents.every((extent) => extent === 1 || extent % 2 === 0) &&
    Math.min(filters, channels) >= least
  )
}

export function emitMinimalConvolution(node: Convolution, to: Emission): void {
  const { name, inputs } = node
  const [x, weight, bias] = inputs
  const filtering = filteringOf(to.shapeOf(x))
  const operands = [pixelProducts(to, x, filtering), tapProducts(to, weight, filtering)]
  const products = batchedProduct(to, operands, { transB: true })
  const image = outermostImage(to, products, filtering.results, to.shapeOf(name))
  const biased = bias === undefined ? image : to.emit('Add', [image, bias])
  to.emit('Transpose', [biased], { attributes: { perm: EXCHANGED }, output: name })
}

export function emitMinimalInputGradient(node: ConvolutionInputGradient, to: Emission): void {
  const { name, inputs } = node
  const [gradient, weight] = inputs
  const filtering = filteringOf(to.shapeOf(name))
  const operands = [gradientProducts(to, gradient, filtering), tapProducts(to, weight, filtering)]
  const products = batchedProduct(to, operands, {})
  const image = outermostImage(to, products, transposed(filtering.pixels), to.shapeOf(name))
  to.emit('Transpose', [image], { attributes: { perm: EXCHANGED }, output: name })
}

export function emitMinimalWeightGradient(node: ConvolutionWeightGradient, to: Emission): void {
  const { name, inputs } = node
  const [x, gradient] = inputs
  const shape = to.shapeOf(name)
  const filtering = filteringOf(to.shapeOf(x))
  const operands = [gradientProducts(to, gradient, filtering), pixelProducts(to, x, filtering)]
  const products = batchedProduct(to, operands, { transA: true })
  const flat = to.integers([filtering.products, -1])
  const sums = to.emit('Gemm', [to.emit('Reshape', [products, flat]), matrix(to, filtering.taps)], {
    attributes: { transA: { int: 1 } },
  })
  to.emit('Reshape', [sums, to.integers(shape)], { output: name })
}

/** [batch, channels, H, W] as [H, W, batch, channels], and back. */
const EXCHANGED = [2, 3, 0, 1]

function filteringOf([, , height, width]: Shape): Filtering {
  return imageFiltering(axisFiltering(height), axisFiltering(width))
}

/** B x as [products, tiles·batch, channels]. */
function pixelProducts(to: Emission, x: string, filtering: Filtering): string {
  return transformed(to, x, filtering.pixels, filtering)
}

/** The adjoint of C at a gradient of the results, as [products, tiles·batch, filters]. */
function gradientProducts(to: Emission, gradient: string, filtering: Filtering): string {
  return transformed(to, gradient, transposed(filtering.results), filtering)
}

function transformed(to: Emission, image: string, by: Matrix, { products }: Filtering): string {
  const [, channels, height, width] = to.shapeOf(image)
  const outermost = to.emit('Transpose', [image], { attributes: { perm: EXCHANGED } })
  const rows = to.emit('Reshape', [outermost, to.integers([height * width, -1])])
  return to.emit('Reshape', [product(to, by, rows), to.integers([products, -1, channels])])
}

/** Products [products, tiles·batch, channels] added up to images [H, W, batch, channels]. */
function outermostImage(
  to: Emission,
  products: string,
  by: Matrix,
  [, channels, height, width]: Shape,
): string {
  const rows = to.emit('Reshape', [products, to.integers([by[0].length, -1])])
  const sums = product(to, by, rows)
  return to.emit('Reshape', [sums, to.integers([height, width, -1, channels])])
}

/** G g as [products, filters, channels]. */
function tapProducts(to: Emission, weight: string, { products, taps }: Filtering): string {
  const [filters, channels] = to.shapeOf(weight)
  const rows = to.emit('Reshape', [weight, to.integers([filters * channels, taps[0].length])])
  const sums = to.emit('Gemm', [matrix(to, taps), rows], { attributes: { transB: { int: 1 } } })
  return to.emit('Reshape', [sums, to.integers([products, filters, channels])])
}

function product(to: Emission, by: Matrix, value: string): string {
  return to.emit('MatMul', [matrix(to, by), value])
}

function matrix(to: Emission, values: Matrix): string {
  return to.floats(values.flat(), [values.length, values[0].length])
}

/** A matrix product for each of the outermost entries, with either factor transposed. */
function batchedProduct(
  to: Emission,
  operands: readonly string[],
  { transA = false, transB = false },
): string {
  return to.emit('FusedMatMul', operands, {
    attributes: { transA: { int: Number(transA) }, transB: { int: Number(transB) } },
    domain: 'com.microsoft',
  })
}
