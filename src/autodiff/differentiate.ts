/** Reverse-mode differentiation of graphs: adds the nodes that compute gradients. */
import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/types.js'
import { convolutionGradients } from './rules/convolution.js'
import { elementwiseGradients } from './rules/elementwise.js'
import { embeddingGradients } from './rules/embedding.js'
import { linearGradients } from './rules/linear.js'
import { normalizationGradients } from './rules/normalization.js'
import { poolingGradients } from './rules/pooling.js'
import { reductionGradients } from './rules/reduction.js'
import { shapingGradients } from './rules/shaping.js'
import type { GradientRule, GradientRules } from './rules.js'

const gradientRules: GradientRules<Node> = {
  ...convolutionGradients,
  ...elementwiseGradients,
  ...embeddingGradients,
  ...linearGradients,
  ...normalizationGradients,
  ...poolingGradients,
  ...reductionGradients,
  ...shapingGradients,
}

/**
 * Reverse-mode differentiation: from the gradient of a scalar in `output`, the gradients of that
 * scalar in each of the `wanted` inputs and parameters. Appends the gradient nodes to the graph and
 * returns the names of their values. Nodes that lead to nothing wanted get no gradient; a wanted
 * value that the output does not depend on is missing in the result.
 */
export function differentiate(
  graph: GraphBuilder,
  output: string,
  outputGradient: string,
  wanted: readonly string[],
): ReadonlyMap<string, string> {
  const forward = [...graph.nodes]
  const needed = dependents(forward, wanted)
  const gradients = new Map<string, string>([[output, outputGradient]])
  const accumulate = (value: string, gradient: string) => {
    const sofar = gradients.get(value)
    const total =
      sofar === undefined
        ? gradient
        : graph.node('binary', { operation: 'add', inputs: [sofar, gradient] })
    gradients.set(value, total)
  }
  for (const node of forward.reverse()) {
    const gradient = gradients.get(node.name)
    if (gradient === undefined || !needed.has(node.name)) continue
    const rule = gradientRules[node.kind] as GradientRule<Node> | undefined
    if (rule === undefined) throw new Error(`no gradient goes through ${node.kind} "${node.name}"`)
    const ofInputs = rule(node, gradient, graph)
    node.inputs.forEach((input, index) => {
      const ofInput = ofInputs[index]
      if (ofInput !== undefined && needed.has(input)) accumulate(input, ofInput())
    })
  }
  return new Map(wanted.flatMap((name) => entry(gradients, name)))
}

/** The wanted values and every node that depends on one of them. */
function dependents(nodes: readonly Node[], wanted: readonly string[]): ReadonlySet<string> {
  const found = new Set(wanted)
  for (const node of nodes) {
    if (node.inputs.some((input) => found.has(input))) found.add(node.name)
  }
  return found
}

function entry(gradients: ReadonlyMap<string, string>, name: string): [string, string][] {
  const gradient = gradients.get(name)
  return gradient === undefined ? [] : [[name, gradient]]
}
