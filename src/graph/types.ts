/**
 * The network IR: a graph of typed nodes as plain data. A node has one output, known by the node's
 * name; nodes stand in topological order. Operators live by family in `operators/`, where each has
 * its node type and its shape rule; engines, the reference and the gradients follow the same
 * families.
 */
import type { ConvolutionNode } from './operators/convolution.js'
import type { ElementwiseNode } from './operators/elementwise.js'
import type { EmbeddingNode } from './operators/embedding.js'
import type { LinearNode } from './operators/linear.js'
import type { LossNode } from './operators/loss.js'
import type { NormalizationNode } from './operators/normalization.js'
import type { PoolingNode } from './operators/pooling.js'
import type { ReductionNode } from './operators/reduction.js'
import type { ShapingNode } from './operators/shaping.js'

/** Extents of a value's axes; {@link BATCH} stands for the number of samples, unknown until run. */
export type Shape = readonly number[]

/** The extent of the batch axis in a graph that accepts any number of samples. */
export const BATCH = -1

export type ElementType = 'float32' | 'int32'

/** What every node has. `inputs` name graph inputs, parameters or earlier nodes. */
export interface NodeBase {
  readonly kind: string
  readonly name: string
  readonly inputs: readonly string[]
}

export type Node =
  | ConvolutionNode
  | ElementwiseNode
  | EmbeddingNode
  | LinearNode
  | LossNode
  | NormalizationNode
  | PoolingNode
  | ReductionNode
  | ShapingNode

export type NodeKind = Node['kind']

/** The node type of a kind. */
export type NodeOf<Kind extends NodeKind> = Extract<Node, { readonly kind: Kind }>

export interface GraphInput {
  readonly name: string
  readonly shape: Shape
  readonly dtype: ElementType
  /** Whether its values are 0 and 1 only, which the graph may rely on. */
  readonly isBinary?: boolean
}

/** How a parameter's first value is drawn. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  /** Uniform in [−bound, bound). */
  | { readonly kind: 'uniform'; readonly bound: number }
  /** Normal with mean 0. */
  | { readonly kind: 'normal'; readonly deviation: number }

/** A weight (trainable) or a running statistic (not). */
export interface Parameter {
  /** `<block>.<…>.<role>`, such as `conv1.weight`: the first segment names the block. */
  readonly name: string
  readonly shape: Shape
  readonly trainable: boolean
  readonly init: Initializer
}

/** A network (or any function of named inputs) in evaluation mode, with one output. */
export interface Graph {
  readonly inputs: readonly GraphInput[]
  readonly parameters: readonly Parameter[]
  readonly nodes: readonly Node[]
  /** Name of the node whose value the graph returns. */
  readonly output: string
}

/** A function of named inputs with several named outputs, such as a whole training step. */
export interface Program {
  readonly inputs: readonly GraphInput[]
  readonly nodes: readonly Node[]
  /** Output name → name of the value that it returns. */
  readonly outputs: Readonly<Record<string, string>>
}

/** The block that a parameter belongs to: `conv1` of `conv1.norm.scale`. */
export function blockOf(parameter: string): string {
  const dot = parameter.indexOf('.')
  return dot < 0 ? parameter : parameter.slice(0, dot)
}
