/** Gradients of batch norm and layer norm. */
import type { NormalizationNode } from '../../graph/operators/normalization.js'
import { type GradientRules, shared, sumOver } from '../rules.js'

export const normalizationGradients: GradientRules<NormalizationNode> = {
  /** Mean and variance get no gradient of their own: that of x runs through them already. */
  batchNorm({ inputs: [x, scale, , mean, variance], epsilon, fromBatch }, gradient, graph) {
    const scaleGradient = shared(() =>
      graph.node('batchNormScaleGradient', { inputs: [x, gradient, mean, variance], epsilon }),
    )
    const axes = graph.shapeOf(x).flatMap((_, axis) => (axis === 1 ? [] : [axis]))
    const biasGradient = shared(() => sumOver(graph, gradient, axes))
    const xGradient = () =>
      graph.node('batchNormInputGradient', {
        inputs: [x, gradient, scale, mean, variance, scaleGradient(), biasGradient()],
        epsilon,
        fromBatch,
      })
    return [xGradient, scaleGradient, biasGradient, undefined, undefined]
  },
  layerNorm({ inputs: [x, scale], epsilon }, gradient, graph) {
    const axes = graph
      .shapeOf(x)
      .slice(0, -1)
      .map((_, axis) => axis)
    return [
      () => graph.node('layerNormInputGradient', { inputs: [x, gradient, scale], epsilon }),
      () => graph.node('layerNormScaleGradient', { inputs: [x, gradient], epsilon }),
      () => sumOver(graph, gradient, axes),
    ]
  },
}
