import { z } from 'zod'
import { whole } from './fields.js'

/** Never changes ids or, beyond floating-point noise, results. */
export const runtimeSection = z
  .strictObject({
    engine: z.enum(['auto', 'onnx', 'tfjs', 'reference']).default('auto'),
    device: z.enum(['auto', 'cpu', 'webgpu', 'cuda']).default('auto'),
    jobs: z
      .union([z.literal('auto'), whole(1)])
      .default('auto')
      .describe('Processes at once; auto: one a core'),
  })
  .prefault({})
  .describe('Where and how it runs; changes no result')

export type RuntimeConfig = z.output<typeof runtimeSection>
