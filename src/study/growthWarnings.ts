/** Networks whose scores cannot grow, where the study asks for their growth. */
import type { ExperimentConfig } from '../config/schema.js'
import { firstNames } from '../core/firstNames.js'
import { boundaryCheckpoint } from '../training/phases/checkpoints.js'
import type { KeptAnalysis } from './network.js'

/**
 * That of some networks the last analysed checkpoint is the nearest to t*, so that the growth of every score from there to the end is 0
 * (`confusing.phase: delta`). Empty where plain scores are asked for.
 */
export function growthWarnings(
  analyses: readonly Pick<KeptAnalysis, 'network' | 'checkpoints' | 'phases'>[],
  { confusing }: Pick<ExperimentConfig, 'confusing'>,
): string[] {
  if (confusing.phase !== 'delta') return []
  const still = analyses.filter(({ checkpoints, phases }) => {
    const steps = checkpoints.map(({ step }) => step)
    return boundaryCheckpoint(steps, phases) === steps[steps.length - 1]
  })
  if (still.length === 0) return []
  const names = firstNames(still.map(({ network }) => network.name))
  return [
    `of ${names} the last analysed checkpoint is the nearest to t*, so that no score grows (confusing.phase: delta): analyse more checkpoints ` +
      'near t* (analysis.checkpoints, training.checkpoints), or train longer',
  ]
}
