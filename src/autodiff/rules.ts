/** What the gradient rules of all operators are made of: their types, and the sums and products that they share. */
import type { GraphBuilder } from '../graph/builder.js'
import type { BinaryOperation } from '../graph/operators/elementwise.js'
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

/** Rules of the kinds that gradients go through; nodes of gradients themselves have none: there are no second derivatives. */
export type GradientRules<N extends NodeBase> = {
  readonly [Kind in N['kind']]?: GradientRule<Extract<N, { readonly kind: Kind }>>
}

/** A gradient that several inputs share: its nodes are appended once. */
export function shared(make: LazyGradient): LazyGradient {
  let made: string | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** a ∘ b. */
export function binary(
  graph: GraphBuilder,
  operation: BinaryOperation,
  a: string,
  b: string,
): string {
  return graph.node('binary', { operation, inputs: [a, b] })
}

/** factor · value + offset. */
export function scaled(graph: GraphBuilder, value: string, factor: number, offset = 0): string {
  return graph.node('affine', { inputs: [value], factor, offset })
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
