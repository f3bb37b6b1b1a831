import { durationInSteps } from '../core/duration.js'
import { InputError } from '../core/errors.js'
import type { Regime } from './types.js'

/** The low layers of another network early in its training (lottery-ticket rewinding). */
export const rewind: Regime = {
  name: 'rewind',
  timed: true,
  summary: 'the low layers come from a network after that much training and are trained on',
  shared: 'low layers taken from early in another training',
  side: 'low',
  freezes: false,
  donorStep: ({ stepsPerEpoch, totalSteps }, at) => {
    const step = durationInSteps(at!, stepsPerEpoch)
    if (step <= totalSteps) return step
    throw new InputError(
      `regime rewind: step ${step} lies after the end of training (${totalSteps} steps)`,
    )
  },
}
