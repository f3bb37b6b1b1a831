/** The nodes of convolutions and their gradients, and the shapes of what they give. */
import { type ShapeRules, shapeError } from '../rules.js'
import type { NodeBase, Shape } from '../types.js'

/** Geometry that the three convolution nodes share; the same along both axes of the image. */
export interface ConvolutionGeometry {
  readonly stride: number
  /** Zeros added on every side. */
  readonly padding: number
}

/** Cross-correlation: x [batch, in, H, W], weight [out, in, kernel, kernel], bias [out]. */
export interface Convolution extends NodeBase, ConvolutionGeometry {
  readonly kind: 'convolution'
  readonly inputs:
    | readonly [x: string, weight: string]
    | readonly [x: string, weight: string, bias: string]
}

/** Gradient of a convolution in its input, whose height and width are `size`. */
export interface ConvolutionInputGradient extends NodeBase, ConvolutionGeometry {
  readonly kind: 'convolutionInputGradient'
  readonly size: readonly [number, number]
  readonly inputs: readonly [gradient: string, weight: string]
}

/** Gradient of a convolution in its weight, whose kernel has height and width `kernel`. */
export interface ConvolutionWeightGradient extends NodeBase, ConvolutionGeometry {
  readonly kind: 'convolutionWeightGradient'
  readonly kernel: readonly [number, number]
  readonly inputs: readonly [x: string, gradient: string]
}

export type ConvolutionNode = Convolution | ConvolutionInputGradient | ConvolutionWeightGradient

/** Extent of a convolution's output along one axis: ⌊(in + 2·padding − kernel) / stride⌋ + 1. */
function convolvedExtent(
  extent: number,
  kernel: number,
  { stride, padding }: ConvolutionGeometry,
): number {
  return Math.floor((extent + 2 * padding - kernel) / stride) + 1
}

export const convolutionShapes: ShapeRules<ConvolutionNode> = {
  convolution(node, inputs) {
    const [x, weight, bias] = inputs
    if (x.length !== 4 || weight.length !== 4 || x[1] !== weight[1]) {
      throw shapeError(node, inputs, 'x must be [batch, in, H, W], the weight [out, in, k, k]')
    }
    if (bias !== undefined && (bias.length !== 1 || bias[0] !== weight[0])) {
      throw shapeError(node, inputs, 'the bias must be [out]')
    }
    const size = convolvedSize(x, weight.slice(2), node)
    if (size.some((extent) => extent < 1)) throw shapeError(node, inputs, 'the image is too small')
    return [x[0], weight[0], ...size]
  },
  convolutionInputGradient(node, inputs) {
    const [gradient, weight] = inputs
    if (gradient[1] !== weight[0]) throw shapeError(node, inputs, 'the channels differ')
    const shape = [gradient[0], weight[1], ...node.size]
    const size = convolvedSize(shape, weight.slice(2), node)
    if (size[0] !== gradient[2] || size[1] !== gradient[3]) {
      throw shapeError(node, inputs, `no gradient of a ${node.size.join(' × ')} image`)
    }
    return shape
  },
  convolutionWeightGradient(node, inputs) {
    const [x, gradient] = inputs
    const size = convolvedSize(x, node.kernel, node)
    if (size[0] !== gradient[2] || size[1] !== gradient[3]) {
      throw shapeError(node, inputs, `no gradient of a ${node.kernel.join(' × ')} kernel`)
    }
    return [gradient[1], x[1], ...node.kernel]
  },
}

function convolvedSize(x: Shape, kernel: Shape, geometry: ConvolutionGeometry): [number, number] {
  return [convolvedExtent(x[2], kernel[0], geometry), convolvedExtent(x[3], kernel[1], geometry)]
}
