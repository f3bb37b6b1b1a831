/** The nodes that take sums, means or a softmax over axes, and the shapes of what they give. */
import { type ShapeRules, shapeError, shapeOfFirst } from '../rules.js'
import type { NodeBase } from '../types.js'

/** Sum or mean over axes, which stay as extents of 1 when `keepAxes`. */
export interface Reduction extends NodeBase {
  readonly kind: 'reduction'
  readonly operation: 'sum' | 'mean'
  readonly axes: readonly number[]
  readonly keepAxes: boolean
  readonly inputs: readonly [string]
}

/** Softmax over the last axis. */
interface Softmax extends NodeBase {
  readonly kind: 'softmax'
  readonly inputs: readonly [string]
}

export type ReductionNode = Reduction | Softmax

export const reductionShapes: ShapeRules<ReductionNode> = {
  reduction(node, inputs) {
    const [x] = inputs
    if (node.axes.some((axis) => axis < 0 || axis >= x.length)) {
      throw shapeError(node, inputs, `no axes ${node.axes.join(', ')}`)
    }
    const kept = x.map((extent, axis) => (node.axes.includes(axis) ? 1 : extent))
    return node.keepAxes ? kept : kept.filter((_, axis) => !node.axes.includes(axis))
  },
  softmax: shapeOfFirst,
}
