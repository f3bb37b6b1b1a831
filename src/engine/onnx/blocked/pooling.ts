import type { MaxPoolingGradient, Pooling } from '../../../graph/operators/pooling.js'
import { BLOCKED_DOMAIN, type BlockedEmitter } from '../emission.js'
import { emitMask } from '../operators/elementwise.js'
import { ranks } from '../operators/pooling.js'

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
  const shape = to.integers(to.shapeOf(x))
  const isMaximum = to.emit('Equal', [seen(x, windows), seen(y, maxima)])
  const rank = emitMask(to, isMaximum, to.floats(ranks(size), [size, 1, size, 1]))
  const first = to.emit('MaxPool', [to.emit('Reshape', [rank, shape])], {
    attributes: { kernel_shape: [size, size], strides: [size, size] },
    domain: BLOCKED_DOMAIN,
  })
  const isFirst = to.emit('Equal', [rank, to.emit('Reshape', [first, maxima])])
  const routed = emitMask(to, isFirst, seen(gradient, maxima))
  to.emit('Reshape', [routed, shape], { output: to.write(name, 'blocked') })
  return true
}
