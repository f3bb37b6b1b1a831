/**
 * Every operator with its gradients as small programs, over the shapes that networks use: what
 * engines and devices are compared on.
 */
import { differentiate } from '../../autodiff/differentiate.js'
import { stream } from '../../core/random.js'
import { sizeOf } from '../../core/tensor.js'
import { type GraphBuilder, graphBuilder } from '../../graph/builder.js'
import type { Program, Shape } from '../../graph/types.js'

/** What an operand holds: normal values, values away from 0, −1, 0 and 1, or token ids. */
export type OperandValues = 'normal' | 'positive' | 'signs' | 'ids'

export interface Operand {
  readonly shape: Shape
  readonly values?: OperandValues
  /** Whether the gradient in it is part of the case; true for all but ids. */
  readonly differentiable?: boolean
}

export interface OperatorCase {
  readonly name: string
  readonly operands: Readonly<Record<string, Operand>>
  /** Appends the operator to a graph that has the operands and returns its value. */
  readonly build: (graph: GraphBuilder) => string
}

/** Number of token ids that `ids` operands draw from. */
export const VOCABULARY = 7

const elementwise: OperatorCase[] = [
  ...(['add', 'subtract', 'multiply', 'divide'] as const).flatMap((operation) =>
    (
      [
        [
          [2, 3, 4],
          [2, 3, 4],
        ],
        [[2, 3, 4], [4]],
        [[2, 3, 4], []],
        [
          [3, 1, 4],
          [2, 1],
        ],
      ] as const
    ).map(([a, b]) => ({
      name: `${operation} [${a}] [${b}]`,
      operands: { a: { shape: a }, b: { shape: b, values: 'positive' as const } },
      build: (graph: GraphBuilder) => graph.node('binary', { operation, inputs: ['a', 'b'] }),
    })),
  ),
  ...(['relu', 'gelu', 'tanh', 'sigmoid'] as const).map((kind) => ({
    name: kind,
    operands: { x: { shape: [3, 37] } },
    build: (graph: GraphBuilder) => graph.node('activation', { function: kind, inputs: ['x'] }),
  })),
  {
    name: 'affine',
    operands: { x: { shape: [5, 3] } },
    build: (graph) => graph.node('affine', { factor: -1.5, offset: 0.25, inputs: ['x'] }),
  },
  {
    name: 'square root',
    operands: { x: { shape: [5, 3], values: 'positive', differentiable: false } },
    build: (graph) => graph.node('squareRoot', { inputs: ['x'] }),
  },
]

/** A dense layer from `inputs` to `units` values. */
export function denseCase(batch: number, inputs: number, units: number): OperatorCase {
  return {
    name: `dense ${inputs}→${units}, batch ${batch}`,
    operands: {
      x: { shape: [batch, inputs] },
      weight: { shape: [units, inputs] },
      bias: { shape: [units] },
    },
    build: (graph) => graph.node('dense', { inputs: ['x', 'weight', 'bias'] }),
  }
}

const linear: OperatorCase[] = [
  ...[1, 4, 128].map((batch) => denseCase(batch, 9, 5)),
  ...[false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) =>
      [[], [2], [2, 3]].map((leading) => ({
        name: `product [${leading}]${transposeA ? ' Aᵀ' : ''}${transposeB ? ' Bᵀ' : ''}`,
        operands: {
          a: { shape: [...leading, ...(transposeA ? [4, 3] : [3, 4])] },
          b: { shape: [...leading, ...(transposeB ? [5, 4] : [4, 5])] },
        },
        build: (graph: GraphBuilder) =>
          graph.node('matrixProduct', { transposeA, transposeB, inputs: ['a', 'b'] }),
      })),
    ),
  ),
  {
    name: 'product with one matrix for the whole batch',
    operands: { a: { shape: [2, 3, 4] }, b: { shape: [4, 5] } },
    build: (graph) =>
      graph.node('matrixProduct', { transposeA: false, transposeB: false, inputs: ['a', 'b'] }),
  },
]

