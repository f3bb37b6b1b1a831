/** What a network is once it is built: a graph, and its blocks of layers. */
import type { Graph } from '../graph/types.js'

/** A named layer with parameters, such as `conv1`: the unit of re-randomisation and of the cut. */
export interface Block {
  readonly name: string
  /** Names of its weights and statistics, such as `conv1.weight`. */
  readonly parameters: readonly string[]
}

/** An architecture made concrete for an input shape and a number of classes. */
export interface Model {
  readonly architecture: string
  /** Graph from the input `x` [batch, ...shape] to the logits [batch, classes]. */
  readonly graph: Graph
  /** Parameterised blocks from the input upwards. */
  readonly blocks: readonly Block[]
  readonly parameterCount: number
}
