/** The loss of a batch, for several classes or for two, in float64. */
import type { LossNode } from '../../../graph/operators/loss.js'
import type { Float64Tensor, Kernels } from '../array.js'

export const lossKernels: Kernels<LossNode> = {
  loss({ function: kind }, [logits, targets]) {
    const total = kind === 'binary' ? binaryLoss(logits, targets) : crossEntropy(logits, targets)
    return Float64Array.of(total / logits.shape[0])
  },
}

function crossEntropy(logits: Float64Tensor, targets: Float64Tensor): number {
  const [, classes] = logits.shape
  let total = 0
  for (let start = 0; start < logits.data.length; start += classes) {
    const row = logits.data.subarray(start, start + classes)
    const largest = row.reduce((most, value) => Math.max(most, value), -Infinity)
    const sum = row.reduce((sofar, value) => sofar + Math.exp(value - largest), 0)
    const logSum = largest + Math.log(sum)
    row.forEach((logit, column) => {
      total -= targets.data[start + column] * (logit - logSum)
    })
  }
  return total
}

function binaryLoss(logits: Float64Tensor, targets: Float64Tensor): number {
  return logits.data.reduce((total, logit, index) => {
    const linear = Math.max(logit, 0) - logit * targets.data[index]
    return total + linear + Math.log1p(Math.exp(-Math.abs(logit)))
  }, 0)
}
