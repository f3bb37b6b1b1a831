import type { Reduction } from '../../../graph/operators/reduction.js'
import { sameShape } from '../../../graph/rules.js'
import { BLOCKED_DOMAIN, type BlockedEmitter, type Emission } from '../emission.js'

/** Sums and means over height and width, alone or with the batch. */
export const blockedReduction: BlockedEmitter<Reduction> = (node, to) => {
  const { name, operation, axes, keepAxes, inputs } = node
  const [x] = inputs
  const alone = sameShape(axes, [2, 3])
  if (!to.has(x, 'blocked') || keepAxes || !(alone || sameShape(axes, [0, 2, 3]))) return false
  const [batch, , height, width] = to.shapeOf(x)
  const pixels = height * width
  const output = to.write(name, 'plain')
  const count = operation === 'mean' ? 1 : pixels * (alone ? 1 : batch)
  const options = count === 1 ? { output } : {}
  const averaged = alone
    ? pixelMeans(to, to.read(x, 'blocked'), x, options.output)
    : channelMeans(to, to.read(x, 'blocked'), x, options.output)
  if (count !== 1) to.emit('Mul', [averaged, to.floats([count])], { output })
  return true
}

/** Means over height and width of a blocked value shaped like `like`: [batch, channels]. */
function pixelMeans(to: Emission, value: string, like: string, output?: string): string {
  const [batch, channels] = to.shapeOf(like)
  const averaged = to.emit('GlobalAveragePool', [value], { domain: BLOCKED_DOMAIN })
  return to.emit('Reshape', [averaged, to.integers([batch, channels])], { output })
}

/** Means by channel of a blocked value shaped like `like`: [channels]. */
export function channelMeans(to: Emission, value: string, like: string, output?: string): string {
  const attributes = { axes: [0], keepdims: { int: 0 } }
  return to.emit('ReduceMean', [pixelMeans(to, value, like)], { attributes, output })
}
