import type { MaxPoolingGradient, Pooling } from '../../../graph/operators/pooling.js'
import { BLOCKED_DOMAIN, type BlockedEmitter } from '../emission.js'
import { emitMask } from '../operators/elementwise.js'

export const blockedPooling: BlockedEmitter<Pooling> = ({ name, operation, size, inputs }, to) => {
  const [x] = inputs
  if (operation !== 'max' || !to.has(x, 'blocked')) return false
  to.emit('MaxPool', [to.read(x, 'blocked')], {
    attributes: { kernel_shape: [size, size], strides: [size, size] },
    domain: BLOCKED_DOMAIN,
    output: to.write(name, 'blocked'),
  })
  return true
}

/** Windows as axes of their own, [batch·channels/b·H/size, size, W/size, size, b], and broadcasts. */
export const blockedMaxPoolingGradient: BlockedEmitter<MaxPoolingGradient> = (
  { name, size, inputs: [x, y, gradient] },
  to,
  block,
) => {
  const [, , height, width] = to.shapeOf(x)
  if (!to.has(x, 'blocked') || height % size !== 0 || width % size !== 0) return false
  const windows = to.integers([-1, size, width / size, size, block])
  const maxima = to.integers([-1, 1, width / size, 1, block])
  const seen = (value: string, shape: string) =>
    to.emit('Reshape', [to.read(value, 'blocked'), shape])
  const isMaximum = to.emit('Equal', [seen(x, windows), seen(y, maxima)])
  const routed = emitMask(to, isMaximum, seen(gradient, maxima))
  const shape = to.integers(to.shapeOf(x))
  to.emit('Reshape', [routed, shape], { output: to.write(name, 'blocked') })
  return true
}
