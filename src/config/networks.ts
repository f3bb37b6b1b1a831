/** The section `networks` of a configuration: grids of seeds, lists, and networks from elsewhere. */
import { z } from 'zod'
import { architectureNames } from '../models/registry.js'
import { regimes } from '../regimes/registry.js'
import { cellName, fileName, nonEmpty, seed, whole } from './fields.js'
import { axisLayouts, outputKinds } from './modelWords.js'

const layerNames = z.array(nonEmpty).min(1)

/** What stands after "@" of a timed regime. */
const time = '(\\d+(\\.\\d+)?ep|\\d+it)'
const plainRegimes = regimes.filter(({ timed }) => !timed).map(({ name }) => name)
const timedRegimes = regimes.filter(({ timed }) => timed).map(({ name }) => name)
const timedPattern = `^(${timedRegimes.join('|')})@${time}$`
const shownNames = regimes.map(({ name, timed }) => (timed ? `${name}@5ep` : name))

/** How low and high layers are re-drawn, frozen or trained. */
export const regime = z
  .string()
  .regex(
    new RegExp(`^(${plainRegimes.join('|')})$|${timedPattern}`),
    `${shownNames.slice(0, -1).join(', ')} or ${shownNames.at(-1)}`,
  )
  .meta({ anyOf: [{ enum: plainRegimes }, { pattern: timedPattern }] })
  .describe(regimes.map(({ summary }, index) => `${shownNames[index]}: ${summary}`).join('. '))

const seeds = (values: number[]) => z.array(seed).min(1).prefault(values)

const grid = z
  .strictObject({
    low: seeds([0, 1, 2]).describe('Seeds of the low layers'),
    high: seeds([0, 1, 2]).describe('Seeds of the high layers'),
    order: seeds([0]).describe('Seeds of the order of samples, crossed with low and high'),
    repeats: whole(1)
      .default(3)
      .describe(
        'Order seeds in all on the diagonal (first low with first high seed, second with second, …): 1 adds no network, 3 add two per pair',
      ),
    regimes: z
      .array(regime)
      .min(1)
      .prefault(['init'])
      .describe('As networks.list[].regime; each gives a grid of its own'),
    donors: whole(1)
      .default(1)
      .describe(
        'Trained networks per seed that lend layers, in regimes that take some over; with 2 or more, what they learned can be told from the seed that they began with',
      ),
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
  name: fileName,
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

/** In which order a feature map inside such a network has its axes. */
const mapLayouts = ['nchw', 'nhwc'] as const

/** What a user says of an ONNX file where it does not say it itself. */
const reading = {
  input: nonEmpty.optional().describe('Input of the model, where it has several'),
  output: nonEmpty.optional().describe('Output with the scores, where it has several'),
  outputKind: z.enum(outputKinds).optional().describe('What the outputs are'),
  layout: z.enum(axisLayouts).optional().describe('Order of the axes that the model takes'),
  layer: nonEmpty
    .optional()
    .describe('Tensor of its graph that is masked, where it has another name than players.layer'),
  layerLayout: z
    .enum(mapLayouts)
    .optional()
    .describe('Order of the axes of that tensor, a feature map; nchw (channels first) by default'),
  classes: z
    .array(z.coerce.string())
    .min(1)
    .optional()
    .describe('Class names in the order of the outputs'),
}

/** The keys of that. */
export const modelKeys = Object.keys(reading) as readonly (keyof typeof reading)[]

/** A network from elsewhere, in `files` or as a row of `table`. */
export const givenNetwork = z.strictObject({
  name: fileName,
  path: nonEmpty
    .optional()
    .describe(
      'ONNX file, or a series of checkpoints: {epoch} or {step} stands for the number in the name of the file or of a folder',
    ),
  values: nonEmpty
    .optional()
    .describe(
      'v(S) that another tool computed on the analysed samples: .npy or .npz, [samples, 2^n]',
    ),
  low: seed.optional().describe('Seed of the initial low layers: equal seeds, equal layers'),
  high: seed.optional().describe('Seed of the initial high layers'),
  order: seed.default(0).describe('Seed of the order of the training samples'),
  architecture: cellName.default('onnx').describe('Its name; only equal ones are crossed'),
  regime: regime.default('init'),
  lowLayers: z
    .array(cellName)
    .min(1)
    .optional()
    .describe(
      'Low layers: weights of these names, or that start with these and a dot, are compared',
    ),
  stepsPerEpoch: z.number().positive().optional().describe('Optimiser steps per epoch, for {step}'),
  curve: nonEmpty
    .optional()
    .describe('CSV with step, split, metric, value; by default losses are measured'),
  reference: z
    .boolean()
    .optional()
    .describe(
      'A reference (confusing.references) for networks of this architecture, and no member of the study',
    ),
  ...reading,
})

/** With no `networks` at all, a study is the default grid. */
export const networksSection = z
  .strictObject({
    grid: grid.optional(),
    list: z.array(listed).min(1).optional().describe('Networks one by one'),
    files: z.array(givenNetwork).min(1).optional().describe('Networks from elsewhere, as files'),
    table: nonEmpty.optional().describe('CSV with the columns of networks.files[]'),
  })
  .refine((networks) => Object.values(networks).some((part) => part !== undefined), {
    message: 'needs "grid", "list", "files" or "table"',
  })
  .prefault({ grid: {} })
  .describe('Which networks a study compares')

export type NetworksConfig = z.output<typeof networksSection>
export type GivenNetworkConfig = z.output<typeof givenNetwork>

/** Whether a study trains networks itself, for which it needs a model. */
export function trainsNetworks({ grid, list }: NetworksConfig): boolean {
  return grid !== undefined || list !== undefined
}
