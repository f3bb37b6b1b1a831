import type { Tensor } from '@tensorflow/tfjs-core'
import type { Node } from '../../graph/types.js'
import { interpretNodes } from '../interpret.js'
import type { TfKernel } from './kernels.js'
import type { Tf } from './load.js'
import { kernels } from './operators.js'

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
