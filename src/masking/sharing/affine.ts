import { BATCH, type Graph, type Node } from '../../graph/types.js'

/**
 * The values that are affine functions of `source`, batch element by batch element, as long as no
 * other path leads to them: sums over coalitions may be taken before instead of after them.
 */
export function affineValues(graph: Graph, source: string): ReadonlySet<string> {
  const affine = new Set([source])
  const other = new Set<string>()
  for (const node of graph.nodes) {
    const reads = node.inputs.filter((input) => affine.has(input))
    if (reads.length === 0 && !node.inputs.some((input) => other.has(input))) continue
    const all = node.inputs.every((input) => !other.has(input))
    if (all && reads.length > 0 && isAffine(node, reads)) affine.add(node.name)
    else other.add(node.name)
  }
  affine.delete(source)
  return affine
}

/** Whether a node is affine in the inputs `reads`, which are affine themselves. */
function isAffine(node: Node, reads: readonly string[]): boolean {
  switch (node.kind) {
    case 'convolution':
    case 'dense':
      return reads.length === 1 && reads[0] === node.inputs[0]
    case 'batchNorm':
      return !node.fromBatch && reads.length === 1 && reads[0] === node.inputs[0]
    case 'binary':
      if (node.operation === 'add' || node.operation === 'subtract') return true
      return reads.length === 1 && (node.operation === 'multiply' || reads[0] === node.inputs[0])
    case 'pooling':
      return node.operation === 'average'
    case 'reshape':
      return node.shape[0] === BATCH
    case 'reduction':
      return !node.axes.includes(0)
    case 'transpose':
      return node.permutation[0] === 0
    case 'affine':
    case 'dropout':
    case 'identityShortcut':
      return true
    default:
      return false
  }
}
