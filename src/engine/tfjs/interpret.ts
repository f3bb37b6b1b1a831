import type { Tensor } from '@tensorflow/tfjs-core'
import type { Node } from '../../graph/types.js'
import { interpretNodes } from '../interpret.js'
import type { TfKernel, TfKernels } from './kernels.js'
import type { Tf } from './load.js'
import { convolutionKernels } from './operators/convolution.js'
import { elementwiseKernels } from './operators/elementwise.js'
import { embeddingKernels } from './operators/embedding.js'
import { linearKernels } from './operators/linear.js'
import { lossKernels } from './operators/loss.js'
import { normalizationKernels } from './operators/normalization.js'
import { poolingKernels } from './operators/pooling.js'
import { reductionKernels } from './operators/reduction.js'
import { shapingKernels } from './operators/shaping.js'

const kernels: TfKernels<Node> = {
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

/** Values of every node from those of inputs and parameters; run it inside `tf.tidy`. */
export function interpret(
  tf: Tf,
  nodes: readonly Node[],
  feeds: Readonly<Record<string, Tensor>>,
): Map<string, Tensor> {
  return interpretNodes<Tensor>(nodes, feeds, (node, inputs, shape) => {
    const kernel = kernels[node.kind] as TfKernel<Node> | undefined
    if (kernel !== undefined) return kernel(tf, node, inputs, shape)
    throw new Error(`tfjs derives gradients itself and has no ${node.kind} ("${node.name}")`)
  })
}