/** A convolution of [batch, channels, extent, extent] to `filters` channels. */
export function convolutionCase(
  channels: number,
  filters: number,
  extent: number | readonly [number, number],
  kernel: number,
  stride: number,
  padding: number,
  batch = 2,
): OperatorCase {
  const [height, width] = typeof extent === 'number' ? [extent, extent] : extent
  return {
    name:
      `convolution ${channels}→${filters}, ${height}×${width}, batch ${batch}, ` +
      `kernel ${kernel}, stride ${stride}, padding ${padding}`,
    operands: {
      x: { shape: [batch, channels, height, width] },
      weight: { shape: [filters, channels, kernel, kernel] },
      bias: { shape: [filters] },
    },
    build: (graph) =>
      graph.node('convolution', { inputs: ['x', 'weight', 'bias'], stride, padding }),
  }
}

const convolution: OperatorCase[] = [
  convolutionCase(1, 6, 8, 5, 1, 2),
  convolutionCase(6, 16, 8, 5, 1, 0),
  convolutionCase(3, 8, 9, 3, 2, 1),
  convolutionCase(16, 16, 8, 3, 1, 1),
  convolutionCase(16, 32, 8, 3, 2, 1),
  convolutionCase(16, 32, 8, 1, 2, 0),
  convolutionCase(32, 16, 4, 3, 1, 1),
  convolutionCase(64, 32, 2, 3, 1, 1),
  convolutionCase(3, 16, 11, 11, 4, 5),
  convolutionCase(5, 7, 7, 3, 2, 0),
  convolutionCase(16, 16, 8, 2, 2, 0),
]

/**
 * The nodes between two convolutions of a residual network, on 16 channels: what engines may keep
 * in a layout of their own.
 */
export const residualCases = (batch: number): OperatorCase[] =>
  (['batch norm', 'batch norm of given statistics', 'none', 'none, sums read twice'] as const).map(
    (norm) => ({
      name: `residual block, ${norm}, batch ${batch}`,
      operands: {
        x: { shape: [batch, 16, 6, 6] },
        weight: { shape: [16, 16, 3, 3] },
        scale: { shape: [16], values: 'positive' as const },
        bias: { shape: [16] },
        mean: { shape: [16], differentiable: false },
        variance: { shape: [16], values: 'positive' as const, differentiable: false },
      },
      build(graph: GraphBuilder) {
        const convolve = (x: string) =>
          graph.node('convolution', { inputs: [x, 'weight'], stride: 1, padding: 1 })
        let x = convolve('x')
        if (!norm.startsWith('none')) x = appendBatchNorm(graph, x, norm === 'batch norm')
        const activate = (value: string) =>
          graph.node('activation', { function: 'relu', inputs: [value] })
        const add = (a: string, b: string) =>
          graph.node('binary', { operation: 'add', inputs: [a, b] })
        x = activate(x)
        const sum = add(x, convolve(x))
        x = activate(sum)
        if (norm.endsWith('twice')) x = add(x, sum)
        x = graph.node('pooling', { operation: 'max', size: 2, inputs: [x] })
        const pooled = { operation: 'mean', axes: [2, 3], keepAxes: false } as const
        return graph.node('reduction', { ...pooled, inputs: [x] })
      },
    }),
  )

/** Pooling of two samples of `channels` channels. */
export function poolingCase(
  operation: 'max' | 'average',
  channels: number,
  extent: number,
  size: number,
): OperatorCase {
  return {
    name: `${operation} pooling ${size} of ${channels} channels of ${extent}×${extent}`,
    operands: { x: { shape: [2, channels, extent, extent] } },
    build: (graph) => graph.node('pooling', { operation, size, inputs: ['x'] }),
  }
}

const pooling: OperatorCase[] = (['max', 'average'] as const).flatMap((operation) =>
  [
    [8, 2],
    [7, 2],
    [9, 3],
    [4, 4],
  ].map(([extent, size]) => poolingCase(operation, 3, extent, size)),
)

/**
 * Windows whose maximum is there more than once, where the gradient is a choice, which finite differences do not
 * tell; whole numbers, so that all engines see the same ties.
 */
