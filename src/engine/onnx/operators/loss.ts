/** Cross-entropy of logits in ONNX, averaged over the batch. */
import type { LossNode } from '../../../graph/operators/loss.js'
import type { Emission, Emitters } from '../emission.js'

export const lossEmitters: Emitters<LossNode> = {
  loss({ name, function: kind, inputs: [logits, targets] }, to) {
    const each =
      kind === 'binary' ? binaryLoss(to, logits, targets) : negativeEntropy(to, logits, targets)
    const attributes = { keepdims: { int: 0 } }
    const sum = to.emit('ReduceSum', [each], { attributes })
    const sign = kind === 'binary' ? 1 : -1
    const [batch] = to.shapeOf(logits)
    to.emit('Mul', [sum, to.floats([sign / batch])], { output: name })
  },
}

function negativeEntropy(to: Emission, logits: string, targets: string): string {
  const attributes = { axis: { int: -1 } }
  return to.emit('Mul', [to.emit('LogSoftmax', [logits], { attributes }), targets])
}

/** max(z, 0) − z·t + log(1 + exp(−|z|)). */
function binaryLoss(to: Emission, logit: string, target: string): string {
  const linear = to.emit('Sub', [to.emit('Relu', [logit]), to.emit('Mul', [logit, target])])
  const decay = to.emit('Exp', [to.emit('Neg', [to.emit('Abs', [logit])])])
  return to.emit('Add', [linear, to.emit('Log', [to.emit('Add', [decay, to.floats([1])])])])
}
