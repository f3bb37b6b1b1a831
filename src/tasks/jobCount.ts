/** How many tasks run at once, and with how many threads each. */
import { availableParallelism } from 'node:os'
import type { RuntimeConfig } from '../config/runtime.js'
import type { Plan } from '../plan/types.js'

/** Memory that tasks share, in bytes: how much each takes, and how much is free. */
interface SharedMemory {
  /** What it is called: `memory`, `the GPU's memory`. */
  readonly name: string
  readonly each: number
  readonly free: number
}

/** As many tasks as there is memory for, of those that are asked for, and one at least; why where those are fewer. */
export function jobsInMemory(
  asked: number,
  memories: readonly SharedMemory[],
): { readonly jobs: number; readonly reason?: string } {
  const [tightest] = [...memories].sort((a, b) => a.free / a.each - b.free / b.each)
  const jobs = Math.max(1, Math.min(asked, Math.floor(tightest.free / tightest.each)))
  if (jobs === asked) return { jobs }
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`
  const { name, each, free } = tightest
  const reason = `${jobs} tasks at once, not ${asked}: each takes about ${mib(each)} of ${name}, and ${mib(free)} are free`
  return { jobs, reason }
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
