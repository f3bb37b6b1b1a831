import type { Graph, Node } from './types.js'

/**
 * A network cut in two at one value: `lower` computes the value from the network's inputs, `upper`
 * the network's output from the value (and from whatever inputs it still reads, such as token ids).
 * Nodes keep their names and order; parameters that a part does not read are left out.
 */

/** The part of a graph that computes `value`. */
export function lowerGraph(graph: Graph, value: string): Graph {
  return trimmed({ ...graph, output: value }, graph.nodes)
}

/**
 * The nodes of a graph that compute its output once `value` is known, with the parameters and
 * inputs that they read besides.
 */
export function nodesAbove(graph: Graph, value: string): Graph {
  return trimmed(
    graph,
    graph.nodes.filter((node) => node.name !== value),
    value,
  )
}

/** Keeps what the output depends on; `given` is known from elsewhere. */
function trimmed(graph: Graph, candidates: readonly Node[], given?: string): Graph {
  const needed = new Set([graph.output])
  const nodes: Node[] = []
  for (const node of [...candidates].reverse()) {
    if (!needed.has(node.name)) continue
    nodes.unshift(node)
    for (const input of node.inputs) needed.add(input)
  }
  return {
    inputs: graph.inputs.filter(({ name }) => needed.has(name) && name !== given),
    parameters: graph.parameters.filter(({ name }) => needed.has(name)),
    nodes,
    output: graph.output,
  }
}

/**
 * Values through which every path from the graph's inputs to its output runs, in order, from an
 * only input (if there is one) to the output. A network can be cut at each of them.
 */
export function cutValues(graph: Graph): string[] {
  const position = new Map<string, number>()
  for (const { name } of graph.inputs) position.set(name, -1)
  for (const [index, node] of graph.nodes.entries()) position.set(node.name, index)
  const lastUse = lastUses(graph)
  const cuts: string[] = []
  let open = Math.max(-1, ...graph.inputs.map(({ name }) => lastUse.get(name) ?? -1))
  if (graph.inputs.length === 1) cuts.push(graph.inputs[0].name)
  for (const [index, node] of graph.nodes.entries()) {
    if (!node.inputs.some((input) => position.has(input))) continue
    if (open <= index) cuts.push(node.name)
    open = Math.max(open, lastUse.get(node.name) ?? index)
  }
  return cuts
}

/** Index of the last node that reads each value. */
function lastUses(graph: Graph): Map<string, number> {
  const last = new Map<string, number>()
  for (const [index, node] of graph.nodes.entries()) {
    for (const input of node.inputs) last.set(input, index)
  }
  return last
}

/** A node that goes by another name and reads values by other names. */
export function withNames(node: Node, renamed: (name: string) => string): Node {
  return Object.assign({ ...node }, { name: renamed(node.name), inputs: node.inputs.map(renamed) })
}
