/** Layers with parameters, as the architectures write them: each adds its parameters and nodes. */
import { type GraphBuilder, graphBuilder } from '../graph/builder.js'
import type { ActivationFunction } from '../graph/operators/elementwise.js'
import type { PoolingOperation } from '../graph/operators/pooling.js'
import { BATCH, type Initializer, type Parameter } from '../graph/types.js'
import type { InputDescription } from './spec.js'

/** ε of batch norm and layer norm, PyTorch's default. */
const NORM_EPSILON = 1e-5
/** Share of a batch's statistics in the running ones, PyTorch's default. */
const NORM_MOMENTUM = 0.1

/** Embeddings begin as in BERT (Devlin et al., 2019): normal, deviation 0.02. */
const embeddingInit: Initializer = { kind: 'normal', deviation: 0.02 }

/** How weights begin: PyTorch's default for its layers, or He et al.'s for deep ReLU networks. */
export type InitializationScheme = 'torch' | 'he'

interface ConvolutionOptions {
  readonly kernel: number
  readonly stride?: number
  readonly padding?: number
  /** Left out before batch norm, whose own bias takes its place. */
  readonly bias?: boolean
}

/** Adds layers to a graph; every method takes and returns the name of a value. */
export interface LayerBuilder {
  readonly graph: GraphBuilder
  readonly x: string
  dense(name: string, x: string, units: number): string
  convolution(name: string, x: string, channels: number, options: ConvolutionOptions): string
  batchNorm(name: string, x: string): string
  layerNorm(name: string, x: string): string
  /** A dense layer over the last axis of [batch, tokens, width]. */
  denseOverTokens(name: string, x: string, units: number): string
  /** Rows of a trained table by token id. */
  embedding(name: string, ids: string, rows: number, width: number): string
  /** A trained table [length, width] itself, to be added to a sequence of that length. */
  positions(name: string, length: number, width: number): string
  /** The parameter-free shortcut of ResNets (option A). */
  identityShortcut(x: string, channels: number, stride: number): string
  activation(kind: ActivationFunction, x: string): string
  pool(operation: PoolingOperation, x: string, size: number): string
  globalAveragePool(x: string): string
  add(a: string, b: string): string
  dropout(x: string, rate: number): string
  flatten(x: string): string
}

/**
 * Starts a network at its input `x`. Weights of `torch` are uniform within ±1/√fan-in (what
 * PyTorch's Linear and Conv2d draw, biases too); those of `he` are normal with variance 2/fan-in and
 * biases 0 (He, Zhang, Ren & Sun, 2015, eq. 10).
 */
export function layerBuilder(
  input: InputDescription,
  scheme: InitializationScheme = 'torch',
): LayerBuilder {
  const graph = graphBuilder()
  const x = graph.input({
    name: 'x',
    shape: [BATCH, ...input.shape],
    dtype: input.kind === 'text' ? 'int32' : 'float32',
  })
  const trainable = (name: string, shape: readonly number[], init: Initializer) =>
    graph.parameter({ name, shape, trainable: true, init })
  const weightInit = (fanIn: number): Initializer =>
    scheme === 'he'
      ? { kind: 'normal', deviation: Math.sqrt(2 / fanIn) }
      : { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) }
  const biasInit = (fanIn: number): Initializer =>
    scheme === 'he' ? constant(0) : { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) }

  const dense = (name: string, from: string, units: number) => {
    const fanIn = graph.shapeOf(from)[1]
    const weight = trainable(`${name}.weight`, [units, fanIn], weightInit(fanIn))
    const bias = trainable(`${name}.bias`, [units], biasInit(fanIn))
    return graph.node('dense', { inputs: [from, weight, bias] })
  }

  return {
    graph,
    x,
    dense,
    denseOverTokens(name, from, units) {
      const [, tokens, width] = graph.shapeOf(from)
      const flat = graph.node('reshape', { inputs: [from], shape: [BATCH, width] })
      const shape = [BATCH, tokens, units]
      return graph.node('reshape', { inputs: [dense(name, flat, units)], shape })
    },
    embedding(name, ids, rows, width) {
      const table = trainable(name, [rows, width], embeddingInit)
      return graph.node('embedding', { inputs: [ids, table] })
    },
    positions: (name, length, width) => trainable(name, [length, width], embeddingInit),
    identityShortcut: (from, channels, stride) =>
      graph.node('identityShortcut', { inputs: [from], channels, stride }),
    convolution(name, from, channels, { kernel, stride = 1, padding = 0, bias = true }) {
      const inChannels = graph.shapeOf(from)[1]
      const fanIn = inChannels * kernel * kernel
      const shape = [channels, inChannels, kernel, kernel]
      const weight = trainable(`${name}.weight`, shape, weightInit(fanIn))
      if (!bias) return graph.node('convolution', { inputs: [from, weight], stride, padding })
      const added = trainable(`${name}.bias`, [channels], biasInit(fanIn))
      return graph.node('convolution', { inputs: [from, weight, added], stride, padding })
    },
    batchNorm(name, from) {
      const shape = [graph.shapeOf(from)[1]]
      const statistic = (role: string, value: number) =>
        graph.parameter(running(`${name}.${role}`, shape, value))
      const scale = trainable(`${name}.scale`, shape, constant(1))
      const bias = trainable(`${name}.bias`, shape, constant(0))
      const mean = statistic('mean', 0)
      const variance = statistic('variance', 1)
      return graph.node('batchNorm', {
        inputs: [from, scale, bias, mean, variance],
        epsilon: NORM_EPSILON,
        momentum: NORM_MOMENTUM,
        fromBatch: false,
      })
    },
    layerNorm(name, from) {
      const shape = graph.shapeOf(from).slice(-1)
      const scale = trainable(`${name}.scale`, shape, constant(1))
      const bias = trainable(`${name}.bias`, shape, constant(0))
      return graph.node('layerNorm', { inputs: [from, scale, bias], epsilon: NORM_EPSILON })
    },
    activation: (kind, from) => graph.node('activation', { inputs: [from], function: kind }),
    pool: (operation, from, size) => graph.node('pooling', { inputs: [from], operation, size }),
    globalAveragePool: (from) =>
      graph.node('reduction', {
        inputs: [from],
        operation: 'mean',
        axes: [2, 3],
        keepAxes: false,
      }),
    add: (a, b) => graph.node('binary', { inputs: [a, b], operation: 'add' }),
    dropout: (from, rate) => (rate === 0 ? from : graph.node('dropout', { inputs: [from], rate })),
    flatten(from) {
      const shape = graph.shapeOf(from)
      if (shape.length === 2) return from
      const size = shape.slice(1).reduce((product, extent) => product * extent, 1)
      return graph.node('reshape', { inputs: [from], shape: [BATCH, size] })
    },
  }
}

function constant(value: number): Initializer {
  return { kind: 'constant', value }
}

function running(name: string, shape: readonly number[], value: number): Parameter {
  return { name, shape, trainable: false, init: constant(value) }
}
