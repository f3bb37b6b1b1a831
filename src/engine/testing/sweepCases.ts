/**
 * Sizes around which devices have computed operators wrongly without saying so: ONNX Runtime's WebGPU
 * provider, say, takes four channels at a time where it can, and fails where a count is a multiple of
 * three but not of four. Every operator with a size of its own is swept over counts on both sides of
 * multiples of 2, 3, 4, 8 and 16; convolutions over kernels, strides and paddings as well.
 */
import {
  batchNormCase,
  convolutionCase,
  denseCase,
  layerNormCase,
  type OperatorCase,
  poolingCase,
  residualCases,
  softmaxCase,
} from './operatorCases.js'

const inputs = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 18, 24]
const outputs = [1, 3, 4, 5, 8, 16]

/** Kernel, stride, padding and extent of the image. */
const geometries = [
  [3, 1, 1, 6],
  [3, 2, 0, 7],
  [1, 1, 0, 5],
  [5, 1, 2, 6],
  [3, 2, 1, 6],
  [1, 2, 0, 6],
  [2, 2, 0, 6],
  [3, 1, 0, 5],
  [5, 2, 2, 9],
  [7, 2, 3, 8],
  [3, 3, 1, 8],
  [11, 4, 5, 12],
  [4, 1, 1, 6],
] as const

/** The same for small images, whose convolutions have forms of their own on CPUs. */
const smallGeometries = [
  [3, 1, 1, 1],
  [3, 1, 1, 2],
  [3, 1, 1, 3],
  [3, 1, 1, 4],
  [3, 2, 1, 4],
  [3, 1, 2, 3],
  [5, 1, 2, 4],
  [5, 1, 2, 1],
  [5, 3, 2, 4],
  [1, 1, 0, 2],
  [2, 2, 0, 4],
] as const

/** Every pair of channel counts, each with two of the geometries in turn; batches of two and of six. */
const convolutions = inputs.flatMap((channels, row) =>
  outputs.flatMap((filters, column) =>
    [0, 1].map((turn) => {
      const index = (2 * (row * outputs.length + column) + turn) % geometries.length
      const [kernel, stride, padding, extent] = geometries[index]
      return convolutionCase(channels, filters, extent, kernel, stride, padding, 2 + 4 * turn)
    }),
  ),
)

/** Every geometry with the counts that networks have, and with the one that has failed. */
const everyGeometry = (batch: number) =>
  [...geometries, ...smallGeometries].flatMap(([kernel, stride, padding, extent]) =>
    [
      [3, 16],
      [6, 16],
      [16, 32],
    ].map(([channels, filters]) =>
      convolutionCase(channels, filters, extent, kernel, stride, padding, batch),
    ),
  )

/** A few samples, and whole blocks, which the blocked layout of CPUs takes weight gradients in. */
const geometrySweep = [...everyGeometry(3), ...everyGeometry(16)]

/** What else stands in whole blocks: other counts and extents, and residual blocks. */
const blocked = [
  ...residualCases(16),
  convolutionCase(16, 16, 6, 3, 1, 1, 16),
  convolutionCase(32, 16, 7, 3, 2, 1, 16),
  convolutionCase(3, 32, 6, 3, 1, 1, 16),
  convolutionCase(16, 16, 9, 5, 1, 2, 16),
  convolutionCase(16, 16, 8, 2, 2, 0, 16),
]

/** Images whose convolutions are filtered minimally, with as many channels as that takes. */
const minimal = ([1, 2, 4, [2, 4], [4, 2], [1, 6], [2, 10]] as const).flatMap((extent) =>
  [
    [16, 16, 3],
    [17, 24, 16],
    [72, 80, 5],
  ].map(([channels, filters, batch]) => convolutionCase(channels, filters, extent, 3, 1, 1, batch)),
)

/** Channels so many that taps of a weight gradient in one dilated convolution lie 128 apart and more. */
const wide = (
  [
    [3, 1, 1, 4],
    [3, 2, 1, 6],
    [5, 1, 2, 4],
    [1, 2, 0, 6],
  ] as const
).flatMap(([kernel, stride, padding, extent]) =>
  [
    [128, 16],
    [160, 24],
  ].map(([channels, filters]) =>
    convolutionCase(channels, filters, extent, kernel, stride, padding, 16),
  ),
)

const dense = inputs.flatMap((size, row) =>
  outputs.map((units, column) => denseCase([1, 3, 16][(row + column) % 3], size, units)),
)

const pooling = (['max', 'average'] as const).flatMap((operation) =>
  [1, 3, 4, 6, 9, 16].flatMap((channels) =>
    [
      [6, 2],
      [9, 3],
      [7, 2],
    ].map(([extent, size]) => poolingCase(operation, channels, extent, size)),
  ),
)

const normalization = inputs.flatMap((size) => [
  batchNormCase([3, size, 3, 3], true),
  batchNormCase([3, size, 3, 3], false),
  batchNormCase([5, size], true),
  // Of two values a norm makes ±1, whose gradient is 0 but for rounding.
  layerNormCase([3, 2, size + 2]),
])

const softmax = [...inputs, 31, 64, 100].map((size) => softmaxCase([2, 3, size]))

const unique = new Map<string, OperatorCase>(
  [
    ...convolutions,
    ...geometrySweep,
    ...blocked,
    ...minimal,
    ...wide,
    ...dense,
    ...pooling,
    ...normalization,
    ...softmax,
  ].map((each) => [each.name, each]),
)

export const sweepCases: readonly OperatorCase[] = [...unique.values()]
