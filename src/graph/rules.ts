/** What the shape rules of all operators have in common. */
import type { NodeBase, Shape } from './types.js'

/** Shape of a node's output from the shapes of its inputs; throws when they do not fit. */
export type ShapeRule<N extends NodeBase> = (node: N, inputs: readonly Shape[]) => Shape

/** One shape rule for every kind of a family. */
export type ShapeRules<N extends NodeBase> = {
  readonly [Kind in N['kind']]: ShapeRule<Extract<N, { readonly kind: Kind }>>
}

/** A node whose inputs do not fit together: a mistake in the code that built the graph. */
export function shapeError(node: NodeBase, inputs: readonly Shape[], problem: string): Error {
  const shapes = inputs.map((shape) => `[${shape.join(', ')}]`).join(' and ')
  return new Error(`${node.kind} "${node.name}" of ${shapes}: ${problem}`)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis])
}

/** Rule of nodes whose output has the shape of their first input. */
export function shapeOfFirst(_node: NodeBase, inputs: readonly Shape[]): Shape {
  return inputs[0]
}

/** Result of broadcasting two shapes as numpy does, or undefined when they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length)
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const left = a[a.length - rank + axis] ?? 1
    const right = b[b.length - rank + axis] ?? 1
    if (left !== right && left !== 1 && right !== 1) return undefined
    shape.push(left === 1 ? right : left)
  }
  return shape
}
