/** Max pooling and its gradient in NCHWc, the blocked layout of images. */
import type { MaxPoolingGradient, Pooling } from '../../../../graph/operators/pooling.js'
import { emitMask } from '../../operators/elementwise.js'
import { ranks } from '../../operators/pooling.js'
import { NCHWC_DOMAIN, type NchwcEmitter } from './layout.js'

export const nchwcPooling: NchwcEmitter<Pooling> = ({ name, operation, size, inputs }, to) => {
  const [x] = inputs
  if (operation !== 'max' || !to.hasNchwc(x)) return false
  to.emit('MaxPool', [to.toNchwc(x)], {
    attributes: { kernel_shape: [size, size], strides: [size, size] },
    domain: NCHWC_DOMAIN,
    output: to.writeNchwc(name),
  })
  return true
}

/** Windows as axes of their own, [batch·channels/b·H/size, size, W/size, size, b], and broadcasts. */
export const nchwcMaxPoolingGradient: NchwcEmitter<MaxPoolingGradient> = (
  { name, size, inputs: [x, y, gradient] },
  to,
  block,
) => {
  const [, , height, width] = to.shapeOf(x)
  if (!to.hasNchwc(x) || height % size !== 0 || width % size !== 0) return false
  const windows = to.integers([-1, size, width / size, size, block])
  const maxima = to.integers([-1, 1, width / size, 1, block])
  const seen = (value: string, shape: string) => to.emit('Reshape', [to.toNchwc(value), shape])
  const shape = to.integers(to.shapeOf(x))
  const isMaximum = to.emit('Equal', [seen(x, windows), seen(y, maxima)])
  const rank = emitMask(to, isMaximum, to.floats(ranks(size), [size, 1, size, 1]))
  const first = to.emit('MaxPool', [to.emit('Reshape', [rank, shape])], {
    attributes: { kernel_shape: [size, size], strides: [size, size] },
    domain: NCHWC_DOMAIN,
  })
  const isFirst = to.emit('Equal', [rank, to.emit('Reshape', [first, maxima])])
  const routed = emitMask(to, isFirst, seen(gradient, maxima))
  to.emit('Reshape', [routed, shape], { output: to.writeNchwc(name) })
  return true
}
