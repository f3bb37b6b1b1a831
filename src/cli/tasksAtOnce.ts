import { freeOnCard } from '../executors/cardMemory.js'
import { bytesOfProcess, bytesOnCard } from '../plan/memory.js'
import type { Plan } from '../plan/types.js'
import { jobCount, jobsInMemory } from '../tasks/jobCount.js'

/**
 * How many tasks of a study run at once: as many as are asked for, as far as there is memory, the GPU's too where they share
 * one; and what there is to say of it.
 */
export function tasksAtOnce(plan: Plan): {
  readonly jobs: number
  readonly remarks: readonly string[]
} {
  const { device, devices } = plan.config.runtime
  const asked = Math.min(jobCount(plan.config.runtime), plan.tasks.length)
  const memory = { name: 'memory', each: bytesOfProcess(plan), free: process.availableMemory() }
  const shareCard = asked > 1 && devices === undefined && device !== 'cpu' && device !== 'auto'
  const free = shareCard ? freeOnCard() : undefined
  const card =
    free === undefined ? [] : [{ name: "the GPU's memory", each: bytesOnCard(plan), free }]
  const { jobs, reason } = jobsInMemory(asked, [memory, ...card])
  const unknown =
    shareCard && free === undefined
      ? [`assumed: the GPU has memory for ${jobs} tasks at once (nvidia-smi tells nothing)`]
      : []
  return { jobs, remarks: [...(reason === undefined ? [] : [reason]), ...unknown] }
}
