/** Gradients of reshapes, transposes, broadcasts, casts and shortcuts: the same, backwards. */
import type { ShapingNode } from '../../graph/operators/shaping.js'
import { type GradientRules, sumToShape } from '../rules.js'

export const shapingGradients: GradientRules<ShapingNode> = {
  reshape: ({ inputs: [x] }, gradient, graph) => [
    () => graph.node('reshape', { inputs: [gradient], shape: graph.shapeOf(x) }),
  ],
  transpose: ({ permutation }, gradient, graph) => [
    () => {
      const inverse = permutation.map((_, axis) => permutation.indexOf(axis))
      return graph.node('transpose', { inputs: [gradient], permutation: inverse })
    },
  ],
  expand: ({ inputs: [x] }, gradient, graph) => [
    () => sumToShape(graph, gradient, graph.shapeOf(x)),
  ],
  identityShortcut: ({ stride, inputs: [x] }, gradient, graph) => [
    () => {
      const [, channels, height, width] = graph.shapeOf(x)
      return graph.node('identityShortcutGradient', {
        inputs: [gradient],
        stride,
        channels,
        size: [height, width],
      })
    },
  ],
}
