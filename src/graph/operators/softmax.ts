import { type ShapeRules, shapeOfFirst } from '../rules.js'
import type { NodeBase } from '../types.js'

/** Softmax over the last axis. */
interface Softmax extends NodeBase {
  readonly kind: 'softmax'
  readonly inputs: readonly [string]
}

/** Gradient of softmax in its input from its output y: y · (g − Σ g·y). */
interface SoftmaxGradient extends NodeBase {
  readonly kind: 'softmaxGradient'
  readonly inputs: readonly [y: string, gradient: string]
}

export type SoftmaxNode = Softmax | SoftmaxGradient

export const softmaxShapes: ShapeRules<SoftmaxNode> = {
  softmax: shapeOfFirst,
  softmaxGradient: shapeOfFirst,
}
