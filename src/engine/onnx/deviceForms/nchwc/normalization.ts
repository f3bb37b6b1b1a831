/**
 * Batch norm on the NCHWc layout: factor · x + offset by channel is a 1×1 convolution with one
 * channel a group, for which there is a kernel that takes one pass.
 */
import { sizeOf } from '../../../../core/tensor.js'
import type {
  BatchNorm,
  BatchNormInputGradient,
  BatchNormScaleGradient,
  ChannelVariance,
} from '../../../../graph/operators/normalization.js'
import { inverseDeviation } from '../../operators/normalization.js'
import { NCHWC_DOMAIN, type NchwcEmission, type NchwcEmitter } from './layout.js'
import { channelMeans } from './reduction.js'

export const nchwcBatchNorm: NchwcEmitter<BatchNorm> = (node, to) => {
  const [x, scale, bias, mean, variance] = node.inputs
  if (!to.hasNchwc(x)) return false
  const factor = to.emit('Mul', [scale, inverseDeviation(to, variance, node.epsilon)])
  const output = to.writeNchwc(node.name)
  byChannel(to, centred(to, x, mean), x, factor, [bias], output)
  return true
}

export const nchwcChannelVariance: NchwcEmitter<ChannelVariance> = (node, to) => {
  const [x, mean] = node.inputs
  if (!to.hasNchwc(x)) return false
  const difference = centred(to, x, mean)
  const square = to.emit('Mul', [difference, difference])
  channelMeans(to, square, x, node.name)
  return true
}

export const nchwcBatchNormScaleGradient: NchwcEmitter<BatchNormScaleGradient> = (node, to) => {
  const [x, gradient, mean, variance] = node.inputs
  if (!to.hasNchwc(x)) return false
  const product = to.emit('Mul', [to.toNchwc(gradient), centred(to, x, mean)])
  const [, channels] = to.shapeOf(x)
  const count = to.floats([sizeOf(to.shapeOf(x)) / channels])
  const inverse = inverseDeviation(to, variance, node.epsilon)
  const factor = to.emit('Mul', [inverse, count])
  const output = node.name
  to.emit('Mul', [channelMeans(to, product, x), factor], { output })
  return true
}

/** a·g + b·(x − mean) + c by channel, from the same three terms as the plain form. */
export const nchwcBatchNormInputGradient: NchwcEmitter<BatchNormInputGradient> = (node, to) => {
  const [x, gradient, scale, mean, variance, scaleGradient, biasGradient] = node.inputs
  if (!to.hasNchwc(x)) return false
  const inverse = inverseDeviation(to, variance, node.epsilon)
  const a = to.emit('Mul', [scale, inverse])
  const output = to.writeNchwc(node.name)
  const g = to.toNchwc(gradient)
  if (!node.fromBatch) {
    byChannel(to, g, x, a, [], output)
    return true
  }
  const [, channels] = to.shapeOf(x)
  const share = to.emit('Mul', [a, to.floats([-channels / sizeOf(to.shapeOf(x))])])
  const b = to.emit('Mul', [share, to.emit('Mul', [inverse, scaleGradient])])
  const c = to.emit('Mul', [share, biasGradient])
  const scaled = byChannel(to, g, x, a, [])
  byChannel(to, centred(to, x, mean), x, b, [c, scaled], output)
  return true
}

/** x − mean by channel; the first of the passes that share it emits it. */
function centred(to: NchwcEmission, x: string, mean: string): string {
  const [, channels] = to.shapeOf(x)
  const ones = to.floats(new Array<number>(channels).fill(1))
  return byChannel(to, to.toNchwc(x), x, ones, [to.emit('Neg', [mean])])
}

/** factor · value + offset (+ a further summand) by channel, for a value shaped like `like`. */
function byChannel(
  to: NchwcEmission,
  value: string,
  like: string,
  factor: string,
  summands: readonly string[],
  output?: string,
): string {
  const [, channels] = to.shapeOf(like)
  const weights = to.emit('Reshape', [factor, to.integers([channels, 1, 1, 1])])
  const attributes = { group: { int: channels }, kernel_shape: [1, 1] }
  const inputs = [value, weights, ...summands]
  return to.emit('Conv', inputs, { attributes, domain: NCHWC_DOMAIN, output })
}
