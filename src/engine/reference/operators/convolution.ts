/** Convolutions and their gradients in float64, as products of matrices. */
import { sizeOf } from '../../../core/tensor.js'
import type { ConvolutionGeometry, ConvolutionNode } from '../../../graph/operators/convolution.js'
import type { Shape } from '../../../graph/types.js'
import type { Kernels } from '../array.js'
import { addProduct, type MatrixPart } from './product.js'

/** What a convolution does to one sample, as products of matrices: filters × taps by taps × positions. */
interface Layout {
  readonly batch: number
  readonly filters: number
  /** Input channels times kernel height times kernel width. */
  readonly taps: number
  /** Output rows times output columns. */
  readonly positions: number
  /** Values of one sample of x. */
  readonly sampleSize: number
  /** For each tap and position, shape [taps, positions]: where in a sample x is read, −1 in the padding. */
  readonly source: Int32Array
}

/** The layout of a convolution from the shapes of x, of its weight and of its output. */
function layoutOf(
  [batch, channels, height, width]: Shape,
  [filters, , kernelHeight, kernelWidth]: Shape,
  [, , rows, columns]: Shape,
  { stride, padding }: ConvolutionGeometry,
): Layout {
  const taps = channels * kernelHeight * kernelWidth
  const source = new Int32Array(taps * rows * columns)
  let at = 0
  for (let channel = 0; channel < channels; channel++)
    for (let down = 0; down < kernelHeight; down++)
      for (let right = 0; right < kernelWidth; right++)
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++) {
            const y = row * stride + down - padding
            const x = column * stride + right - padding
            const inside = y >= 0 && y < height && x >= 0 && x < width
            source[at++] = inside ? (channel * height + y) * width + x : -1
          }
  const [positions, sampleSize] = [rows * columns, channels * height * width]
  return { batch, filters, taps, positions, sampleSize, source }
}

/** What each tap meets at each position of one sample, 0 in the padding; shape [taps, positions]. */
function unfold(x: Float64Array, sample: number, { source, sampleSize }: Layout): Float64Array {
  const from = sample * sampleSize
  const unfolded = new Float64Array(source.length)
  for (let at = 0; at < source.length; at++) {
    if (source[at] >= 0) unfolded[at] = x[from + source[at]]
  }
  return unfolded
}

/** A matrix whose rows follow one another in an array, the other way round where it is turned. */
const rowsOf = (data: Float64Array, from: number, columns: number): MatrixPart => {
  return { data, from, row: columns, column: 1 }
}
const turned = ({ row, column, ...rest }: MatrixPart): MatrixPart => {
  return { ...rest, row: column, column: row }
}

export const convolutionKernels: Kernels<ConvolutionNode> = {
  convolution(node, [x, weight, bias], shape) {
    const layout = layoutOf(x.shape, weight.shape, shape, node)
    const { batch, filters, taps, positions } = layout
    const out = new Float64Array(sizeOf(shape))
    for (let sample = 0; sample < batch; sample++) {
      const unfolded = rowsOf(unfold(x.data, sample, layout), 0, positions)
      const to = sample * filters * positions
      bias?.data.forEach((value, filter) => {
        out.fill(value, to + filter * positions, to + (filter + 1) * positions)
      })
      addProduct(out, to, rowsOf(weight.data, 0, taps), unfolded, [filters, taps, positions])
    }
    return out
  },
  convolutionInputGradient(node, [gradient, weight], shape) {
    const layout = layoutOf(shape, weight.shape, gradient.shape, node)
    const { batch, filters, taps, positions, sampleSize, source } = layout
    const out = new Float64Array(sizeOf(shape))
    const weights = turned(rowsOf(weight.data, 0, taps))
    for (let sample = 0; sample < batch; sample++) {
      const unfolded = new Float64Array(taps * positions)
      const ofSample = rowsOf(gradient.data, sample * filters * positions, positions)
      addProduct(unfolded, 0, weights, ofSample, [taps, filters, positions])
      for (let at = 0; at < source.length; at++) {
        if (source[at] >= 0) out[sample * sampleSize + source[at]] += unfolded[at]
      }
    }
    return out
  },
  convolutionWeightGradient(node, [x, gradient], shape) {
    const layout = layoutOf(x.shape, shape, gradient.shape, node)
    const { batch, filters, taps, positions } = layout
    const out = new Float64Array(sizeOf(shape))
    for (let sample = 0; sample < batch; sample++) {
      const unfolded = turned(rowsOf(unfold(x.data, sample, layout), 0, positions))
      const ofSample = rowsOf(gradient.data, sample * filters * positions, positions)
      const sums = new Float64Array(out.length)
      addProduct(sums, 0, ofSample, unfolded, [filters, positions, taps])
      for (let at = 0; at < out.length; at++) out[at] += sums[at]
    }
    return out
  },
}
