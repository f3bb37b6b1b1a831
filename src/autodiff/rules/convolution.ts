/** Gradients of convolutions in image, weights and bias. */
import type { ConvolutionNode } from '../../graph/operators/convolution.js'
import { type GradientRules, sumOver } from '../rules.js'

export const convolutionGradients: GradientRules<ConvolutionNode> = {
  convolution({ inputs: [x, weight], stride, padding }, gradient, graph) {
    const [, , height, width] = graph.shapeOf(x)
    const [, , kernelHeight, kernelWidth] = graph.shapeOf(weight)
    return [
      () =>
        graph.node('convolutionInputGradient', {
          inputs: [gradient, weight],
          size: [height, width],
          stride,
          padding,
        }),
      () =>
        graph.node('convolutionWeightGradient', {
          inputs: [x, gradient],
          kernel: [kernelHeight, kernelWidth],
          stride,
          padding,
        }),
      () => sumOver(graph, gradient, [0, 2, 3]),
    ]
  },
}
