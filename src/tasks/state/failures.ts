/** Notes of tasks that failed, from which tables and later runs tell why something is missing. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../../core/hash.js'
import type { StudyNetwork, Task } from '../../plan/types.js'
import { jsonText, readJson, writeNote } from '../../store/atomic.js'
import { networkPaths, studyFolder } from '../../store/layout.js'
import type { StudyPlace } from '../types.js'
import { isTaskDone } from './isDone.js'

/**
 * Why a task failed, kept beside its network for the tables, or in the folder of the study where it is
 * of no single network; gone once the task succeeds.
 */
interface FailureRecord {
  readonly kind: Task['kind']
  readonly message: string
  /** Of the message: it is written and removed without a lock, and so in no record, and may be cut short by a kill. */
  readonly sha256: string
}

export async function recordFailure(where: StudyPlace, task: Task, message: string): Promise<void> {
  const record: FailureRecord = { kind: task.kind, message, sha256: sha256(message) }
  await writeNote(failureFile(where, task), jsonText(record))
}

export async function clearFailure(where: StudyPlace, task: Task): Promise<void> {
  await rm(failureFile(where, task), { force: true })
}

/**
 * Why a network's tasks did not end, as far as it is known: its own failure, that of its donor, or that
 * of the choice of samples for all networks.
 */
export async function failureOf(
  where: StudyPlace,
  network: StudyNetwork,
): Promise<string | undefined> {
  const { tasks, networks } = where.plan
  for (const task of tasks) {
    if (!('network' in task) || task.network.id !== network.id) continue
    const record = await readFailure(where, task)
    if (record !== undefined) return described(record)
  }
  const inherits = network.origin === 'trained' ? network.spec.inherits : undefined
  const donor = networks.find(({ id }) => id === inherits?.network)
  const cause = donor && (await failureOf(where, donor))
  if (cause !== undefined) {
    return `${donor!.name}, whose ${inherits!.blocks.join(', ')} it takes, is missing: ${cause}`
  }
  const panel = tasks.find((task) => task.kind === 'panel' && !('network' in task))
  const record = panel && (await readFailure(where, panel))
  return record && described(record)
}

/** Why a task of one network is not done, if one is: networks are analysed without the other end of the tie-break, say. */
export async function unfinishedPart(
  where: StudyPlace,
  network: StudyNetwork,
): Promise<string | undefined> {
  for (const task of where.plan.tasks) {
    if (!('network' in task) || task.network.id !== network.id) continue
    // Where there are values, the choice of their samples has done its part.
    if (task.kind === 'panel') continue
    if (await isTaskDone(task, where)) continue
    return (await failureOf(where, network)) ?? `${task.kind} did not finish`
  }
  return undefined
}

/** What of a study failed when it last ran: networks by name, other tasks by kind. */
export async function studyFailures(where: StudyPlace): Promise<Record<string, string>> {
  const { tasks, networks } = where.plan
  const found: Record<string, string> = {}
  for (const task of tasks) {
    const record = 'network' in task ? undefined : await readFailure(where, task)
    if (record !== undefined) found[task.kind] = record.message
  }
  for (const network of networks) {
    const reason = found.panel === undefined ? await failureOf(where, network) : undefined
    if (reason !== undefined) found[network.name] = reason
  }
  return found
}

/**
 * What a task left when it failed; nothing where it is done: another run may have finished it since. A damaged
 * note tells nothing but that there is one.
 */
async function readFailure(where: StudyPlace, task: Task): Promise<FailureRecord | undefined> {
  const file = failureFile(where, task)
  const found = await readJson<Partial<FailureRecord> | null>(file).catch(() => null)
  if (found === undefined || (await isTaskDone(task, where))) return undefined
  const { message } = found ?? {}
  if (typeof message === 'string' && found?.kind === task.kind && found.sha256 === sha256(message))
    return found as FailureRecord
  return { kind: task.kind, message: `the note why, ${file}, is damaged; run again`, sha256: '' }
}

/** `train failed: the training loss became NaN …`. */
function described({ kind, message }: FailureRecord): string {
  return `${kind} failed: ${message}`
}

function failureFile({ plan, results }: StudyPlace, task: Task): string {
  const folder =
    'network' in task
      ? networkPaths(results, task.network.id).folder
      : studyFolder(results, plan.study, plan.id)
  return join(folder, `failed-${task.id}.json`)
}
