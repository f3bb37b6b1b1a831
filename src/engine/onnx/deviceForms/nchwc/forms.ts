/** All operators that can be written in NCHWc, the blocked layout of images that ONNX Runtime has on CPUs. */
import type { Node } from '../../../../graph/types.js'
import type { Emission, LayoutForms } from '../../emission.js'
import { nchwcConvolution, nchwcInputGradient, nchwcWeightGradient } from './convolution.js'
import { nchwcActivation, nchwcActivationGradient, nchwcBinary } from './elementwise.js'
import { joinActivations } from './fusion.js'
import { type NchwcEmitter, type NchwcEmitters, nchwcEmission } from './layout.js'
import {
  nchwcBatchNorm,
  nchwcBatchNormInputGradient,
  nchwcBatchNormScaleGradient,
  nchwcChannelVariance,
} from './normalization.js'
import { nchwcMaxPoolingGradient, nchwcPooling } from './pooling.js'
import { nchwcReduction } from './reduction.js'

/** What is written in the NCHWc layout; all other nodes read and write the plain one. */
const emitters: NchwcEmitters = {
  convolution: nchwcConvolution,
  convolutionInputGradient: nchwcInputGradient,
  convolutionWeightGradient: nchwcWeightGradient,
  activation: nchwcActivation,
  activationGradient: nchwcActivationGradient,
  binary: nchwcBinary,
  pooling: nchwcPooling,
  maxPoolingGradient: nchwcMaxPoolingGradient,
  reduction: nchwcReduction,
  batchNorm: nchwcBatchNorm,
  channelVariance: nchwcChannelVariance,
  batchNormInputGradient: nchwcBatchNormInputGradient,
  batchNormScaleGradient: nchwcBatchNormScaleGradient,
}

/** What is written in the layout, with `block` channels to a block, of the nodes of one program. */
export function nchwcForms(to: Emission, block: number): LayoutForms {
  const emission = nchwcEmission(to)
  return {
    write(node) {
      const emitter = emitters[node.kind] as NchwcEmitter<Node> | undefined
      return emitter?.(node, emission, block) ?? false
    },
    toPlain: emission.toPlain,
    joined: joinActivations,
  }
}
