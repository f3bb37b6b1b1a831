import type { NodeProto } from './format.js'

/**
 * The nodes with those first that do not depend on the value `data`, the batch: transforms of weights
 * and the parts of their update that need no gradient. ONNX Runtime works back from the results and, of
 * a node's inputs, has the one whose node stands later in the file computed first. So what stands first is
 * computed last, just before it is read; else it would be held in memory from the start of the step.
 */
export function weightsFirst(nodes: readonly NodeProto[], data: string): NodeProto[] {
  const dependent = new Set([data])
  const ofWeights: NodeProto[] = []
  const ofData: NodeProto[] = []
  for (const node of nodes) {
    if (node.input.some((name) => dependent.has(name))) {
      for (const name of node.output) dependent.add(name)
      ofData.push(node)
    } else {
      ofWeights.push(node)
    }
  }
  return [...ofWeights, ...ofData]
}
