/** Detectors of the overfitting phase on curves of known truth, and against brute force. */
import { describe, expect, it } from 'vitest'
import { stream } from '../../core/random.js'
import { simulatedCurve } from '../../testing/simulatedCurve.js'
import { boundaryCheckpoint, difficultyCheckpoint, phaseCheckpoints } from './checkpoints.js'
import { detectPhases, phaseAt } from './detect.js'
import { runningMedian } from './gap.js'
import { hingeFitter } from './hingeFit.js'
import { defaultPhaseOptions, type LossPoint, type PhaseOptions } from './types.js'

const hinge = { ...defaultPhaseOptions, bootstrap: 300 } as PhaseOptions
const minimum: PhaseOptions = { detector: 'min-test-loss', smoothing: 3 }
const threshold: PhaseOptions = {
  detector: 'threshold',
  labels: 'given',
  smoothing: 3,
  rise: 0.05,
  deviations: 3,
  hold: 3,
}

/** 60 epochs of 16 steps, log-spaced; the gap by log(1 + epoch), with noise. */
function curveOf(gapAt: (time: number) => number, noise = 0, seed = 0, count = 12): LossPoint[] {
  const generator = stream(seed, 'curve').at()
  return Array.from({ length: count }, (_, index) => {
    const epoch = index === 0 ? 0 : 60 ** (index / (count - 1))
    const time = Math.log1p(epoch)
    const trainLoss = 2.3 * Math.exp(-time)
    const testLoss = trainLoss + gapAt(time) + noise * generator.normal()
    return { step: Math.round(16 * epoch), epoch, trainLoss, testLoss }
  })
}

const rising = (time: number) => 0.3 * Math.max(0, time - 2)
const dipping = (time: number) => rising(time) - 0.1 * Math.exp(-((time - 1) ** 2))

