/** Gradients of arithmetic, activations and dropout; those of operands that were broadcast are summed to their shape. */
import type { GraphBuilder } from '../../graph/builder.js'
import type { BinaryOperation, ElementwiseNode } from '../../graph/operators/elementwise.js'
import { type GradientRules, notDifferentiable, sumToShape } from '../rules.js'

export const elementwiseGradients: GradientRules<ElementwiseNode> = {
  binary({ name, operation, inputs: [a, b] }, gradient, graph) {
    const binary = (kind: BinaryOperation, left: string, right: string) =>
      graph.node('binary', { operation: kind, inputs: [left, right] })
    const like = (value: string, of: string) => sumToShape(graph, value, graph.shapeOf(of))
    switch (operation) {
      case 'add':
        return [() => like(gradient, a), () => like(gradient, b)]
      case 'subtract':
        return [() => like(gradient, a), () => like(negative(graph, gradient), b)]
      case 'multiply':
        return [
          () => like(binary('multiply', gradient, b), a),
          () => like(binary('multiply', gradient, a), b),
        ]
      case 'divide':
        return [
          () => like(binary('divide', gradient, b), a),
          () => {
            const scaled = binary('divide', binary('multiply', gradient, name), b)
            return like(negative(graph, scaled), b)
          },
        ]
    }
  },
  affine: ({ factor }, gradient, graph) => [
    () => graph.node('affine', { inputs: [gradient], factor, offset: 0 }),
  ],
  activation: ({ name, function: kind, inputs: [x] }, gradient, graph) => [
    () => graph.node('activationGradient', { inputs: [x, name, gradient], function: kind }),
  ],
  squareRoot: notDifferentiable,
  activationGradient: notDifferentiable,
  dropout: notDifferentiable,
}

function negative(graph: GraphBuilder, value: string): string {
  return graph.node('affine', { inputs: [value], factor: -1, offset: 0 })
}
