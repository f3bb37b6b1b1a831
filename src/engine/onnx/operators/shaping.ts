import type { ShapingNode } from '../../../graph/operators/shaping.js'
import type { Emitters } from '../emission.js'
import { dataTypes } from '../format.js'

export const shapingEmitters: Emitters<ShapingNode> = {
  reshape({ name, shape, inputs: [x] }, to) {
    to.emit('Reshape', [x, to.integers(shape)], { output: name })
  },
  transpose({ name, permutation, inputs }, to) {
    to.emit('Transpose', inputs, { attributes: { perm: permutation }, output: name })
  },
  expand({ name, shape, inputs: [x] }, to) {
    to.emit('Expand', [x, to.integers(shape)], { output: name })
  },
  cast({ name, dtype, inputs }, to) {
    to.emit('Cast', inputs, { attributes: { to: { int: dataTypes[dtype] } }, output: name })
  },
}
