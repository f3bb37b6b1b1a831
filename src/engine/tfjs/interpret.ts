import type { Tensor } from '@tensorflow/tfjs-core'
import { inferNode, type ValueType } from '../../graph/infer.js'
import type { Node } from '../../graph/types.js'
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
import { softmaxKernels } from './operators/softmax.js'

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
  ...softmaxKernels,
}

/** Values of every node from those of inputs and parameters; run it inside `tf.tidy`. */
export function interpret(
  tf: Tf,
  nodes: readonly Node[],
  feeds: Readonly<Record<string, Tensor>>,
): Map<string, Tensor> {
  const values = new Map<string, Tensor>(Object.entries(feeds))
  const types = new Map<string, ValueType>()
  for (const [name, { shape }] of values) types.set(name, { shape, dtype: 'float32' })
  for (const node of nodes) {
    const type = inferNode(node, types)
    const inputs = node.inputs.map((name) => values.get(name)!)
    const kernel = kernels[node.kind] as TfKernel<Node>
    values.set(node.name, kernel(tf, node, inputs, type.shape))
    types.set(node.name, type)
  }
  return values
}
