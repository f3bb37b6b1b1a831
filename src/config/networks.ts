import { z } from 'zod'
import { architectureNames } from '../models/registry.js'
import { seed, whole } from './fields.js'

const layerNames = z.array(z.string().min(1)).min(1)

const regimeName = /^(init|frozen-random|trained-frozen|trained-warm|rewind@(\d+(\.\d+)?ep|\d+it))$/

/** How low and high layers are re-drawn, frozen or trained. */
export const regime = z
  .string()
  .regex(regimeName, 'init, frozen-random, trained-frozen, trained-warm or rewind@5ep')
  .meta({
    anyOf: [
      { enum: ['init', 'frozen-random', 'trained-frozen', 'trained-warm'] },
      { pattern: '^rewind@(\\d+(\\.\\d+)?ep|\\d+it)$' },
    ],
  })
  .describe(
    'init: both start from their seeds, all is trained. frozen-random: the low layers stay as drawn. ' +
      'trained-frozen / trained-warm: the low layers come from a trained network and are frozen / ' +
      'trained on. rewind@5ep: from that network at 5 epochs',
  )

const seeds = (values: number[]) => z.array(seed).min(1).prefault(values)

const grid = z
  .strictObject({
    low: seeds([0, 1, 2]).describe('Seeds of the low layers'),
    high: seeds([0, 1, 2]).describe('Seeds of the high layers'),
    order: seeds([0]).describe('Seeds of the order of samples, crossed with low and high'),
    repeats: whole(1)
      .default(3)
      .describe('Networks with further order seeds, for each low = high pair of the diagonal'),
    regimes: z.array(regime).min(1).prefault(['init']),
    cuts: z
      .array(z.union([whole(1), layerNames]))
      .min(1)
      .optional()
      .describe('Sweep over what counts as low; default: model.low alone'),
    architectures: z
      .array(z.enum(architectureNames))
      .min(1)
      .optional()
      .describe('Further architectures with the same low layers, for each low seed'),
  })
  .describe('Networks with crossed seeds of low and high layers')

const listed = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/, 'letters, digits, "-", "_" and "." only'),
  seed: seed.optional().describe('Seed of everything that is drawn afresh'),
  seeds: z
    .strictObject({ low: seed.optional(), high: seed.optional(), order: seed.optional() })
    .optional()
    .describe('Separate seeds; each overrides seed'),
  from: z.string().optional().describe('Name of the network that this one is derived from'),
  rerandomize: z
    .union([z.enum(['low', 'high', 'all']), layerNames])
    .optional()
    .describe('Layers drawn afresh with the new seed; the others are as in "from"'),
  architecture: z
    .enum(architectureNames)
    .optional()
    .describe('Another architecture; takes over the low layers of "from" where shapes agree'),
  regime: regime.default('init'),
})

/** With no `networks` at all, a study is the default grid. */
export const networksSection = z
  .strictObject({
    grid: grid.optional(),
    list: z.array(listed).min(1).optional().describe('Networks one by one'),
  })
  .refine((networks) => networks.grid !== undefined || networks.list !== undefined, {
    message: 'needs "grid", "list" or both',
  })
  .prefault({ grid: {} })
  .describe('Which networks a study compares')

export type NetworksConfig = z.output<typeof networksSection>
export type GridConfig = z.output<typeof grid>
export type ListedNetwork = z.output<typeof listed>
