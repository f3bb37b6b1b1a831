/** Arrays of the float64 reference engine, and how its loops walk over them. */
import { sizeOf } from '../../core/tensor.js'
import type { NodeBase, Shape } from '../../graph/types.js'

/** A dense float64 array in row-major order, which holds token ids too. */
export interface Float64Tensor {
  readonly shape: Shape
  readonly data: Float64Array
}

/** Computes one node by plain loops; `shape` is that of the output. */
export type Kernel<N extends NodeBase> = (
  node: N,
  inputs: readonly Float64Tensor[],
  shape: Shape,
) => Float64Array

export type Kernels<N extends NodeBase> = {
  readonly [Kind in N['kind']]: Kernel<Extract<N, { readonly kind: Kind }>>
}

/** Distance in elements between neighbours along each axis. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1] * shape[axis + 1]
  }
  return strides
}

/**
 * Calls `visit(index, position)` for every element of a shape, where `position` is the element's
 * place in an array with the given strides (0 for axes along which it is repeated).
 */
export function forEachIndex(
  shape: Shape,
  strides: readonly number[],
  visit: (index: number, position: number) => void,
): void {
  const counters = new Array<number>(shape.length).fill(0)
  const size = sizeOf(shape)
  let position = 0
  for (let index = 0; index < size; index++) {
    visit(index, position)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis]
      if (++counters[axis] < shape[axis]) break
      position -= strides[axis] * shape[axis]
      counters[axis] = 0
    }
  }
}

/** Strides with which a tensor is read as if it were broadcast to a shape. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const own = stridesOf(from)
  const added = to.length - from.length
  return to.map((_, axis) => (axis < added || from[axis - added] === 1 ? 0 : own[axis - added]))
}

/** A tensor's elements after broadcasting to a shape. */
export function broadcast({ shape: from, data }: Float64Tensor, to: Shape): Float64Array {
  const out = new Float64Array(sizeOf(to))
  forEachIndex(to, broadcastStrides(from, to), (index, position) => {
    out[index] = data[position]
  })
  return out
}
