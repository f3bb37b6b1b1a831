import { availableParallelism } from 'node:os'
import type { RuntimeConfig } from '../config/runtime.js'

/** Tasks that a study runs at once: as many as it says, else one a card that it names, else one a core. */
export function jobCount({ jobs, devices }: Pick<RuntimeConfig, 'jobs' | 'devices'>): number {
  return jobs === 'auto' ? (devices?.length ?? availableParallelism()) : jobs
}
