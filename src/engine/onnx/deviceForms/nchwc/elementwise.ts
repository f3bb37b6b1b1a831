/** Elementwise nodes work on any layout, so they keep that of their inputs. */
import type {
  Activation,
  ActivationGradient,
  Binary,
} from '../../../../graph/operators/elementwise.js'
import { sameShape } from '../../../../graph/rules.js'
import { binaryOperators } from '../../operators/elementwise.js'
import type { NchwcEmitter } from './layout.js'

export const nchwcActivation: NchwcEmitter<Activation> = (node, to) => {
  const [x] = node.inputs
  if (node.function !== 'relu' || !to.hasNchwc(x)) return false
  to.emit('Relu', [to.toNchwc(x)], { output: to.writeNchwc(node.name) })
  return true
}

const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127

/**
 * The gradient where the output y of ReLU is above 0. The mask is max(0, min(1, αy)) with the largest
 * α there is: 1 for every y > 0 but denormal ones, in one pass where a comparison and a cast take two.
 */
export const nchwcActivationGradient: NchwcEmitter<ActivationGradient> = (node, to) => {
  const [, y, gradient] = node.inputs
  if (node.function !== 'relu' || !to.hasNchwc(y)) return false
  const attributes = { alpha: { float: LARGEST_FLOAT }, beta: { float: 0 } }
  const mask = to.emit('HardSigmoid', [to.toNchwc(y)], { attributes })
  const output = to.writeNchwc(node.name)
  to.emit('Mul', [to.toNchwc(gradient), mask], { output })
  return true
}

export const nchwcBinary: NchwcEmitter<Binary> = ({ name, operation, inputs }, to) => {
  const [a, b] = inputs
  if (!inputs.some((input) => to.hasNchwc(input))) return false
  if (!sameShape(to.shapeOf(a), to.shapeOf(b))) return false
  const operands = inputs.map((input) => to.toNchwc(input))
  to.emit(binaryOperators[operation], operands, { output: to.writeNchwc(name) })
  return true
}
