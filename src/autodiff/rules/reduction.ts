/** Gradients of sums and means over axes. */
import type { ReductionNode } from '../../graph/operators/reduction.js'
import type { GradientRules } from '../rules.js'

export const reductionGradients: GradientRules<ReductionNode> = {
  reduction({ operation, axes, keepAxes, inputs: [x] }, gradient, graph) {
    return [
      () => {
        const shape = graph.shapeOf(x)
        const kept = shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
        const count = axes.reduce((product, axis) => product * shape[axis], 1)
        let value = gradient
        if (operation === 'mean') {
          value = graph.node('affine', { inputs: [value], factor: 1 / count, offset: 0 })
        }
        if (!keepAxes) value = graph.node('reshape', { inputs: [value], shape: kept })
        return graph.node('expand', { inputs: [value], shape })
      },
    ]
  },
}
