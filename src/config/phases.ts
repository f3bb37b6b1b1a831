/** `phases`: how the end of the learning phase is found in the curves. */
import { z } from 'zod'
import { innerShare, positive, share, whole } from './fields.js'

const smoothing = whole(1).default(3).describe('Width of the running median, in evaluation points')

export const phasesSection = z
  .discriminatedUnion('detector', [
    z.strictObject({
      detector: z.literal('hinge').default('hinge'),
      smoothing,
      bootstrap: whole(1).default(1000).describe('Residual bootstraps of the interval'),
      level: innerShare.default(0.95).describe('Level of the interval of the slope'),
    }),
    z.strictObject({ detector: z.literal('min-test-loss'), smoothing }),
    z.strictObject({
      detector: z.literal('threshold'),
      smoothing,
      rise: share
        .default(0.05)
        .describe('Rise of the gap above its minimum, as a share of its range'),
      deviations: positive
        .default(3)
        .describe(
          '… or this many standard deviations of the noise of the curve, whichever is more',
        ),
      hold: whole(1).default(3).describe('Points in a row that must lie above'),
    }),
  ])
  .prefault({ detector: 'hinge' })
  .describe('Where the overfitting phase begins')
