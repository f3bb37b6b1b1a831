import type { LossNode } from '../../graph/operators/loss.js'
import { type GradientRules, notDifferentiable } from '../rules.js'

/** The loss is where gradients start: a training step asks for `lossGradient` itself. */
export const lossGradients: GradientRules<LossNode> = {
  loss: notDifferentiable,
  lossGradient: notDifferentiable,
}
