/** Elementwise nodes work on any layout, so they keep that of their inputs. */
import type {
  Activation,
  ActivationGradient,
  Binary,
} from '../../../graph/operators/elementwise.js'
import { sameShape } from '../../../graph/rules.js'
import type { BlockedEmitter } from '../emission.js'
import { binaryOperators, emitReluGradient } from '../operators/elementwise.js'

export const blockedActivation: BlockedEmitter<Activation> = (node, to) => {
  const [x] = node.inputs
  if (node.function !== 'relu' || !to.has(x, 'blocked')) return false
  to.emit('Relu', [to.read(x, 'blocked')], { output: to.write(node.name, 'blocked') })
  return true
}

export const blockedActivationGradient: BlockedEmitter<ActivationGradient> = (node, to) => {
  const [, y, gradient] = node.inputs
  if (node.function !== 'relu' || !to.has(y, 'blocked')) return false
  const output = to.write(node.name, 'blocked')
  emitReluGradient(to, to.read(y, 'blocked'), to.read(gradient, 'blocked'), output)
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
