/** Sums and means over pixels in NCHWc, the blocked layout of images. */
import type { Reduction } from '../../../../graph/operators/reduction.js'
import { sameShape } from '../../../../graph/rules.js'
import { NCHWC_DOMAIN, type NchwcEmission, type NchwcEmitter } from './layout.js'

/** Sums and means over height and width, alone or with the batch. */
export const nchwcReduction: NchwcEmitter<Reduction> = (node, to) => {
  const { name, operation, axes, keepAxes, inputs } = node
  const [x] = inputs
  const alone = sameShape(axes, [2, 3])
  if (!to.hasNchwc(x) || keepAxes || !(alone || sameShape(axes, [0, 2, 3]))) return false
  const [batch, , height, width] = to.shapeOf(x)
  const pixels = height * width
  const output = name
  const count = operation === 'mean' ? 1 : pixels * (alone ? 1 : batch)
  const options = count === 1 ? { output } : {}
  const averaged = alone
    ? pixelMeans(to, to.toNchwc(x), x, options.output)
    : channelMeans(to, to.toNchwc(x), x, options.output)
  if (count !== 1) to.emit('Mul', [averaged, to.floats([count])], { output })
  return true
}

/** Means over height and width of a NCHWc value shaped like `like`: [batch, channels]. */
function pixelMeans(to: NchwcEmission, value: string, like: string, output?: string): string {
  const [batch, channels] = to.shapeOf(like)
  const averaged = to.emit('GlobalAveragePool', [value], { domain: NCHWC_DOMAIN })
  return to.emit('Reshape', [averaged, to.integers([batch, channels])], { output })
}

/** Means by channel of a NCHWc value shaped like `like`: [channels]. */
export function channelMeans(
  to: NchwcEmission,
  value: string,
  like: string,
  output?: string,
): string {
  const attributes = { axes: [0], keepdims: { int: 0 } }
  return to.emit('ReduceMean', [pixelMeans(to, value, like)], { attributes, output })
}
