/** Elementwise nodes work on any layout, so they keep that of their inputs. */
import type {
  Activation,
  ActivationGradient,
  Binary,
} from '../../../graph/operators/elementwise.js'
import { sameShape } from '../../../graph/rules.js'
import type { BlockedEmitter } from '../emission.js'
import { binaryOperators } from '../operators/elementwise.js'

export const blockedActivation: BlockedEmitter<Activation> = (node, to) => {
  const [x] = node.inputs
  if (node.function !== 'relu' || !to.has(x, 'blocked')) return false
  to.emit('Relu', [to.read(x, 'blocked')], { output: to.write(node.name, 'blocked') })
  return true
}

const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127

/**
 * The gradient where the output y of ReLU is above 0. The mask is max(0, min(1, αy)) with the largest
 * α there is: 1 for every y > 0 but denormal ones, in one pass where a comparison and a cast take two.
 */
export const blockedActivationGradient: BlockedEmitter<ActivationGradient> = (node, to) => {
  const [, y, gradient] = node.inputs
  if (node.function !== 'relu' || !to.has(y, 'blocked')) return false
  const attributes = { alpha: { float: LARGEST_FLOAT }, beta: { float: 0 } }
  const mask = to.emit('HardSigmoid', [to.read(y, 'blocked')], { attributes })
  const output = to.write(node.name, 'blocked')
  to.emit('Mul', [to.read(gradient, 'blocked'), mask], { output })
  return true
}

export const blockedBinary: BlockedEmitter<Binary> = ({ name, operation, inputs }, to) => {
  const [a, b] = inputs
  if (!inputs.some((input) => to.has(input, 'blocked'))) return false
  if (!sameShape(to.shapeOf(a), to.shapeOf(b))) return false
  const operands = inputs.map((input) => to.read(input, 'blocked'))
  to.emit(binaryOperators[operation], operands, { output: to.write(name, 'blocked') })
  return true
}
