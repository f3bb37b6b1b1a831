/** Times that a configuration lists, as training steps of a network. */
import { durationInSteps, parseDuration } from '../core/duration.js'
import { InputError } from '../core/errors.js'
import { uniqueSorted } from '../core/uniqueSorted.js'
import type { StudyNetwork } from './types.js'

/** Steps of a network that a list of times names, ascending; the end is always among them. */
export function listedSteps(
  times: readonly string[],
  { stepsPerEpoch, totalSteps }: StudyNetwork['spec'],
): number[] {
  const named = times.map((time) => durationInSteps(parseDuration(time), stepsPerEpoch))
  return uniqueSorted([...named, totalSteps])
}

/** Throws InputError where a network keeps no checkpoint at one of the listed times. */
export function checkListedTimes(
  times: readonly string[],
  networks: readonly StudyNetwork[],
): void {
  for (const { name, spec } of networks) {
    const { checkpointSteps, totalSteps } = spec
    const listed = listedSteps(times, spec)
    const missing = listed.find((step) => !checkpointSteps.includes(step))
    if (missing === undefined) continue
    const possible = listed.filter((step) => step <= totalSteps).join(', ')
    throw new InputError(
      `analysis.checkpoints: network "${name}" keeps no checkpoint at step ${missing}; there are ` +
        `${checkpointSteps.join(', ')}. List times of these, or keep others: ` +
        `training.checkpoints: { steps: [${possible}] }`,
    )
  }
}
