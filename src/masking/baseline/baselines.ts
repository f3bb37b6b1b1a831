import { InputError } from '../../core/errors.js'
import { contentId, type Json, sha256 } from '../../core/hash.js'
import { bytesOf, concatenated, sizeOf } from '../../core/tensor.js'
import type { Dataset } from '../../data/types.js'
import type { Baseline } from '../types.js'

/** Baselines: docs/method.md, "Players, masking, baselines". All values are in network-input units. */

function constantBaseline(name: string, values: Float32Array): Baseline {
  const fingerprint = contentId({ name, values: sha256(bytesOf(values)) })
  return { fingerprint, valuesFor: () => values }
}

function sampleBaseline(
  name: string,
  settings: Json,
  valuesFor: (x: Float32Array) => Float32Array,
): Baseline {
  return { fingerprint: contentId({ name, settings }), valuesFor }
}

/** b = 0 in network-input units (the lab's `zero`). */
export function zeroBaseline(shape: readonly number[]): Baseline {
  return constantBaseline('zero', new Float32Array(sizeOf(shape)))
}

/** b = the given mean of its channel, feature or embedding dimension: {@link ChannelMoments}. */
export function meansBaseline(shape: readonly number[], means: ArrayLike<number>): Baseline {
  return constantBaseline('mean', spread(means, shape))
}

/** b = values that were learned, one per cell. */
export function learnedBaseline(values: Float32Array): Baseline {
  return constantBaseline('learned', values)
}

/** Mean and (population) standard deviation by channel. */
export interface Moments {
  readonly means: Float32Array
  readonly deviations: Float32Array
}

/**
 * Moments of values over all samples so far, per channel for images [C, H, W], per feature for [F]
 * and per embedding dimension for texts [T, E]; means are near 0 when the data are standardised.
 */
export class ChannelMoments {
  private readonly channels: Int32Array
  private readonly sums: Float64Array
  private readonly squares: Float64Array
  private samples = 0

  constructor(shape: readonly number[]) {
    this.channels = channelIndex(shape)
    this.sums = new Float64Array(channelsOf(shape))
    this.squares = new Float64Array(this.sums.length)
  }

  /** Takes in whole samples, [count, ...shape]. */
  add(values: Float32Array): void {
    const size = this.channels.length
    for (let start = 0; start < values.length; start += size) {
      for (let cell = 0; cell < size; cell++) {
        const value = values[start + cell]
        this.sums[this.channels[cell]] += value
        this.squares[this.channels[cell]] += value * value
      }
      this.samples++
    }
  }

  result(): Moments {
    if (this.samples === 0) throw new InputError('baseline "mean" needs a training sample')
    const count = (this.samples * this.channels.length) / this.sums.length
    const means = Float32Array.from(this.sums, (sum) => sum / count)
    const deviations = Float32Array.from(this.squares, (square, channel) => {
      return Math.sqrt(Math.max(0, square / count - (this.sums[channel] / count) ** 2))
    })
    return { means, deviations }
  }
}

/** Means and deviations of the channels of the training inputs of a data set. */
export function inputMoments({ shape, train }: Pick<Dataset, 'shape' | 'train'>): Moments {
  const moments = new ChannelMoments(shape)
  moments.add(train.inputs)
  return moments.result()
}

/**
 * Largest standard error of the mean of a channel or feature over its training samples, in standard deviations of its
 * values: s/√N over the samples' own means, divided by that deviation (1/√N for a feature; less for a channel whose
 * pixels average out). Undefined where nothing varies or there is one sample.
 */
export function meanUncertainty({
  shape,
  train,
}: Pick<Dataset, 'shape' | 'train'>): number | undefined {
  if (train.count < 2) return undefined
  const channels = channelIndex(shape)
  const groups = channelsOf(shape)
  const cells = channels.length / groups
  const means = new Float64Array(groups)
  for (const [at, value] of train.inputs.entries()) {
    means[channels[at % channels.length]] += value / (cells * train.count)
  }
  const spread = new Float64Array(groups)
  const spreadOfMeans = new Float64Array(groups)
  const own = new Float64Array(groups)
  for (let start = 0; start < train.inputs.length; start += channels.length) {
    own.fill(0)
    for (const [cell, channel] of channels.entries()) {
      const deviation = train.inputs[start + cell] - means[channel]
      spread[channel] += deviation ** 2 / (cells * train.count)
      own[channel] += deviation / cells
    }
    for (const [channel, deviation] of own.entries()) spreadOfMeans[channel] += deviation ** 2
  }
  const errors = Array.from(spreadOfMeans, (square, channel) =>
    spread[channel] > 0 ? Math.sqrt(square / (train.count - 1) / train.count / spread[channel]) : 0,
  )
  const largest = errors.reduce((most, error) => Math.max(most, error), 0)
  return largest > 0 ? largest : undefined
}