describe('hinge', () => {
  it('recovers the boundary of a noiseless hinge', () => {
    const result = detectPhases(curveOf(rising, 0, 0, 40), hinge)
    expect(result.overfitting).toBe(true)
    expect(Math.abs(Math.log1p(result.boundary?.epoch ?? 0) - 2)).toBeLessThan(0.06)
    expect(result.boundary?.step).toBeCloseTo(16 * (result.boundary?.epoch ?? 0), -1)
  })

  it('gives the boundary an interval that mostly covers the true one', () => {
    let covered = 0
    for (let seed = 0; seed < 60; seed++) {
      const { boundaryInterval } = detectPhases(curveOf(rising, 0.02, seed, 24), hinge, seed)
      const truth = 16 * Math.expm1(2)
      if (boundaryInterval === undefined) continue
      const { low, high } = boundaryInterval
      expect(high).toBeGreaterThanOrEqual(low)
      if (low <= truth && truth <= high) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(51)
  })

  it('gives the least squared error of all hinges on its grid (brute force)', () => {
    const curve = curveOf(dipping, 0.02, 7)
    const times = curve.map((point) => Math.log1p(point.epoch))
    const gap = runningMedian(
      curve.map((point) => point.testLoss - point.trainLoss),
      3,
    )
    let best = Number.POSITIVE_INFINITY
    let bestSlope = 0
    for (let index = 0; index + 2 < times.length; index++) {
      for (const share of index + 3 < times.length ? [0, 0.25, 0.5, 0.75] : [0]) {
        const knot = times[index] + share * (times[index + 1] - times[index])
        const heights = times.map((time) => Math.max(0, time - knot))
        // Normal equations of g = a + b·h.
        const sums = heights.reduce(
          (all, h, i) => [all[0] + h, all[1] + h * h, all[2] + gap[i], all[3] + h * gap[i]],
          [0, 0, 0, 0],
        )
        const determinant = times.length * sums[1] - sums[0] ** 2
        const slope = (times.length * sums[3] - sums[0] * sums[2]) / determinant
        const intercept = (sums[2] - slope * sums[0]) / times.length
        const error = heights.reduce((sum, h, i) => sum + (gap[i] - intercept - slope * h) ** 2, 0)
        if (error >= best) continue
        best = error
        bestSlope = slope
      }
    }
    const fitted = hingeFitter(Float64Array.from(times))(Float64Array.from(gap))
    expect(fitted.slope).toBeCloseTo(bestSlope, 10)
  })

  it('finds the rise in noise, after a dip too, and never in a gap that shrinks', () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(detectPhases(curveOf(rising, 0.02, seed), hinge, seed).overfitting).toBe(true)
      expect(detectPhases(curveOf(dipping, 0.02, seed), hinge, seed).overfitting).toBe(true)
      const shrinking = curveOf((time) => -0.05 * time, 0.02, seed)
      expect(detectPhases(shrinking, hinge, seed).overfitting).toBe(false)
    }
  })

  it('sees a phase in at most a few of 100 flat noisy gaps', () => {
    let found = 0
    for (let seed = 0; seed < 100; seed++) {
      if (
        detectPhases(
          curveOf(() => 0, 0.02, seed),
          hinge,
          seed,
        ).overfitting
      )
        found++
    }
    // The interval is two-sided at 95%: 2.5 of 100 expected.
    expect(found).toBeLessThanOrEqual(7)
  })

  it.each([
    [12, 0.9],
    [24, 0.6],
  ])(
    'holds its level on %s points with noise of correlation %s, and sees a large rise',
    (points, rho) => {
      const options = { ...hinge, bootstrap: 199 } as PhaseOptions
      const found = (rise: number, curves: number) =>
        Array.from({ length: curves }, (_, seed) =>
          detectPhases(simulatedCurve({ points, rho, rise }, seed), options, seed),
        ).filter(({ overfitting }) => overfitting === true).length
      // 2.5% are 3.75; more than 10 have a chance of 1 in 500.
      expect(found(0, 150)).toBeLessThanOrEqual(10)
      expect(found(15, 20)).toBeGreaterThanOrEqual(19)
    },
  )

  it('takes the loss on true labels where every point has it, and says which it took', () => {
    // Noise that is learnt by heart lowers the loss on given labels; the loss on true ones stays above it.
    const curve = curveOf(rising, 0.01, 1, 24).map((point, index) => ({
      ...point,
      trainLoss: point.trainLoss + 2 * rising(Math.log1p(point.epoch)),
      trueLabelLoss: point.trainLoss,
      index,
    }))
    const given = { ...hinge, labels: 'given' } as PhaseOptions
    expect(detectPhases(curve, hinge)).toMatchObject({ overfitting: true, labels: 'true' })
    expect(detectPhases(curve, given)).toMatchObject({ overfitting: false, labels: 'given' })
    const before = curve.map(({ trueLabelLoss: _, ...point }) => point)
    const mixed = [...before.slice(0, 3), ...curve.slice(3)]
    expect(detectPhases(mixed, hinge)).toEqual(detectPhases(mixed, given))
  })

  it('is the same for the same seed, and does not call rounding a rise', () => {
    const curve = curveOf(rising, 0.05, 3)
    expect(detectPhases(curve, hinge, 5)).toEqual(detectPhases(curve, hinge, 5))
    const rounding = curveOf((time) => 1e-15 * time)
    expect(detectPhases(rounding, hinge).overfitting).toBe(false)
    expect(
      detectPhases(
        curveOf(() => 0),
        hinge,
      ).reason,
    ).toMatch(/does not rise/)
  })
})

describe('the other detectors', () => {
  it('take the minimum of the test loss, unless it is the end', () => {
    const curve = curveOf(rising)
    const lowest = curve.reduce((best, point) => (point.testLoss < best.testLoss ? point : best))
    const result = detectPhases(curve, { ...minimum, smoothing: 1 } as PhaseOptions)
    expect(result.boundary).toEqual({ step: lowest.step, epoch: lowest.epoch })
    expect(
      detectPhases(
        curveOf(() => 0),
        minimum,
      ),
    ).toMatchObject({ overfitting: false })
  })

  it('take the first point from which the gap stays above its minimum', () => {
    const curve = Array.from({ length: 12 }, (_, epoch) => ({
      step: epoch * 10,
      epoch,
      trainLoss: 1,
      testLoss: 1 + Math.max(0, epoch - 5) * 0.1,
    }))
    // Range 0.6, so the gap must exceed 0.03: from epoch 6 on.
    expect(detectPhases(curve, threshold).boundary).toEqual({ step: 60, epoch: 6 })
    const spike = curve.map((point) => ({ ...point, testLoss: point.epoch === 5 ? 2 : 1 }))
    expect(detectPhases(spike, { ...threshold, smoothing: 1 } as PhaseOptions)).toMatchObject({
      overfitting: false,
      boundary: undefined,
    })
  })
})

