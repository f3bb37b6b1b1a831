/** The scale of what a model is fed, which shows whether a preprocessing is missing. */
import { sizeOf } from '../../core/tensor.js'

interface FedRange {
  readonly min: number
  readonly max: number
  readonly mean: number
  /** The same by channel or feature. */
  readonly channels: readonly Omit<FedRange, 'channels'>[]
}

/** Least, largest and mean value of inputs [count, ...shape], whole and by channel (or feature). */
export function fedRange(inputs: readonly Float32Array[], shape: readonly number[]): FedRange {
  const [count] = shape
  const plane = sizeOf(shape.slice(1))
  const min = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  const max = new Float64Array(count).fill(Number.NEGATIVE_INFINITY)
  const sum = new Float64Array(count)
  let cells = 0
  for (const values of inputs) {
    for (let start = 0; start < values.length; start += plane) {
      const channel = (start / plane) % count
      for (let cell = start; cell < start + plane; cell++) {
        const value = values[cell]
        if (value < min[channel]) min[channel] = value
        if (value > max[channel]) max[channel] = value
        sum[channel] += value
      }
    }
    cells += values.length
  }
  const each = cells / count
  return {
    min: Math.min(...min),
    max: Math.max(...max),
    mean: sum.reduce((total, part) => total + part, 0) / cells,
    channels: Array.from(sum, (total, channel) => ({
      min: min[channel],
      max: max[channel],
      mean: total / each,
    })),
  }
}

/** Channels whose ranges are said one by one. */
const NAMED = 4

/** A line that says it. */
export function describeRange({ min, max, mean, channels }: FedRange, isImage: boolean): string {
  const show = (value: number) => `${Number(value.toPrecision(4))}`
  const whole = `values from ${show(min)} to ${show(max)}, mean ${show(mean)}`
  const parts = channels.map(
    (part) => `${show(part.min)} to ${show(part.max)}, mean ${show(part.mean)}`,
  )
  const detail =
    isImage && channels.length > 1 && channels.length <= NAMED
      ? ` (by channel: ${parts.join('; ')})`
      : ''
  return `models are fed ${whole}${detail}; compare that with what they were trained on (data.standardize changes it; analyze: --mean and --std)`
}
