import type { BlockedEmitters } from '../emission.js'
import { blockedConvolution, blockedInputGradient, blockedWeightGradient } from './convolution.js'
import { blockedActivation, blockedActivationGradient, blockedBinary } from './elementwise.js'
import {
  blockedBatchNorm,
  blockedBatchNormInputGradient,
  blockedBatchNormScaleGradient,
  blockedChannelVariance,
} from './normalization.js'
import { blockedMaxPoolingGradient, blockedPooling } from './pooling.js'
import { blockedReduction } from './reduction.js'

/** What is written in the blocked layout; all other nodes read and write the plain one. */
export const blockedEmitters: BlockedEmitters = {
  convolution: blockedConvolution,
  convolutionInputGradient: blockedInputGradient,
  convolutionWeightGradient: blockedWeightGradient,
  activation: blockedActivation,
  activationGradient: blockedActivationGradient,
  binary: blockedBinary,
  pooling: blockedPooling,
  maxPoolingGradient: blockedMaxPoolingGradient,
  reduction: blockedReduction,
  batchNorm: blockedBatchNorm,
  channelVariance: blockedChannelVariance,
  batchNormInputGradient: blockedBatchNormInputGradient,
  batchNormScaleGradient: blockedBatchNormScaleGradient,
}
