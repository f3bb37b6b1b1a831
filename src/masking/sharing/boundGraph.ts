import type { Tensor, Tensors } from '../../core/tensor.js'
import type { Graph, Node } from '../../graph/types.js'
import { withNames } from '../evaluation/cutGraph.js'
import { constant } from './stageGraph.js'

/** A graph with the values of its parameters. */
export interface BoundGraph {
  readonly graph: Graph
  readonly parameters: Tensors
}

/** The graph with a known value in place of an input. */
export function withConstant(
  { graph, parameters }: BoundGraph,
  input: string,
  value: Tensor,
): BoundGraph {
  return {
    graph: {
      ...graph,
      inputs: graph.inputs.filter(({ name }) => name !== input),
      parameters: [...graph.parameters, constant(input, value.shape)],
    },
    parameters: { ...parameters, [input]: value },
  }
}

/**
 * Two graphs as one: `upper` takes the output of `lower`, in the shape that it expects, as its input
 * `joint`. Other inputs keep their names; nodes and parameters of `lower` get names of their own.
 */
export function chained(lower: BoundGraph, upper: BoundGraph, joint: string): BoundGraph {
  const [below, above] = [lower.graph, upper.graph]
  const own = new Set([...below.nodes, ...below.parameters].map(({ name }) => name))
  const renamed = (name: string) => (own.has(name) ? `below.${name}` : name)
  const nodes = below.nodes.map((node) => withNames(node, renamed))
  const taken = above.inputs.find(({ name }) => name === joint)
  if (taken === undefined) throw new Error(`no input "${joint}" to chain at`)
  const value = renamed(below.output)
  const join: Node = {
    kind: 'reshape',
    name: `${value}.joined`,
    inputs: [value],
    shape: taken.shape,
  }
  const joined = above.nodes.map((node) =>
    withNames(node, (name) => (name === joint ? join.name : name)),
  )
  return {
    graph: {
      inputs: [...below.inputs, ...above.inputs.filter((each) => each !== taken)],
      parameters: [
        ...below.parameters.map((each) => ({ ...each, name: renamed(each.name) })),
        ...above.parameters,
      ],
      nodes: [...nodes, join, ...joined],
      output: above.output,
    },
    parameters: {
      ...Object.fromEntries(
        Object.entries(lower.parameters).map(([name, value]) => [renamed(name), value]),
      ),
      ...upper.parameters,
    },
  }
}
