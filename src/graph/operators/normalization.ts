/** The nodes of batch norm and layer norm and their gradients, and the shapes of what they give. */
import { type ShapeRules, sameShape, shapeError, shapeOfFirst } from '../rules.js'
import type { NodeBase, Shape } from '../types.js'

/**
 * scale · (x − mean) / √(variance + ε) + bias by channel: x [batch, channels, H, W] or
 * [batch, channels], the rest [channels] (Ioffe & Szegedy, 2015, Algorithm 1). With `fromBatch`
 * false the statistics are given: running averages, in evaluation. With `fromBatch` true they are
 * the statistics of x itself, and the gradient of x runs through them too.
 */
export interface BatchNorm extends NodeBase {
  readonly kind: 'batchNorm'
  readonly epsilon: number
  /** Share of the new statistics in the running averages: r ← (1 − momentum)·r + momentum·new. */
  readonly momentum: number
  readonly fromBatch: boolean
  readonly inputs: readonly [x: string, scale: string, bias: string, mean: string, variance: string]
}

/** Variance of x by channel around a given mean [channels], divided by the count: [channels]. */
export interface ChannelVariance extends NodeBase {
  readonly kind: 'channelVariance'
  readonly inputs: readonly [x: string, mean: string]
}

/** Gradient of batch norm in x. */
export interface BatchNormInputGradient extends NodeBase {
  readonly kind: 'batchNormInputGradient'
  readonly epsilon: number
  readonly fromBatch: boolean
  readonly inputs: readonly [
    x: string,
    gradient: string,
    scale: string,
    mean: string,
    variance: string,
    scaleGradient: string,
    biasGradient: string,
  ]
}

/** Gradient of batch norm in its scale: Σ gradient · (x − mean)/√(variance + ε), [channels]. */
export interface BatchNormScaleGradient extends NodeBase {
  readonly kind: 'batchNormScaleGradient'
  readonly epsilon: number
  readonly inputs: readonly [x: string, gradient: string, mean: string, variance: string]
}

/** scale · (x − mean)/√(variance + ε) + bias over the last axis (Ba, Kiros & Hinton, 2016). */
interface LayerNorm extends NodeBase {
  readonly kind: 'layerNorm'
  readonly epsilon: number
  readonly inputs: readonly [x: string, scale: string, bias: string]
}

/** Gradient of layer norm in x. */
interface LayerNormInputGradient extends NodeBase {
  readonly kind: 'layerNormInputGradient'
  readonly epsilon: number
  readonly inputs: readonly [x: string, gradient: string, scale: string]
}

/** Gradient of layer norm in its scale: [features]. */
interface LayerNormScaleGradient extends NodeBase {
  readonly kind: 'layerNormScaleGradient'
  readonly epsilon: number
  readonly inputs: readonly [x: string, gradient: string]
}

export type NormalizationNode =
  | BatchNorm
  | ChannelVariance
  | BatchNormInputGradient
  | BatchNormScaleGradient
  | LayerNorm
  | LayerNormInputGradient
  | LayerNormScaleGradient

export const normalizationShapes: ShapeRules<NormalizationNode> = {
  batchNorm(node, inputs) {
    checkVectors(node, inputs, inputs.slice(1), inputs[0][1])
    return inputs[0]
  },
  channelVariance(node, inputs) {
    checkVectors(node, inputs, inputs.slice(1), inputs[0][1])
    return inputs[1]
  },
  batchNormInputGradient: sameAsGradient,
  batchNormScaleGradient: (_node, inputs) => [inputs[0][1]],
  layerNorm(node, inputs) {
    checkVectors(node, inputs, inputs.slice(1), inputs[0][inputs[0].length - 1])
    return inputs[0]
  },
  layerNormInputGradient: sameAsGradient,
  layerNormScaleGradient: (_node, inputs) => [inputs[0][inputs[0].length - 1]],
}

function checkVectors(
  node: NodeBase,
  inputs: readonly Shape[],
  vectors: readonly Shape[],
  length: number,
): void {
  if (vectors.some((vector) => vector.length !== 1 || vector[0] !== length)) {
    throw shapeError(node, inputs, `scale, bias and statistics must be [${length}]`)
  }
}

function sameAsGradient(node: NodeBase, inputs: readonly Shape[]): Shape {
  if (!sameShape(inputs[0], inputs[1])) throw shapeError(node, inputs, 'the shapes differ')
  return shapeOfFirst(node, inputs)
}
