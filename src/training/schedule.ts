import type { TrainingConfig } from '../config/training.js'
import { durationInSteps, parseDuration } from '../core/duration.js'

/**
 * Learning rate at each step t of T. The schedule gives a factor f(t/T) on the base rate: constant
 * 1; exponential factor^(t/T), which is the lab's `logspace` when factor is 0.1; cosine
 * floor + (1 − floor)(1 + cos πt/T)/2; step: times `factor` at each listed time passed. A warm-up of
 * w steps multiplies by (t + 1)/w while t < w.
 */
export function learningRateAt(
  { optimizer, schedule }: Pick<TrainingConfig, 'optimizer' | 'schedule'>,
  totalSteps: number,
  stepsPerEpoch: number,
): (step: number) => number {
  const stepsOf = (text: string): number => durationInSteps(parseDuration(text), stepsPerEpoch)
  const factorAt = decay(schedule, totalSteps, stepsOf)
  const warmup = stepsOf(schedule.warmup)
  return (step) => {
    const rise = step < warmup ? (step + 1) / warmup : 1
    return optimizer.lr * rise * factorAt(step)
  }
}

/** What of a schedule lies beyond a training of so many steps, a line each: drops that never come, a warm-up that does not end. */
export function scheduleBeyondEnd(
  schedule: TrainingConfig['schedule'],
  { totalSteps, stepsPerEpoch }: { readonly totalSteps: number; readonly stepsPerEpoch: number },
): string[] {
  const isReached = (time: string) =>
    durationInSteps(parseDuration(time), stepsPerEpoch) < totalSteps
  const late = schedule.name === 'step' ? schedule.at.filter((time) => !isReached(time)) : []
  return [
    ...(late.length === 0
      ? []
      : [
          `the learning rate does not fall at ${late.join(', ')}: training has ended (training.schedule.at)`,
        ]),
    ...(isReached(schedule.warmup)
      ? []
      : [
          `the learning rate rises until training ends: its warm-up takes ${schedule.warmup} (training.schedule.warmup)`,
        ]),
  ]
}

function decay(
  schedule: TrainingConfig['schedule'],
  totalSteps: number,
  stepsOf: (text: string) => number,
): (step: number) => number {
  switch (schedule.name) {
    case 'constant':
      return () => 1
    case 'exponential':
      return (step) => schedule.factor ** (step / totalSteps)
    case 'cosine':
      return (step) =>
        schedule.floor + ((1 - schedule.floor) * (1 + Math.cos((Math.PI * step) / totalSteps))) / 2
    case 'step': {
      const drops = schedule.at.map(stepsOf)
      return (step) => schedule.factor ** drops.filter((drop) => step >= drop).length
    }
  }
}
