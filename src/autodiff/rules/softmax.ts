/** Gradient of softmax. */
import type { SoftmaxNode } from '../../graph/operators/softmax.js'
import { type GradientRules, notDifferentiable } from '../rules.js'

export const softmaxGradients: GradientRules<SoftmaxNode> = {
  softmax: ({ name }, gradient, graph) => [
    () => graph.node('softmaxGradient', { inputs: [name, gradient] }),
  ],
  softmaxGradient: notDifferentiable,
}
