/** What the tfjs versions of all operators share. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { NodeBase, Shape } from '../../graph/types.js'
import type { Tf } from './load.js'

/** Computes one node with tfjs operations, which tfjs can differentiate; `shape` is the output's. */
export type TfKernel<N extends NodeBase> = (
  tf: Tf,
  node: N,
  inputs: readonly Tensor[],
  shape: Shape,
) => Tensor

/** Nodes that only our own gradients have get none: tfjs derives its gradients itself. */
export type TfKernels<N extends NodeBase> = {
  readonly [Kind in N['kind']]?: TfKernel<Extract<N, { readonly kind: Kind }>>
}

/** A vector [channels] in a shape that broadcasts against x [batch, channels, …]. */
export function byChannel(tf: Tf, vector: Tensor, x: Tensor): Tensor {
  return tf.reshape(vector, [1, -1, ...new Array<number>(x.rank - 2).fill(1)])
}

/** Applies a function of [batch, H, W, channels] images to [batch, channels, H, W] ones. */
export function channelsLast(tf: Tf, x: Tensor, apply: (x: Tensor) => Tensor): Tensor {
  return tf.transpose(apply(tf.transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2])
}

/**
 * A sum or mean over axes, the last one first: TensorFlow adds all values of a channel in one float32
 * chain, whose error grows with their number; sums of sums keep it near that of one axis.
 */
export function reduce(
  tf: Tf,
  operation: 'sum' | 'mean',
  x: Tensor,
  axes: readonly number[],
  keepAxes = false,
): Tensor {
  return axes
    .toSorted((a, b) => b - a)
    .reduce((value, axis) => tf[operation](value, axis, keepAxes), x)
}
