/** Computes a graph node by node in float64. */
import { inferNode, type ValueType } from '../../graph/infer.js'
import type { Node } from '../../graph/types.js'
import type { Float64Tensor, Kernel, Kernels } from './array.js'
import { convolutionKernels } from './operators/convolution.js'
import { elementwiseKernels } from './operators/elementwise.js'
import { embeddingKernels } from './operators/embedding.js'
import { linearKernels } from './operators/linear.js'
import { lossKernels } from './operators/loss.js'
import { normalizationKernels } from './operators/normalization.js'
import { poolingKernels } from './operators/pooling.js'
import { reductionKernels } from './operators/reduction.js'
import { shapingKernels } from './operators/shaping.js'
import { softmaxKernels } from './operators/softmax.js'

const kernels: Kernels<Node> = {
  ...convolutionKernels,
  ...elementwiseKernels,
  ...embeddingKernels,
  ...linearKernels,
  ...lossKernels,
  ...normalizationKernels,
  ...poolingKernels,
  ...reductionKernels,
  ...shapingKernels,
  ...softmaxKernels,
}

export type Float64Tensors = Readonly<Record<string, Float64Tensor>>

/**
 * Values of every node, in float64, from the values of inputs and parameters. Slow on purpose: it
 * is the oracle that engines are compared with.
 */
export function interpret(
  nodes: readonly Node[],
  feeds: Float64Tensors,
): Map<string, Float64Tensor> {
  const values = new Map<string, Float64Tensor>(Object.entries(feeds))
  const types = new Map<string, ValueType>()
  for (const [name, { shape }] of values) types.set(name, { shape, dtype: 'float32' })
  for (const node of nodes) {
    const type = inferNode(node, types)
    const inputs = node.inputs.map((name) => values.get(name)!)
    const kernel = kernels[node.kind] as Kernel<Node>
    values.set(node.name, { shape: type.shape, data: kernel(node, inputs, type.shape) })
    types.set(node.name, type)
  }
  return values
}
