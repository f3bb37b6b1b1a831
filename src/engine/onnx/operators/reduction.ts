/** Sums, means and softmax over axes in ONNX. */
import type { ReductionNode } from '../../../graph/operators/reduction.js'
import type { Emitters } from '../emission.js'

export const reductionEmitters: Emitters<ReductionNode> = {
  /** In operator set 17 a sum takes its axes as an input, a mean as an attribute. */
  reduction({ name, operation, axes, keepAxes, inputs: [x] }, to) {
    const keepdims = { int: Number(keepAxes) }
    if (operation === 'sum') {
      to.emit('ReduceSum', [x, to.integers(axes)], { attributes: { keepdims }, output: name })
    } else {
      to.emit('ReduceMean', [x], { attributes: { axes, keepdims }, output: name })
    }
  },
  softmax({ name, inputs }, to) {
    to.emit('Softmax', inputs, { attributes: { axis: { int: -1 } }, output: name })
  },
}
