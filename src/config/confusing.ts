/** `confusing`: the score of a sample, the set it makes, and how far both are trusted. */
import { z } from 'zod'
import { limits } from '../core/limits.js'
import { innerShare, positive, seed, share, whole } from './fields.js'

const fraction = innerShare
  .default(0.1)
  .describe('Share of the analysed samples that are called confusing')

const set = z
  .discriminatedUnion('rule', [
    z.strictObject({ rule: z.literal('top').default('top'), fraction }),
    z.strictObject({
      rule: z.literal('mad'),
      factor: positive.default(3).describe('Score > median + factor · 1.4826 · MAD'),
    }),
    z.strictObject({ rule: z.literal('absolute'), threshold: z.number().describe('Score > this') }),
    z.strictObject({ rule: z.literal('otsu') }),
  ])
  .prefault({ rule: 'top' })

const reliability = z
  .strictObject({
    players: z
      .boolean()
      .default(false)
      .describe('Recompute under another set of players; left out where there is no other set'),
    baseline: z
      .boolean()
      .default(false)
      .describe(
        'Recompute under another baseline: blur for images, else mean, or zero beside mean; {damp: 0.5} where that would be the same',
      ),
    salience: z.boolean().default(true).describe('Recompute with τ halved and doubled'),
    tieBreak: z.boolean().default(true).describe('Recompute under the other tie-break'),
    minimum: share.default(0.5).describe('ICC below which comparisons are flagged as unreliable'),
  })
  .prefault({})
  .describe('How far scores depend on choices of the analysis')

const references = z
  .strictObject({
    networks: whole(0)
      .max(limits.networks)
      .default(3)
      .describe(
        'Reference networks trained for each architecture that the study trains; 0: only those from elsewhere (networks.files[].reference)',
      ),
    trainedOn: z
      .enum(['test'])
      .default('test')
      .describe('What they are trained on: the test samples alone, with their own labels'),
    seed: seed.default(0).describe('Seed of their weights and of their order of samples'),
    agree: z
      .enum(['any', 'majority', 'all'])
      .default('any')
      .describe(
        'In how many of them an interaction must be salient to be generalizable: one, more than half, or all',
      ),
    sign: z
      .enum(['ignore', 'same'])
      .default('ignore')
      .describe('Whether its sign there must be the same'),
    form: z
      .enum(['share', 'strength'])
      .default('share')
      .describe(
        'Score nongeneralizable: the share of salient strength that is not generalizable, or that strength itself',
      ),
  })
  .describe(
    'Networks that say which interactions are generalizable: those that are salient there too. With them orders.csv, agreement.csv and references.csv tell of it, whatever the score; the score nongeneralizable has them by default',
  )

export const confusingSection = z
  .strictObject({
    score: z
      .enum([
        'offset-complexity',
        'nongeneralizable',
        'nongeneralizable-mass',
        'high-order-share',
        'cancellation',
      ])
      .default('offset-complexity')
      .describe('How confusing a sample is; formulas in docs/method.md'),
    offsetScope: z
      .enum(['per-order', 'global'])
      .default('per-order')
      .describe(
        'Whether offsetting is looked for within each order or across orders. Signs that alternate from order to order, as in parity of an odd number of players, cancel across orders only: per-order scores them 0',
      ),
    phase: z
      .enum(['end', 'delta'])
      .default('end')
      .describe(
        'Score at the end, or its growth since the overfitting phase began (since the first analysed checkpoint where there is no such phase)',
      ),
    set: set.describe('Which samples are confusing, given their scores'),
    extremes: z
      .number()
      .min(0)
      .max(0.5)
      .default(0.1)
      .describe(
        'Share of samples called hard and easy, by loss at the phase boundary or, without one, in the middle of training',
      ),
    references: references.optional(),
    reliability,
  })
  .prefault({})
  .describe('Score and set of confusing samples')

export type ConfusingConfig = z.output<typeof confusingSection>
export type ReferencesConfig = z.output<typeof references>
