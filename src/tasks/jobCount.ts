import { availableParallelism } from 'node:os'
import type { RuntimeConfig } from '../config/runtime.js'
import type { Plan } from '../plan/types.js'

/** As many tasks as there is memory for, of those that are asked for, and one at least; `each` takes so many bytes. */
export function jobsInMemory(asked: number, each: number, available: number): number {
  return Math.max(1, Math.min(asked, Math.floor(available / each)))
}

/** Threads of one task: the jobs of a study that its networks, each of which is a task at a time, do not take. */
export function threadsOfTask({ config, networks }: Pick<Plan, 'config' | 'networks'>): number {
  const jobs = jobCount(config.runtime)
  return Math.max(1, Math.floor(jobs / Math.max(1, Math.min(jobs, networks.length))))
}

/** Tasks that a study runs at once: as many as it says, else one per card that it names, else one per core. */
export function jobCount({ jobs, devices }: Pick<RuntimeConfig, 'jobs' | 'devices'>): number {
  return jobs === 'auto' ? (devices?.length ?? availableParallelism()) : jobs
}