export const tiedCases: readonly OperatorCase[] = [
  ...[
    [8, 2],
    [7, 2],
    [9, 3],
  ].map(([extent, size]) => ({
    name: `max pooling ${size} of ties, ${extent}×${extent}`,
    operands: { x: { shape: [2, 3, extent, extent], values: 'signs' as const } },
    build: (graph: GraphBuilder) =>
      graph.node('pooling', { operation: 'max', size, inputs: ['x'] }),
  })),
  {
    name: 'max pooling of ties behind a convolution',
    operands: {
      x: { shape: [2, 16, 6, 6], values: 'signs' },
      weight: { shape: [16, 16, 1, 1], values: 'signs' },
      bias: { shape: [16], values: 'signs' },
    },
    build(graph) {
      const inputs = ['x', 'weight', 'bias'] as const
      const convolved = graph.node('convolution', { inputs, stride: 1, padding: 0 })
      const active = graph.node('activation', { function: 'relu', inputs: [convolved] })
      return graph.node('pooling', { operation: 'max', size: 2, inputs: [active] })
    },
  },
]

const reduction: OperatorCase[] = (['sum', 'mean'] as const).flatMap((operation) =>
  [[0], [2, 3], [0, 2, 3], [1]].flatMap((axes) =>
    [false, true].map((keepAxes) => ({
      name: `${operation} over ${axes}${keepAxes ? ', kept' : ''}`,
      operands: { x: { shape: [2, 3, 4, 5] } },
      build: (graph: GraphBuilder) =>
        graph.node('reduction', { operation, axes, keepAxes, inputs: ['x'] }),
    })),
  ),
)

const shaping: OperatorCase[] = [
  {
    name: 'reshape',
    operands: { x: { shape: [2, 3, 4] } },
    build: (graph) => graph.node('reshape', { shape: [-1, 12], inputs: ['x'] }),
  },
  {
    name: 'transpose',
    operands: { x: { shape: [2, 3, 4, 5] } },
    build: (graph) => graph.node('transpose', { permutation: [2, 0, 3, 1], inputs: ['x'] }),
  },
  {
    name: 'expand',
    operands: { x: { shape: [3, 1] } },
    build: (graph) => graph.node('expand', { shape: [2, 3, 4], inputs: ['x'] }),
  },
  ...[
    [6, 2],
    [7, 2],
    [5, 1],
  ].map(([extent, stride]) => ({
    name: `identity shortcut 2→6, ${extent}×${extent}, stride ${stride}`,
    operands: { x: { shape: [2, 2, extent, extent] } },
    build: (graph: GraphBuilder) =>
      graph.node('identityShortcut', { stride, channels: 6, inputs: ['x'] }),
  })),
  {
    name: 'cast to whole numbers and back',
    operands: { x: { shape: [3, 5], differentiable: false } },
    build: (graph) => {
      const whole = graph.node('cast', { dtype: 'int32', inputs: ['x'] })
      return graph.node('cast', { dtype: 'float32', inputs: [whole] })
    },
  },
]

/** Batch norm of a value by its own or by given statistics. */
export function batchNormCase(shape: Shape, fromBatch: boolean): OperatorCase {
  const channels = { shape: [shape[1]] }
  return {
    name: `batch norm of [${shape}] by ${fromBatch ? 'its own' : 'given'} statistics`,
    operands: {
      x: { shape },
      scale: { ...channels, values: 'positive' },
      bias: channels,
      mean: { ...channels, differentiable: false },
      variance: { ...channels, values: 'positive', differentiable: false },
    },
    build: (graph) => appendBatchNorm(graph, 'x', fromBatch),
  }
}

/** Layer norm over the last axis. */
export function layerNormCase(shape: Shape): OperatorCase {
  const width = { shape: shape.slice(-1) }
  return {
    name: `layer norm of [${shape}]`,
    operands: { x: { shape }, scale: { ...width, values: 'positive' }, bias: width },
    build: (graph) => graph.node('layerNorm', { inputs: ['x', 'scale', 'bias'], epsilon: 1e-5 }),
  }
}

/** Softmax over the last axis. */
export function softmaxCase(shape: Shape): OperatorCase {
  return {
    name: `softmax of [${shape}]`,
    operands: { x: { shape } },
    build: (graph) => graph.node('softmax', { inputs: ['x'] }),
  }
}

