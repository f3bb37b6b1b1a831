/** `phases`: how the end of the learning phase is found in the curves. */
import { z } from 'zod'
import { innerShare, positive, share, whole } from './fields.js'

const smoothing = whole(1).default(3).describe('Width of the running median, in evaluation points')

const labels = z
  .enum(['true', 'given'])
  .default('true')
  .describe(
    'Training loss in the gap: of the samples whose label the label noise left as it was, like those of the test split, or of all with the labels that training saw; without label noise both are the same',
  )

export const phasesSection = z
  .discriminatedUnion('detector', [
    z
      .strictObject({
        detector: z.literal('hinge').default('hinge'),
        labels,
        smoothing,
        bootstrap: whole(39)
          .default(1000)
          .describe(
            'Simulated curves of the test of the rise, and bootstraps of the interval of t*',
          ),
        level: innerShare
          .default(0.95)
          .describe(
            'Level of the interval of t*; the test of the rise has the level (1 − level)/2',
          ),
      })
      // The smallest p that so many simulated curves can give is 1/(bootstrap + 1).
      .refine(({ bootstrap, level }) => 2 <= (bootstrap + 1) * (1 - level) * (1 + 1e-9), {
        path: ['bootstrap'],
        error: ({ input }) =>
          `too few for phases.level: no rise could be found with less than ${Math.ceil(2 / (1 - (input as { level: number }).level) - 1e-6) - 1}`,
      }),
    z.strictObject({ detector: z.literal('min-test-loss'), smoothing }),
    z.strictObject({
      detector: z.literal('threshold'),
      labels,
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
