/** Computes a graph node by node in float64. */
import type { Node } from '../../graph/types.js'
import { interpretNodes } from '../interpret.js'
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
  return interpretNodes(nodes, feeds, (node, inputs, shape) => {
    const kernel = kernels[node.kind] as Kernel<Node>
    return { shape, data: kernel(node, inputs, shape) }
  })
}
