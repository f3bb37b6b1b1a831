/** The nodes of pooling and their gradients, and the shapes of what they give. */
import { type ShapeRules, sameShape, shapeError } from '../rules.js'
import type { NodeBase, Shape } from '../types.js'

export type PoolingOperation = 'max' | 'average'

/**
 * Pools windows of size × size that do not overlap; rows and columns that fill no window are left
 * out: x [batch, channels, H, W] → [batch, channels, ⌊H/size⌋, ⌊W/size⌋].
 */
export interface Pooling extends NodeBase {
  readonly kind: 'pooling'
  readonly operation: PoolingOperation
  readonly size: number
  readonly inputs: readonly [x: string]
}

/**
 * Gradient of max pooling from its input x, its output y and the gradient of y. It goes to the maximum
 * of each window; where several elements tie, as all do over an even background, to the first of them
 * row by row, as in PyTorch and TensorFlow.
 */
export interface MaxPoolingGradient extends NodeBase {
  readonly kind: 'maxPoolingGradient'
  readonly size: number
  readonly inputs: readonly [x: string, y: string, gradient: string]
}

/** Gradient of average pooling in its input, whose height and width are `inputSize`. */
interface AveragePoolingGradient extends NodeBase {
  readonly kind: 'averagePoolingGradient'
  readonly size: number
  readonly inputSize: readonly [number, number]
  readonly inputs: readonly [gradient: string]
}

export type PoolingNode = Pooling | MaxPoolingGradient | AveragePoolingGradient

export const poolingShapes: ShapeRules<PoolingNode> = {
  pooling(node, inputs) {
    const [x] = inputs
    if (x.length !== 4) throw shapeError(node, inputs, 'x must be [batch, channels, H, W]')
    const shape = pooledShape(x, node.size)
    if (shape[2] < 1 || shape[3] < 1) throw shapeError(node, inputs, 'the image is too small')
    return shape
  },
  maxPoolingGradient(node, inputs) {
    const [x, y, gradient] = inputs
    if (!sameShape(pooledShape(x, node.size), y) || !sameShape(y, gradient)) {
      throw shapeError(node, inputs, 'the shapes are not of one pooling')
    }
    return x
  },
  averagePoolingGradient(node, inputs) {
    const shape = [inputs[0][0], inputs[0][1], ...node.inputSize]
    if (!sameShape(pooledShape(shape, node.size), inputs[0])) {
      throw shapeError(node, inputs, `no gradient of a ${node.inputSize.join(' × ')} image`)
    }
    return shape
  },
}

function pooledShape([batch, channels, height, width]: Shape, size: number): Shape {
  return [batch, channels, Math.floor(height / size), Math.floor(width / size)]
}
