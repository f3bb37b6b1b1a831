/** The node of the loss, for several classes or for two. */
import { type ShapeRules, sameShape, shapeError } from '../rules.js'
import type { NodeBase } from '../types.js'

/**
 * `categorical`: mean over the batch of −Σ_c target_c · log softmax(logits)_c.
 * `binary`: mean over the batch of the logistic loss of one logit z against a target t in [0, 1],
 * max(z, 0) − z·t + log(1 + exp(−|z|)).
 */
export type LossFunction = 'categorical' | 'binary'

/** Loss of logits [batch, outputs] against targets of the same shape: a scalar. */
interface Loss extends NodeBase {
  readonly kind: 'loss'
  readonly function: LossFunction
  readonly inputs: readonly [logits: string, targets: string]
}

export type LossNode = Loss

export const lossShapes: ShapeRules<LossNode> = {
  loss(node, inputs) {
    if (!sameShape(inputs[0], inputs[1])) throw shapeError(node, inputs, 'the shapes differ')
    return []
  },
}