/** Extent of the axis whose entries have a mean each: the last of [T, E], else the first. */
function channelsOf(shape: readonly number[]): number {
  return shape.length === 2 ? shape[1] : shape[0]
}

/** Channel of every cell of a tensor [C, H, W], [F] or [T, E]. */
function channelIndex(shape: readonly number[]): Int32Array {
  const channels = channelsOf(shape)
  const plane = sizeOf(shape) / channels
  return Int32Array.from({ length: sizeOf(shape) }, (_, cell) =>
    shape.length === 2 ? cell % channels : Math.floor(cell / plane),
  )
}

/** One value a channel, for every cell. */
export function spread(values: ArrayLike<number>, shape: readonly number[]): Float32Array {
  return Float32Array.from(channelIndex(shape), (channel) => values[channel])
}

/**
 * b from given constants: one value per channel or feature, or one per cell. Throws InputError on other
 * lengths and on values that are not finite; `source` names them in messages.
 */
export function constantsBaseline(
  shape: readonly number[],
  values: ArrayLike<number>,
  source: string,
): Baseline {
  const size = sizeOf(shape)
  const groups = channelsOf(shape)
  if (values.length !== size && values.length !== groups) {
    throw new InputError(
      `${source}: ${values.length} baseline values; a sample of shape [${shape.join(', ')}] needs ` +
        (groups === size ? `${size}` : `${groups} (one per channel) or ${size} (one per pixel)`),
    )
  }
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) {
      throw new InputError(`${source}: baseline value ${index} is ${values[index]}`)
    }
  }
  const cells = values.length === size ? Float32Array.from(values) : spread(values, shape)
  return constantBaseline('constants', cells)
}

/** One baseline for the first `size` cells of a sample, another one for those behind. */
export function joinedBaseline(first: Baseline, second: Baseline, size: number): Baseline {
  const fingerprints = [first.fingerprint, second.fingerprint]
  return sampleBaseline('joined', fingerprints, (x) =>
    concatenated([first.valuesFor(x.subarray(0, size)), second.valuesFor(x.subarray(size))]),
  )
}

/** b = λx: players are damped instead of removed (the lab's `damp_λ`). */
export function dampBaseline(factor: number): Baseline {
  return sampleBaseline(`damp ${factor}`, factor, (x) => x.map((value) => factor * value))
}

/**
 * b = Gaussian blur of the sample with standard deviation `sigma` pixels, channel by channel; pixels
 * beyond the border repeat the border's. Throws InputError for samples that are no image.
 */
export function blurBaseline(shape: readonly number[], sigma: number): Baseline {
  if (shape.length !== 3) {
    throw new InputError(`baseline "blur" needs images, not samples of shape [${shape.join(', ')}]`)
  }
  if (!(sigma > 0)) throw new InputError(`baseline "blur" needs a positive sigma, not ${sigma}`)
  const [channels, height, width] = shape
  const kernel = gaussianKernel(sigma)
  return sampleBaseline(`blur ${sigma}`, sigma, (x) => {
    const rowsDone = blurLines(x, kernel, channels * height, width, width, 1, height * width)
    return blurLines(rowsDone, kernel, channels * width, height, 1, width, height * width)
  })
}

/** Weights of a Gaussian out to 3σ, summing to 1. */
function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.ceil(3 * sigma)
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, index) =>
    Math.exp(-((index - radius) ** 2) / (2 * sigma * sigma)),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/**
 * Convolves `lines` lines of `length` cells. Line l of a channel starts at its l-th multiple of
 * `lineStride`; cells of a line are `stride` apart; channels are `plane` apart.
 */
function blurLines(
  x: Float32Array,
  kernel: Float64Array,
  lines: number,
  length: number,
  lineStride: number,
  stride: number,
  plane: number,
): Float32Array {
  const blurred = new Float32Array(x.length)
  const radius = (kernel.length - 1) / 2
  const linesPerChannel = plane / length
  for (let line = 0; line < lines; line++) {
    const channel = Math.floor(line / linesPerChannel)
    const start = channel * plane + (line % linesPerChannel) * lineStride
    for (let at = 0; at < length; at++) {
      let sum = 0
      for (let tap = -radius; tap <= radius; tap++) {
        const from = Math.min(length - 1, Math.max(0, at + tap))
        sum += kernel[tap + radius] * x[start + from * stride]
      }
      blurred[start + at * stride] = sum
    }
  }
  return blurred
}
