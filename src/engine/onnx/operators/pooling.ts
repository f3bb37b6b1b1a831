/** Pooling in ONNX, with its gradients. */
import type { PoolingNode } from '../../../graph/operators/pooling.js'
import type { Emission, Emitters } from '../emission.js'
import { emitMask } from './elementwise.js'

export const poolingEmitters: Emitters<PoolingNode> = {
  pooling({ name, operation, size, inputs }, to) {
    const opType = operation === 'max' ? 'MaxPool' : 'AveragePool'
    const attributes = { kernel_shape: [size, size], strides: [size, size] }
    to.emit(opType, inputs, { attributes, output: name })
  },
  /** Where x is the first maximum of its window, the window's gradient. */
  maxPoolingGradient({ name, size, inputs: [x, y, gradient] }, to) {
    const [, , height, width] = to.shapeOf(x)
    const rest = [height % size, width % size]
    const whole = [height - rest[0], width - rest[1]]
    const isWhole = rest[0] + rest[1] === 0
    const covered = isWhole ? x : sliced(to, x, [[0, 0], whole, [2, 3]])
    const isMaximum = to.emit('Equal', [covered, enlarged(to, y, size)])
    const [, , rows, columns] = to.shapeOf(y)
    const repeats = to.integers([rows, columns])
    const places = to.emit('Tile', [to.floats(ranks(size), [size, size]), repeats])
    const rank = emitMask(to, isMaximum, places)
    const attributes = { kernel_shape: [size, size], strides: [size, size] }
    const first = enlarged(to, to.emit('MaxPool', [rank], { attributes }), size)
    const isFirst = to.emit('Equal', [rank, first])
    const spread = enlarged(to, gradient, size)
    const routed = emitMask(to, isFirst, spread, isWhole ? name : undefined)
    if (!isWhole) padded(to, routed, rest, name)
  },
  averagePoolingGradient({ name, size, inputSize: [height, width], inputs: [gradient] }, to) {
    const rest = [height % size, width % size]
    const share = to.emit('Mul', [gradient, to.floats([1 / size ** 2])])
    if (rest[0] + rest[1] === 0) enlarged(to, share, size, name)
    else padded(to, enlarged(to, share, size), rest, name)
  },
}

/**
 * Numbers of the places of a window, row by row, the first the highest: times 1 at a maximum and 0
 * elsewhere, their maximum tells the first maximum.
 */
export function ranks(size: number): number[] {
  return Array.from({ length: size ** 2 }, (_, place) => size ** 2 - place)
}

/** Repeats every pixel size × size times. */
export function enlarged(to: Emission, value: string, size: number, output?: string): string {
  const scales = to.floats([1, 1, size, size])
  return to.emit('Resize', [value, '', scales], {
    attributes: {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    },
    output,
  })
}

/** A part of a value: `bounds` are starts, ends, axes and, where not all of them are taken, steps. */
export function sliced(
  to: Emission,
  value: string,
  bounds: readonly (readonly number[])[],
  output?: string,
): string {
  return to.emit('Slice', [value, ...bounds.map((each) => to.integers(each))], { output })
}

/** Appends rows and columns of zeros. */
function padded(to: Emission, value: string, rest: readonly number[], output: string): string {
  return to.emit('Pad', [value, to.integers([0, 0, 0, 0, 0, 0, ...rest])], { output })
}
