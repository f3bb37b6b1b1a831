/** The nodes that move or repeat elements without changing them, and the shapes of what they give. */
import { broadcastShapes, type ShapeRules, sameShape, shapeError } from '../rules.js'
import { BATCH, type ElementType, type NodeBase, type Shape } from '../types.js'

/** The same elements in another shape. `BATCH` stands for the extent that the others leave. */
interface Reshape extends NodeBase {
  readonly kind: 'reshape'
  readonly shape: Shape
  readonly inputs: readonly [string]
}

/** Axis i of the output is axis permutation[i] of the input. */
interface Transpose extends NodeBase {
  readonly kind: 'transpose'
  readonly permutation: readonly number[]
  readonly inputs: readonly [string]
}

/** Repeats axes of extent 1 to fill a shape without `BATCH`. */
interface Expand extends NodeBase {
  readonly kind: 'expand'
  readonly shape: Shape
  readonly inputs: readonly [string]
}

/** Another element type; to int32 by dropping the fraction. */
interface Cast extends NodeBase {
  readonly kind: 'cast'
  readonly dtype: ElementType
  readonly inputs: readonly [string]
}

/**
 * Every `stride`-th row and column of x [batch, in, H, W], and zeros as further channels, half of
 * them before and half after: the residual shortcut without parameters between stages of different
 * width (He, Zhang, Ren & Sun, 2016, option A). `channels` − in must be even.
 */
interface IdentityShortcut extends NodeBase {
  readonly kind: 'identityShortcut'
  readonly stride: number
  readonly channels: number
  readonly inputs: readonly [x: string]
}

/** Gradient of an identity shortcut in its input, whose height and width are `size`. */
interface IdentityShortcutGradient extends NodeBase {
  readonly kind: 'identityShortcutGradient'
  readonly stride: number
  /** Channels of the input. */
  readonly channels: number
  readonly size: readonly [number, number]
  readonly inputs: readonly [gradient: string]
}

export type ShapingNode =
  | Reshape
  | Transpose
  | Expand
  | Cast
  | IdentityShortcut
  | IdentityShortcutGradient

export const shapingShapes: ShapeRules<ShapingNode> = {
  reshape(node, inputs) {
    const shape = resolveReshape(inputs[0], node.shape)
    if (shape === undefined) {
      throw shapeError(node, inputs, `cannot become [${node.shape.join(', ')}]`)
    }
    return shape
  },
  transpose(node, inputs) {
    const axes = node.permutation.toSorted((a, b) => a - b)
    if (axes.length !== inputs[0].length || axes.some((axis, index) => axis !== index)) {
      throw shapeError(node, inputs, `no permutation ${node.permutation.join(', ')}`)
    }
    return node.permutation.map((axis) => inputs[0][axis])
  },
  expand(node, inputs) {
    const shape = broadcastShapes(inputs[0], node.shape)
    if (shape === undefined || !sameShape(shape, node.shape)) {
      throw shapeError(node, inputs, `cannot fill [${node.shape.join(', ')}]`)
    }
    return shape
  },
  cast: (_node, inputs) => inputs[0],
  identityShortcut(node, inputs) {
    const [batch, channels, height, width] = inputs[0]
    const added = node.channels - channels
    if (inputs[0].length !== 4 || added < 0 || added % 2 !== 0) {
      throw shapeError(node, inputs, `no even number of channels to add up to ${node.channels}`)
    }
    const strided = (extent: number) => Math.ceil(extent / node.stride)
    return [batch, node.channels, strided(height), strided(width)]
  },
  identityShortcutGradient: (node, inputs) => [inputs[0][0], node.channels, ...node.size],
}

/** Shape after a reshape; whether a batch of unknown size divides is seen only at run time. */
function resolveReshape(from: Shape, to: Shape): Shape | undefined {
  const product = (shape: Shape) =>
    shape.reduce((size, extent) => size * (extent === BATCH ? 1 : extent), 1)
  const free = to.filter((extent) => extent === BATCH).length
  if (free > 1) return undefined
  const batched = from.includes(BATCH)
  if (free === 0) return !batched && product(from) === product(to) ? to : undefined
  if (batched) return to
  const rest = product(from) / product(to)
  if (!Number.isInteger(rest)) return undefined
  return to.map((extent) => (extent === BATCH ? rest : extent))
}
