/** Softmax over the last axis in ONNX, and its gradient. */
import type { SoftmaxNode } from '../../../graph/operators/softmax.js'
import type { Emitters } from '../emission.js'

export const softmaxEmitters: Emitters<SoftmaxNode> = {
  softmax({ name, inputs }, to) {
    to.emit('Softmax', inputs, { attributes: { axis: { int: -1 } }, output: name })
  },
  softmaxGradient({ name, inputs: [y, gradient] }, to) {
    const product = to.emit('Mul', [y, gradient])
    const attributes = { keepdims: { int: 1 } }
    const sum = to.emit('ReduceSum', [product, to.integers([-1])], { attributes })
    to.emit('Sub', [product, to.emit('Mul', [y, sum])], { output: name })
  },
}
