/** Gradients of sums, means and softmax over axes. */
import type { ReductionNode } from '../../graph/operators/reduction.js'
import { binary, type GradientRules, scaled } from '../rules.js'

export const reductionGradients: GradientRules<ReductionNode> = {
  reduction({ operation, axes, keepAxes, inputs: [x] }, gradient, graph) {
    return [
      () => {
        const shape = graph.shapeOf(x)
        const kept = shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
        const count = axes.reduce((product, axis) => product * shape[axis], 1)
        let value = gradient
        if (operation === 'mean') value = scaled(graph, value, 1 / count)
        if (!keepAxes) value = graph.node('reshape', { inputs: [value], shape: kept })
        return graph.node('expand', { inputs: [value], shape })
      },
    ]
  },
  /** y · g − y · Σ y·g. */
  softmax: ({ name }, gradient, graph) => [
    () => {
      const product = binary(graph, 'multiply', name, gradient)
      const axes = [graph.shapeOf(name).length - 1]
      const fields = { inputs: [product], operation: 'sum', axes, keepAxes: true } as const
      const sum = graph.node('reduction', fields)
      return binary(graph, 'subtract', product, binary(graph, 'multiply', name, sum))
    },
  ],
}
