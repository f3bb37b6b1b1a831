import { z } from 'zod'
import { whole } from './fields.js'

/** Never changes ids or, beyond floating-point noise, results. */
export const runtimeSection = z
  .strictObject({
    engine: z
      .enum(['auto', 'onnx', 'tfjs', 'reference'])
      .default('auto')
      .describe('auto is onnx; tfjs and the float64 reference are second opinions'),
    device: z
      .enum(['auto', 'cpu', 'webgpu', 'cuda'])
      .default('auto')
      .describe('auto: a GPU that computes as the CPU does, and faster (docs/gpu-and-batch.md)'),
    jobs: z
      .union([z.literal('auto'), whole(1)])
      .default('auto')
      .describe('Processes at once; auto: one a core'),
  })
  .prefault({})
  .describe(
    'Where and how it runs. Part of no id: what is stored is kept whatever made it, though another device rounds differently and trains other networks',
  )

export type RuntimeConfig = z.output<typeof runtimeSection>