describe('phases', () => {
  it('need points, and leave out losses that are not finite', () => {
    expect(detectPhases([], hinge).reason).toMatch(/0 evaluation points; at least 6/)
    expect(detectPhases(curveOf(rising, 0, 0, 5), hinge)).toMatchObject({
      overfitting: undefined,
      boundary: undefined,
    })
    const broken = curveOf(rising, 0, 0, 20).map((point, index) =>
      index === 4 ? { ...point, testLoss: Number.NaN } : point,
    )
    expect(detectPhases(broken, hinge).overfitting).toBe(true)
  })

  it('assign every step', () => {
    const result = detectPhases(curveOf(rising, 0, 0, 40), hinge)
    expect(phaseAt(0, result)).toBe('learning')
    expect(phaseAt(960, result)).toBe('overfitting')
    for (const step of [38.3, 37.6, 38]) {
      const found = { ...result, boundary: { step, epoch: 1 } }
      expect([37, 38, 39].map((at) => phaseAt(at, found))).toEqual([
        'learning',
        'learning',
        'overfitting',
      ])
    }
    expect(
      phaseAt(
        960,
        detectPhases(
          curveOf(() => 0),
          hinge,
        ),
      ),
    ).toBe('learning')
  })

  it('begin at the checkpoint nearest to t*, or at the first without one', () => {
    const none = detectPhases([], hinge)
    const at = (step: number) => ({ ...none, boundary: { step, epoch: 1 } })
    expect(boundaryCheckpoint([0, 10, 100], at(40))).toBe(10)
    expect(boundaryCheckpoint([0, 10, 100], at(60))).toBe(100)
    expect(boundaryCheckpoint([0, 10, 100], at(55))).toBe(10)
    expect(boundaryCheckpoint([3, 10], none)).toBe(3)
  })

  it('tell hard from easy at the checkpoint nearest to t*, or to the middle without one', () => {
    const none = detectPhases([], hinge)
    const steps = [0, 10, 40, 100]
    expect(difficultyCheckpoint(steps, { ...none, boundary: { step: 90, epoch: 1 } })).toBe(100)
    expect(difficultyCheckpoint(steps, none)).toBe(40)
    expect(difficultyCheckpoint([100], none)).toBe(100)
    // An untrained network knows no hard samples.
    expect(difficultyCheckpoint([0, 24], none)).toBe(24)
    expect(difficultyCheckpoint(steps, { ...none, boundary: { step: 2, epoch: 1 } })).not.toBe(0)
    expect(difficultyCheckpoint([0], none)).toBe(0)
  })

  it('choose the checkpoints to analyse', () => {
    const curve = Array.from({ length: 13 }, (_, epoch) => ({
      step: epoch * 10,
      epoch,
      trainLoss: 1,
      testLoss: 1 + Math.max(0, epoch - 4) * 0.125,
    }))
    const result = {
      labels: 'given',
      overfitting: true,
      boundary: { step: 40, epoch: 4 },
      reason: '',
    } as const
    const steps = curve.map((point) => point.step)
    // The final gap is 1; half of it is reached at epoch 8.
    expect(phaseCheckpoints(steps, curve, result, 3)).toEqual([0, 20, 40, 80, 120])
    expect(phaseCheckpoints([0, 120], curve, result, 3)).toEqual([0, 120])
    const none = { ...result, overfitting: false, boundary: undefined }
    expect(phaseCheckpoints(steps, curve, none, 3)).toEqual([0, 60, 120])
    expect(phaseCheckpoints([], curve, result, 3)).toEqual([])
  })
})

describe('running median', () => {
  it('removes a spike and keeps a monotone curve', () => {
    expect([...runningMedian([1, 2, 9, 4, 5], 3)]).toEqual([1, 2, 4, 5, 5])
    expect([...runningMedian([1, 2, 3, 4], 5)]).toEqual([1, 2, 3, 4])
    expect([...runningMedian([3, 1], 1)]).toEqual([3, 1])
  })
})
