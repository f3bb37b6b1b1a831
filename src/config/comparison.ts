/** `comparison`: how confusing sets are compared and tested. */
import { z } from 'zod'
import { innerShare, seed, share, whole } from './fields.js'

export const comparisonSection = z
  .strictObject({
    permutations: z
      .union([z.literal('all'), whole(1)])
      .default('all')
      .describe(
        'Relabellings of the seeds: all distinct ones (100,000 at random where there are over two million), or at most this many',
      ),
    bootstrap: whole(1)
      .default(2000)
      .describe('Bootstrap draws of the samples, for intervals of variance shares and of κ_J'),
    alpha: innerShare.default(0.05).describe('Level of the tests'),
    accuracyTolerance: share
      .default(0.02)
      .describe('Pairs whose test accuracies differ by more are flagged'),
    equivalence: share
      .default(0.1)
      .describe(
        'Smallest effect that counts: it must be ruled out for "not reproduced"; "fully different" needs the interval of κ_J within ± this',
      ),
    seed: seed.default(0).describe('Seed of bootstraps and random relabellings'),
  })
  .prefault({})
  .describe('Statistics over pairs of networks')
