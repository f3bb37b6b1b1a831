import { availableParallelism } from 'node:os'
import type { RuntimeConfig } from '../config/runtime.js'

/** As many tasks as there is memory for, of those that are asked for, and one at least; `each` takes so many bytes. */
export function jobsInMemory(asked: number, each: number, available: number): number {
  return Math.max(1, Math.min(asked, Math.floor(available / each)))
}

/** Tasks that a study runs at once: as many as it says, else one a card that it names, else one a core. */
export function jobCount({ jobs, devices }: Pick<RuntimeConfig, 'jobs' | 'devices'>): number {
  return jobs === 'auto' ? (devices?.length ?? availableParallelism()) : jobs
}
