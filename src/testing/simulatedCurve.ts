/** For tests: loss curves of which it is known where overfitting begins. */
import { stream } from '../core/random.js'
import { correlatedNoise } from '../training/phases/autocorrelation.js'
import type { LossPoint } from '../training/phases/types.js'

/** A curve whose truth is known. */
export interface SimulatedCurve {
  readonly points: number
  /** Correlation of the noise of neighbouring points. */
  readonly rho: number
  /** How much the gap rises in all, in standard deviations of the noise; it begins to at RISE_FROM. */
  readonly rise: number
}

/** Epochs of the curve, as log-spaced evaluation has them. */
const EPOCHS = 60

/** Where the rise begins, log(1 + epoch). */
export const RISE_FROM = 2

/** Losses whose gap is flat, then a rise along log(1 + epoch), plus autoregressive Gaussian noise. */
export function simulatedCurve({ points, rho, rise }: SimulatedCurve, seed: number): LossPoint[] {
  const noise = correlatedNoise(points, rho, stream(seed, 'simulated curve').at())
  const end = Math.log1p(EPOCHS)
  return Array.from({ length: points }, (_, index) => {
    const epoch = index === 0 ? 0 : EPOCHS ** (index / (points - 1))
    const height = Math.max(0, Math.log1p(epoch) - RISE_FROM) / (end - RISE_FROM)
    const trainLoss = 1
    return {
      step: Math.round(16 * epoch),
      epoch,
      trainLoss,
      testLoss: trainLoss + 0.02 * (rise * height + noise[index]),
    }
  })
}