const normalization: OperatorCase[] = [
  ...[
    [4, 3, 5, 5],
    [6, 4],
  ].flatMap((shape) => [false, true].map((fromBatch) => batchNormCase(shape, fromBatch))),
  layerNormCase([4, 6]),
  layerNormCase([2, 3, 6]),
]

function appendBatchNorm(graph: GraphBuilder, x: string, fromBatch: boolean): string {
  const fields = { epsilon: 1e-5, momentum: 0.1, fromBatch }
  if (!fromBatch) {
    return graph.node('batchNorm', { ...fields, inputs: [x, 'scale', 'bias', 'mean', 'variance'] })
  }
  const axes = graph.shapeOf(x).flatMap((_, axis) => (axis === 1 ? [] : [axis]))
  const statistic = { operation: 'mean', axes, keepAxes: false } as const
  const mean = graph.node('reduction', { ...statistic, inputs: [x] })
  const variance = graph.node('channelVariance', { inputs: [x, mean] })
  return graph.node('batchNorm', { ...fields, inputs: [x, 'scale', 'bias', mean, variance] })
}

const rest: OperatorCase[] = [
  softmaxCase([2, 3, 5]),
  {
    name: 'embedding',
    operands: { ids: { shape: [3, 5], values: 'ids' }, table: { shape: [VOCABULARY, 4] } },
    build: (graph) => graph.node('embedding', { inputs: ['ids', 'table'] }),
  },
  {
    name: 'token mask',
    operands: { ids: { shape: [3, 5], values: 'ids' } },
    build: (graph) => graph.node('tokenMask', { inputs: ['ids'] }),
  },
]

export const operatorCases: readonly OperatorCase[] = [
  ...elementwise,
  ...linear,
  ...convolution,
  ...residualCases(2),
  ...pooling,
  ...reduction,
  ...shaping,
  ...normalization,
  ...rest,
]

/** Name of the input that weighs the outputs of a case into one scalar. */
export const OUTPUT_WEIGHTS = 'outputWeights'

/**
 * A case as a program: outputs `value`, and `d <operand>`, the gradient of
 * Σ outputWeights · value in each differentiable operand.
 */
export function caseProgram({ operands, build }: OperatorCase): Program {
  const graph = graphBuilder('step/')
  for (const [name, { shape, values }] of Object.entries(operands)) {
    graph.input({ name, shape, dtype: values === 'ids' ? 'int32' : 'float32' })
  }
  const value = build(graph)
  graph.input({ name: OUTPUT_WEIGHTS, shape: graph.shapeOf(value), dtype: 'float32' })
  const wanted = differentiableOperands(operands)
  const gradients = differentiate(graph, value, OUTPUT_WEIGHTS, wanted)
  const outputs = Object.fromEntries([...gradients].map(([name, of]) => [`d ${name}`, of]))
  return { inputs: graph.inputs, nodes: graph.nodes, outputs: { value, ...outputs } }
}

function differentiableOperands(operands: OperatorCase['operands']): string[] {
  return Object.entries(operands)
    .filter(([, { values, differentiable = true }]) => differentiable && values !== 'ids')
    .map(([name]) => name)
}

/** Values of a program's inputs, drawn from streams named by the case and the input. */
export function caseFeeds(
  { name, operands }: OperatorCase,
  program: Program,
): Readonly<Record<string, { shape: Shape; data: Float32Array | Int32Array }>> {
  const entries = program.inputs.map((input) => {
    const draws = stream(0, 'operator-case', name, input.name).at()
    const kind = operands[input.name]?.values ?? 'normal'
    const draw = {
      normal: () => draws.normal(),
      positive: () => 0.5 + draws.uniform(),
      signs: () => draws.below(3) - 1,
      ids: () => draws.below(VOCABULARY),
    }[kind]
    const length = sizeOf(input.shape)
    const data =
      kind === 'ids' ? Int32Array.from({ length }, draw) : Float32Array.from({ length }, draw)
    return [input.name, { shape: input.shape, data }] as const
  })
  return Object.fromEntries(entries)
}
