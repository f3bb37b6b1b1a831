/** Gradients of arithmetic, activations and dropout; those of operands that were broadcast are summed to their shape. */
import type { ElementwiseNode } from '../../graph/operators/elementwise.js'
import { binary, type GradientRules, scaled, sumToShape } from '../rules.js'

export const elementwiseGradients: GradientRules<ElementwiseNode> = {
  binary({ name, operation, inputs: [a, b] }, gradient, graph) {
    const like = (value: string, of: string) => sumToShape(graph, value, graph.shapeOf(of))
    switch (operation) {
      case 'add':
        return [() => like(gradient, a), () => like(gradient, b)]
      case 'subtract':
        return [() => like(gradient, a), () => like(scaled(graph, gradient, -1), b)]
      case 'multiply':
        return [
          () => like(binary(graph, 'multiply', gradient, b), a),
          () => like(binary(graph, 'multiply', gradient, a), b),
        ]
      case 'divide':
        return [
          () => like(binary(graph, 'divide', gradient, b), a),
          () => {
            const product = binary(graph, 'multiply', gradient, name)
            return like(scaled(graph, binary(graph, 'divide', product, b), -1), b)
          },
        ]
    }
  },
  affine: ({ factor }, gradient, graph) => [() => scaled(graph, gradient, factor)],
  activation: ({ name, function: kind, inputs: [x] }, gradient, graph) => [
    () => graph.node('activationGradient', { inputs: [x, name, gradient], function: kind }),
  ],
}
