import type { GraphBuilder } from '../graph/builder.js'
import type { NodeBase, Shape } from '../graph/types.js'

/** Appends the nodes of one gradient and returns its name; called only when it is needed. */
type LazyGradient = () => string

/**
 * Gradients of the loss in each input of a node, from the gradient in its output; `undefined` for
 * inputs that have none (token ids, given statistics).
 */
export type GradientRule<N extends NodeBase> = (
  node: N,
  gradient: string,
  graph: GraphBuilder,
) => readonly (LazyGradient | undefined)[]

export type GradientRules<N extends NodeBase> = {
  readonly [Kind in N['kind']]: GradientRule<Extract<N, { readonly kind: Kind }>>
}

/** Rule of nodes that only occur in gradients: there are no second derivatives. */
export function notDifferentiable(node: NodeBase): never {
  throw new Error(`no gradient goes through ${node.kind} "${node.name}"`)
}

/** A gradient that several inputs share: its nodes are appended once. */
export function shared(make: LazyGradient): LazyGradient {
  let made: string | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Sum over the given axes, which are dropped. */
export function sumOver(graph: GraphBuilder, value: string, axes: readonly number[]): string {
  return graph.node('reduction', { inputs: [value], operation: 'sum', axes, keepAxes: false })
}

/** Sums a gradient over the axes that broadcasting repeated, down to a value's own shape. */
export function sumToShape(graph: GraphBuilder, gradient: string, shape: Shape): string {
  const from = graph.shapeOf(gradient)
  const added = from.length - shape.length
  const axes = from.flatMap((extent, axis) =>
    axis < added || (shape[axis - added] === 1 && extent !== 1) ? [axis] : [],
  )
  if (axes.length === 0) return gradient
  const summed = sumOver(graph, gradient, axes)
  if (graph.shapeOf(summed).length === shape.length) return summed
  return graph.node('reshape', { inputs: [summed], shape })
}
