/** Batch norm, layer norm and their gradients in float64. */
import { sizeOf } from '../../../core/tensor.js'
import type { NormalizationNode } from '../../../graph/operators/normalization.js'
import type { Shape } from '../../../graph/types.js'
import type { Float64Tensor, Kernels } from '../array.js'

/** Channel of every element of x [batch, channels, …]. */
function channelOf(shape: Shape): (index: number) => number {
  const area = sizeOf(shape.slice(2))
  return (index) => Math.floor(index / area) % shape[1]
}

export const normalizationKernels: Kernels<NormalizationNode> = {
  batchNorm({ epsilon }, [x, scale, bias, mean, variance]) {
    const channel = channelOf(x.shape)
    return x.data.map((value, index) => {
      const c = channel(index)
      const deviation = Math.sqrt(variance.data[c] + epsilon)
      return (scale.data[c] * (value - mean.data[c])) / deviation + bias.data[c]
    })
  },
  channelVariance(_node, [x, mean]) {
    const channel = channelOf(x.shape)
    const sums = new Float64Array(mean.data.length)
    x.data.forEach((value, index) => {
      sums[channel(index)] += (value - mean.data[channel(index)]) ** 2
    })
    return sums.map((sum) => (sum * sums.length) / x.data.length)
  },
  batchNormInputGradient({ epsilon, fromBatch }, inputs) {
    const [x, gradient, scale, mean, variance, scaleGradient, biasGradient] = inputs
    const channel = channelOf(x.shape)
    const count = x.data.length / mean.data.length
    return gradient.data.map((value, index) => {
      const c = channel(index)
      const inverse = 1 / Math.sqrt(variance.data[c] + epsilon)
      if (!fromBatch) return scale.data[c] * inverse * value
      const normalized = (x.data[index] - mean.data[c]) * inverse
      const means = (biasGradient.data[c] + normalized * scaleGradient.data[c]) / count
      return scale.data[c] * inverse * (value - means)
    })
  },
  batchNormScaleGradient({ epsilon }, [x, gradient, mean, variance]) {
    const channel = channelOf(x.shape)
    const sums = new Float64Array(mean.data.length)
    x.data.forEach((value, index) => {
      const c = channel(index)
      const normalized = (value - mean.data[c]) / Math.sqrt(variance.data[c] + epsilon)
      sums[c] += gradient.data[index] * normalized
    })
    return sums
  },
  layerNorm({ epsilon }, [x, scale, bias]) {
    const features = scale.data.length
    return normalizedRows(x, epsilon).normalized.map(
      (value, index) => value * scale.data[index % features] + bias.data[index % features],
    )
  },
  layerNormInputGradient({ epsilon }, [x, gradient, scale]) {
    const { normalized, inverse } = normalizedRows(x, epsilon)
    const features = scale.data.length
    const scaled = gradient.data.map((value, index) => value * scale.data[index % features])
    const out = new Float64Array(scaled.length)
    for (let start = 0; start < scaled.length; start += features) {
      let sum = 0
      let slope = 0
      for (let index = start; index < start + features; index++) {
        sum += scaled[index]
        slope += scaled[index] * normalized[index]
      }
      for (let index = start; index < start + features; index++) {
        const means = (sum + normalized[index] * slope) / features
        out[index] = (scaled[index] - means) * inverse[start / features]
      }
    }
    return out
  },
  layerNormScaleGradient({ epsilon }, [x, gradient], [features]) {
    const sums = new Float64Array(features)
    normalizedRows(x, epsilon).normalized.forEach((value, index) => {
      sums[index % features] += value * gradient.data[index]
    })
    return sums
  },
}

/** Rows along the last axis with mean 0 and variance 1, and 1/σ of each. */
function normalizedRows({ shape, data }: Float64Tensor, epsilon: number) {
  const features = shape[shape.length - 1]
  const normalized = new Float64Array(data.length)
  const inverse = new Float64Array(data.length / features)
  for (let row = 0; row < inverse.length; row++) {
    const values = data.subarray(row * features, (row + 1) * features)
    const mean = values.reduce((sum, value) => sum + value, 0) / features
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / features
    inverse[row] = 1 / Math.sqrt(variance + epsilon)
    values.forEach((value, index) => {
      normalized[row * features + index] = (value - mean) * inverse[row]
    })
  }
  return { normalized, inverse }
}
