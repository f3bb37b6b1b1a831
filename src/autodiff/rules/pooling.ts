/** Gradients of max and average pooling. */
import type { PoolingNode } from '../../graph/operators/pooling.js'
import type { GradientRules } from '../rules.js'

export const poolingGradients: GradientRules<PoolingNode> = {
  pooling({ name, operation, size, inputs: [x] }, gradient, graph) {
    if (operation === 'max') {
      return [() => graph.node('maxPoolingGradient', { inputs: [x, name, gradient], size })]
    }
    const [, , height, width] = graph.shapeOf(x)
    const inputSize = [height, width] as const
    return [() => graph.node('averagePoolingGradient', { inputs: [gradient], size, inputSize })]
  },
}
