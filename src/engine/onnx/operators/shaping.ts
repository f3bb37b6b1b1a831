import type { ShapingNode } from '../../../graph/operators/shaping.js'
import type { Emission, Emitters } from '../emission.js'
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
  identityShortcut({ name, stride, channels, inputs: [x] }, to) {
    const before = (channels - to.shapeOf(x)[1]) / 2
    const strided = stride === 1 ? x : everyStrideth(to, x, stride)
    const pads = [0, before, 0, 0, 0, before, 0, 0]
    to.emit('Pad', [strided, to.integers(pads)], { output: name })
  },
  /** Crops the channels and puts the rows and columns back between zeros. */
  identityShortcutGradient({ name, stride, channels, size, inputs: [gradient] }, to) {
    const [batch, wider, rows, columns] = to.shapeOf(gradient)
    const before = (wider - channels) / 2
    const bounds = [[before], [before + channels], [1]].map((each) => to.integers(each))
    const cropped = to.emit('Slice', [gradient, ...bounds])
    const apart = to.emit('Reshape', [cropped, to.integers([batch, channels, rows, 1, columns, 1])])
    const gaps = [0, 0, 0, 0, 0, 0, 0, 0, 0, stride - 1, 0, stride - 1]
    const spread = to.emit('Reshape', [
      to.emit('Pad', [apart, to.integers(gaps)]),
      to.integers([batch, channels, rows * stride, columns * stride]),
    ])
    const end = [to.integers([0, 0]), to.integers(size), to.integers([2, 3])]
    to.emit('Slice', [spread, ...end], { output: name })
  },
}

function everyStrideth(to: Emission, x: string, stride: number): string {
  const [, , height, width] = to.shapeOf(x)
  const bounds = [
    [0, 0],
    [height, width],
    [2, 3],
    [stride, stride],
  ]
  return to.emit('Slice', [x, ...bounds.map((each) => to.integers(each))])
}
