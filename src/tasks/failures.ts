import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plan, StudyNetwork, Task } from '../plan/types.js'
import { readJson, writeJson } from '../store/atomic.js'
import { networkPaths } from '../store/layout.js'

/** Why a task failed, kept beside the network for the tables; gone once the task succeeds. */
interface FailureRecord {
  readonly kind: Task['kind']
  readonly message: string
}

export async function recordFailure(results: string, task: Task, message: string): Promise<void> {
  if (!('network' in task)) return
  const record: FailureRecord = { kind: task.kind, message }
  await writeJson(failureFile(results, task.network.id, task.id), record)
}

export async function clearFailure(results: string, task: Task): Promise<void> {
  if ('network' in task) await rm(failureFile(results, task.network.id, task.id), { force: true })
}

/** Why a network's tasks did not end, as far as it is known: its own failure or that of its donor. */
export async function failureOf(
  plan: Plan,
  results: string,
  network: StudyNetwork,
): Promise<string | undefined> {
  for (const task of plan.tasks) {
    if (!('network' in task) || task.network.id !== network.id) continue
    const file = failureFile(results, network.id, task.id)
    const record = await readJson<FailureRecord>(file).catch(() => undefined)
    if (record !== undefined) return `${record.kind} failed: ${record.message}`
  }
  const donor = plan.networks.find(({ id }) => id === network.spec.inherits?.network)
  const cause = donor && (await failureOf(plan, results, donor))
  return cause && `${donor.name}, whose low layers it takes, is missing: ${cause}`
}

function failureFile(results: string, network: string, task: string): string {
  return join(networkPaths(results, network).folder, `failed-${task}.json`)
}
