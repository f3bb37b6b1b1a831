/** Batch norm and layer norm in ONNX, with their gradients. */
import { sizeOf } from '../../../core/tensor.js'
import type { NormalizationNode } from '../../../graph/operators/normalization.js'
import type { Emission, Emitters } from '../emission.js'

export const normalizationEmitters: Emitters<NormalizationNode> = {
  batchNorm({ name, epsilon, inputs }, to) {
    to.emit('BatchNormalization', inputs, {
      attributes: { epsilon: { float: epsilon } },
      output: name,
    })
  },
  channelVariance({ name, inputs: [x, mean] }, to) {
    const centred = to.emit('Sub', [x, byChannel(to, mean, x)])
    const square = to.emit('Mul', [centred, centred])
    const axes = otherAxes(to, x)
    to.emit('ReduceMean', [square], { attributes: { axes, keepdims: { int: 0 } }, output: name })
  },
  batchNormScaleGradient({ name, epsilon, inputs: [x, gradient, mean, variance] }, to) {
    const centred = to.emit('Sub', [x, byChannel(to, mean, x)])
    const product = to.emit('Mul', [gradient, centred])
    const axes = to.integers(otherAxes(to, x))
    const sum = to.emit('ReduceSum', [product, axes], { attributes: { keepdims: { int: 0 } } })
    to.emit('Mul', [sum, inverseDeviation(to, variance, epsilon)], { output: name })
  },
  /**
   * a·(g − mean(g) − x̂·mean(g·x̂)) with a = scale/σ, as a·g + b·x + c by channel; without the
   * means when the statistics were given.
   */
  batchNormInputGradient({ name, epsilon, fromBatch, inputs }, to) {
    const [x, gradient, scale, mean, variance, scaleGradient, biasGradient] = inputs
    const inverse = inverseDeviation(to, variance, epsilon)
    const a = to.emit('Mul', [scale, inverse])
    const scaled = [gradient, byChannel(to, a, x)]
    if (!fromBatch) {
      to.emit('Mul', scaled, { output: name })
      return
    }
    const share = to.floats([-to.shapeOf(x)[1] / sizeOf(to.shapeOf(x))])
    const perSample = to.emit('Mul', [a, share])
    const b = to.emit('Mul', [perSample, to.emit('Mul', [inverse, scaleGradient])])
    const offset = to.emit('Mul', [perSample, biasGradient])
    const c = to.emit('Sub', [offset, to.emit('Mul', [b, mean])])
    const linear = to.emit('Add', [to.emit('Mul', [x, byChannel(to, b, x)]), byChannel(to, c, x)])
    to.emit('Add', [to.emit('Mul', scaled), linear], { output: name })
  },
  layerNorm({ name, epsilon, inputs }, to) {
    const attributes = { axis: { int: -1 }, epsilon: { float: epsilon } }
    to.emit('LayerNormalization', inputs, { attributes, output: name })
  },
  /** (g·s − mean(g·s) − x̂·mean(g·s·x̂)) / σ, means over the features. */
  layerNormInputGradient({ name, epsilon, inputs: [x, gradient, scale] }, to) {
    const { normalized, inverse } = layerStatistics(to, x, epsilon)
    const scaled = to.emit('Mul', [gradient, scale])
    const mean = lastMean(to, scaled)
    const slope = lastMean(to, to.emit('Mul', [scaled, normalized]))
    const centred = to.emit('Sub', [scaled, mean])
    const rest = to.emit('Sub', [centred, to.emit('Mul', [normalized, slope])])
    to.emit('Mul', [rest, inverse], { output: name })
  },
  layerNormScaleGradient({ name, epsilon, inputs: [x, gradient] }, to) {
    const { normalized } = layerStatistics(to, x, epsilon)
    const product = to.emit('Mul', [gradient, normalized])
    const axes = to.integers(
      to
        .shapeOf(x)
        .slice(0, -1)
        .map((_, axis) => axis),
    )
    to.emit('ReduceSum', [product, axes], { attributes: { keepdims: { int: 0 } }, output: name })
  },
}

/** A vector [channels] in a shape that broadcasts against x. */
function byChannel(to: Emission, vector: string, x: string): string {
  const rank = to.shapeOf(x).length
  if (rank === 2) return vector
  return to.emit('Reshape', [vector, to.integers([-1, ...new Array(rank - 2).fill(1)])])
}

function otherAxes(to: Emission, x: string): number[] {
  return to.shapeOf(x).flatMap((_, axis) => (axis === 1 ? [] : [axis]))
}

/** 1/√(variance + ε). */
export function inverseDeviation(to: Emission, variance: string, epsilon: number): string {
  const shifted = to.emit('Add', [variance, to.floats([epsilon])])
  return to.emit('Div', [to.floats([1]), to.emit('Sqrt', [shifted])])
}

function lastMean(to: Emission, x: string): string {
  return to.emit('ReduceMean', [x], { attributes: { axes: [-1], keepdims: { int: 1 } } })
}

function layerStatistics(to: Emission, x: string, epsilon: number) {
  const centred = to.emit('Sub', [x, lastMean(to, x)])
  const variance = lastMean(to, to.emit('Mul', [centred, centred]))
  const inverse = inverseDeviation(to, variance, epsilon)
  return { normalized: to.emit('Mul', [centred, inverse]), inverse }
}
