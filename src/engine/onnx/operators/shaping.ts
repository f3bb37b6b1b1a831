/** Reshapes, transposes, broadcasts, casts and shortcuts in ONNX. */
import type { ShapingNode } from '../../../graph/operators/shaping.js'
import type { Emission, Emitters } from '../emission.js'
import { dataTypes } from '../format.js'
import { enlarged, sliced } from './pooling.js'

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
  /**
   * Crops the channels, repeats every pixel stride × stride times and keeps the first of each: a
   * third of the time that padding between the pixels takes.
   */
  identityShortcutGradient({ name, stride, channels, size, inputs: [gradient] }, to) {
    const [, wider, rows, columns] = to.shapeOf(gradient)
    const before = (wider - channels) / 2
    const cropped = sliced(to, gradient, [[before], [before + channels], [1]])
    const spread = stride === 1 ? cropped : enlarged(to, cropped, stride)
    const mask = firstOfEach(to, rows * stride, columns * stride, stride)
    const kept = to.emit('Mul', [spread, mask])
    sliced(to, kept, [[0, 0], size, [2, 3]], name)
  },
}

/** A mask [rows, columns] of ones at every `stride`-th row and column. */
function firstOfEach(to: Emission, rows: number, columns: number, stride: number): string {
  const isFirst = (index: number) =>
    Math.floor(index / columns) % stride === 0 && (index % columns) % stride === 0
  const values = Array.from({ length: rows * columns }, (_, index) => (isFirst(index) ? 1 : 0))
  return to.floats(values, [rows, columns])
}

function everyStrideth(to: Emission, x: string, stride: number): string {
  const [, , ...size] = to.shapeOf(x)
  return sliced(to, x, [[0, 0], size, [2, 3], [stride, stride]])
}
