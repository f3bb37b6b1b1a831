/** The section `runtime` of a configuration: engine, devices, processes, cluster. */
import { z } from 'zod'
import { whole } from './fields.js'
import { slurmSection } from './slurm.js'

/** An NVIDIA card by CUDA's number for it. */
const card = z
  .string()
  .regex(/^cuda:(0|[1-9]\d*)$/, 'write cuda:0, cuda:1 …') as unknown as z.ZodType<
  `cuda:${number}`,
  string
>

/** Never changes ids or, beyond floating-point noise, results. */
export const runtimeSection = z
  .strictObject({
    engine: z
      .enum(['auto', 'onnx', 'tfjs', 'reference'])
      .default('auto')
      .describe('auto is onnx; tfjs and the float64 reference are second opinions'),
    device: z
      .union([z.enum(['auto', 'cpu', 'webgpu', 'cuda']), card])
      .default('auto')
      .describe(
        'auto: a GPU that computes as the CPU does, and faster (docs/gpu-and-batch.md); cuda:1 is one of several NVIDIA cards',
      ),
    devices: z
      .array(card)
      .min(1)
      .optional()
      .describe(
        'Several NVIDIA cards, such as [cuda:0, cuda:1], in place of device: each works on one network at a time',
      ),
    jobs: z
      .union([z.literal('auto'), whole(1)])
      .default('auto')
      .describe(
        'Processes at once; auto: one per core, or one per card of devices; fewer where memory, or that of the GPU, is for fewer',
      ),
    slurm: slurmSection,
  })
  .prefault({})
  .describe(
    'Where and how it runs. Part of no id: what is stored is kept whatever made it, though another device rounds differently and trains other networks',
  )

export type RuntimeConfig = z.output<typeof runtimeSection>
