import { sizeOf } from '../../core/tensor.js'
import type { ValueTypes } from '../../graph/infer.js'
import type { Graph, Node } from '../../graph/types.js'

/**
 * A rough model of time on one core, in nanoseconds, from which {@link planStages} chooses. Only the
 * ratios matter, and only where two plans are close; measured on one Xeon core with ONNX Runtime.
 */

/** One multiply-add of a convolution. */
const CONVOLUTION_COST = 0.035
/** One multiply-add of a matrix product over a batch. */
const PRODUCT_COST = 0.02
/** One element through an activation, a sum or a pooling window. */
const ELEMENT_COST = 0.25
/** One element of a table written for the next stage. */
export const TABLE_COST = 1
/** One row of a table looked up, and one of its elements copied. */
const ROW_COST = 10
const COPY_COST = 1

/**
 * Cost of the first value of one coalition: a matrix product over `rows` rows, or, with 0 rows, a
 * look-up of every position of a feature map [channels, height, width].
 */
export function joinCost(shape: readonly number[], rows: number): number {
  const size = sizeOf(shape)
  if (rows > 0) return size * rows * PRODUCT_COST
  return (size / shape[0]) * ROW_COST + size * COPY_COST
}

/** Cost of all nodes that depend on `masked`, up to and with each of them, for one coalition. */
export function nodeCosts(graph: Graph, types: ValueTypes, masked: string): Map<string, number> {
  const dependent = new Map([[masked, 0]])
  let total = 0
  for (const node of graph.nodes) {
    if (!node.inputs.some((input) => dependent.has(input))) continue
    total += nodeCost(node, types)
    dependent.set(node.name, total)
  }
  return dependent
}

function nodeCost(node: Node, types: ValueTypes): number {
  const size = (value: string) => sizeOf(types.get(value)?.shape ?? [])
  const output = size(node.name)
  switch (node.kind) {
    case 'convolution': {
      const [filters] = types.get(node.inputs[1])?.shape ?? [1]
      return (output * size(node.inputs[1]) * CONVOLUTION_COST) / filters
    }
    case 'dense':
      return size(node.inputs[1]) * PRODUCT_COST
    case 'matrixProduct': {
      const shape = types.get(node.inputs[0])?.shape ?? []
      const inner = shape[shape.length - (node.transposeA ? 2 : 1)]
      return output * inner * PRODUCT_COST
    }
    case 'reshape':
    case 'dropout':
      return 0
    case 'batchNorm':
      return output * ELEMENT_COST
    default:
      return Math.max(output, size(node.inputs[0])) * ELEMENT_COST
  }
}
