/** `comparison`: how confusing sets are compared and tested. */
import { z } from 'zod'
import { limits } from '../core/limits.js'
import { innerShare, seed, share, whole } from './fields.js'

export const comparisonSection = z
  .strictObject({
    permutations: z
      .union([z.literal('all'), whole(1).max(limits.draws)])
      .default('all')
      .describe(
        'Relabellings of the seeds: all distinct ones (20,000 at random where there are over two million), or at most this many',
      ),
    bootstrap: whole(1)
      .max(limits.draws)
      .default(2000)
      .describe(
        'Random draws for the intervals of variance shares, and for the bands of the report',
      ),
    alpha: innerShare.default(0.05).describe('Level of the tests'),
    accuracyTolerance: share
      .default(0.02)
      .describe('Pairs whose test accuracies differ by more are flagged'),
    margin: innerShare
      .default(0.1)
      .describe(
        'Smallest share of the variance of the scores that counts, both ways: "decides" needs the interval of the low share above it, "absent" below it',
      ),
    equivalence: share
      .default(0.1)
      .describe(
        '"Fully different" needs the interval of κ_J within ± this; it decides nothing else (see margin)',
      ),
    seed: seed.default(0).describe('Seed of random draws and relabellings'),
  })
  .prefault({})
  .describe('Statistics over pairs of networks')

export type ComparisonConfig = z.output<typeof comparisonSection>
