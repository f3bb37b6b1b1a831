/** Learning rates of each schedule against their formulas. */
import { describe, expect, it } from 'vitest'
import type { TrainingConfig } from '../config/training.js'
import { learningRateAt, scheduleBeyondEnd } from './schedule.js'

const STEPS_PER_EPOCH = 10
const TOTAL = 100

function rateOf(schedule: TrainingConfig['schedule']): (step: number) => number {
  const optimizer = {
    name: 'sgd',
    lr: 0.1,
    momentum: 0,
    nesterov: false,
    weightDecay: 0,
  } as const
  return learningRateAt({ optimizer, schedule }, TOTAL, STEPS_PER_EPOCH)
}

describe('learning-rate schedules', () => {
  it('hold constant', () => {
    const rate = rateOf({ name: 'constant', warmup: '0ep' })
    expect([0, 50, 99].map(rate)).toEqual([0.1, 0.1, 0.1])
  })

  it('decay exponentially to the factor at the end of the run', () => {
    const rate = rateOf({ name: 'exponential', factor: 0.1, warmup: '0ep' })
    expect(rate(0)).toBe(0.1)
    expect(rate(TOTAL)).toBeCloseTo(0.01, 12)
    expect(rate(50)).toBeCloseTo(Math.sqrt(0.1 * 0.01), 12)
  })

  it('follow half a cosine down to the floor', () => {
    const rate = rateOf({ name: 'cosine', floor: 0.2, warmup: '0ep' })
    expect(rate(0)).toBeCloseTo(0.1, 12)
    expect(rate(50)).toBeCloseTo(0.06, 12)
    expect(rate(TOTAL)).toBeCloseTo(0.02, 12)
  })

  it('drop at each listed time, in epochs or steps', () => {
    const rate = rateOf({ name: 'step', at: ['3ep', '70it'], factor: 0.5, warmup: '0ep' })
    expect([29, 30, 69, 70].map(rate)).toEqual([0.1, 0.05, 0.05, 0.025])
  })

  it('rise linearly while warming up, and start above 0', () => {
    const rate = rateOf({ name: 'constant', warmup: '4it' })
    expect([0, 1, 2, 3, 4].map((step) => Number(rate(step).toFixed(6)))).toEqual([
      0.025, 0.05, 0.075, 0.1, 0.1,
    ])
  })
})

describe('what of a schedule lies beyond the end', () => {
  const length = { totalSteps: TOTAL, stepsPerEpoch: STEPS_PER_EPOCH }

  it('is told, but for times that a step reaches', () => {
    const at = ['3ep', '99it', '10ep', '101it']
    const found = scheduleBeyondEnd({ name: 'step', at, factor: 0.5, warmup: '10ep' }, length)
    expect(found).toEqual([
      'the learning rate does not fall at 10ep, 101it: training has ended (training.schedule.at)',
      'the learning rate rises until training ends: its warm-up takes 10ep (training.schedule.warmup)',
    ])
  })

  it('is nothing where all happens before', () => {
    const rate = rateOf({ name: 'step', at: ['99it'], factor: 0.5, warmup: '99it' })
    expect(rate(99)).toBe(0.05)
    expect(
      scheduleBeyondEnd({ name: 'step', at: ['99it'], factor: 0.5, warmup: '99it' }, length),
    ).toEqual([])
  })
})
