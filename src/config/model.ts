/** `model`: the architecture that is trained, and where its low layers end. */
import { z } from 'zod'
import { limits } from '../core/limits.js'
import { architectureNames } from '../models/registry.js'
import { nonEmpty, partialShare, whole } from './fields.js'

const name = nonEmpty.describe('Unique name of the layer')

const layer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('dense'), name, units: whole(1) }),
  z.strictObject({
    type: z.literal('conv'),
    name,
    channels: whole(1),
    kernel: whole(1),
    stride: whole(1).default(1),
    padding: whole(0).default(0),
  }),
  z.strictObject({ type: z.literal('batch-norm'), name }),
  z.strictObject({ type: z.literal('layer-norm'), name }),
  ...(['relu', 'gelu', 'tanh', 'sigmoid', 'flatten', 'global-average-pool'] as const).map((type) =>
    z.strictObject({ type: z.literal(type) }),
  ),
  z.strictObject({ type: z.literal('max-pool'), size: whole(1) }),
  z.strictObject({ type: z.literal('average-pool'), size: whole(1) }),
  z.strictObject({ type: z.literal('dropout'), rate: partialShare }),
])

export const modelSection = z
  .strictObject({
    architecture: z.enum(architectureNames).describe('Network family; "custom" takes model.layers'),
    low: z
      .union([whole(1), z.array(nonEmpty).min(1)])
      .optional()
      .describe(
        'Low layers: how many parameterised layers from the input, or their names; default: the first third, rounded up',
      ),
    width: whole(1)
      .optional()
      .describe('Width of hidden layers, or channels of the first one: see below'),
    depth: whole(1).optional().describe('Number of blocks of the transformer'),
    dropout: partialShare
      .optional()
      .describe('Share of units dropped, in alexnet, vgg and the transformer'),
    head: z
      .enum(['softmax', 'binary'])
      .default('softmax')
      .describe('One logit per class, or a single logit for two classes'),
    layers: z
      .array(layer)
      .min(1)
      .max(limits.layers)
      .optional()
      .describe('Your own network, for architecture: custom'),
  })
  .describe('The network and its cut into low and high layers')

export type ModelConfig = z.output<typeof modelSection>
