/** Tasks of a study, run and told about: of all of it or of some. */
import { join } from 'node:path'
import { readAssumptions } from '../artifacts/networkState.js'
import { messageOf } from '../core/errors.js'
import { createEngine } from '../engine/registry.js'
import type { CardName } from '../engine/types.js'
import { devicePool, needsEngine } from '../executors/devicePool.js'
import { schedule } from '../executors/schedule.js'
import { onDevice, settleDevice } from '../executors/settleDevice.js'
import type { Executor, TaskOutcome } from '../executors/types.js'
import type { MeasureTask, Task } from '../plan/types.js'
import { networkPaths, studyFiles, studyFolder } from '../store/layout.js'
import type { Waiting } from '../store/lock.js'
import { jobCount, threadsOfTask } from '../tasks/jobCount.js'
import { isTaskDone } from '../tasks/state/isDone.js'
import { removeLeftovers } from '../tasks/state/leftovers.js'
import { storedFaults } from '../tasks/state/storedFaults.js'
import type { RunOptions } from './commands/run.js'
import { nameOf } from './failures.js'
import { onStop } from './interruption.js'
import type { Say } from './progress/types.js'
import { progressView } from './progress/view.js'
import type { Study } from './study.js'
import { tasksAtOnce } from './tasksAtOnce.js'

/** The study on the device that `auto` comes to, which is said where there was a choice. */
export async function settled(study: Study, say: Say, waiting: Waiting): Promise<Study> {
  const { plan, results } = study
  const file = join(studyFolder(results, plan.study, plan.id), studyFiles.device)
  const jobs = Math.min(jobCount(plan.config.runtime), plan.networks.length)
  const found = await settleDevice(plan, file, jobs, waiting)
  if (found === undefined) return study
  if (found.reason !== '') say(`device ${found.device} (${found.reason})`)
  return { ...study, plan: onDevice(plan, found.device) }
}

/**
 * Throws what is missing of an engine or a device that the configuration names, once and before any of
 * some tasks; where those that compute with one are done it needs neither.
 */
export async function requireEngine(
  { plan, results }: Study,
  tasks: readonly Task[],
): Promise<void> {
  const { engine, device, devices = [device] } = plan.config.runtime
  for (const task of tasks.filter(needsEngine)) {
    if (await isTaskDone(task, { plan, results })) continue
    for (const each of devices) await createEngine(engine, each)
    return
  }
}

/** Runs what is missing of tasks of a study on its devices until it is asked to stop, and shows how they go. */
export async function runTasks(
  study: Study,
  tasks: readonly Task[],
  options: Pick<RunOptions, 'progress' | 'failFast'>,
  executor: Executor,
  signal: AbortSignal,
): Promise<TaskOutcome[]> {
  const { plan, results, baseDir, dataDirs } = study
  const view = progressView(options.progress, tasks)
  onStop(signal, view.say)
  const threads = threadsOfTask(plan)
  const startOn = (device?: CardName) =>
    executor({ plan: device ? onDevice(plan, device) : plan, results, baseDir, dataDirs, threads })
  const { devices } = plan.config.runtime
  const pool = devices === undefined ? { start: startOn() } : devicePool(devices, startOn)
  const told: Promise<void>[] = []
  const waitedFor = new Set<string>()
  const { jobs: atOnce, remarks } = tasksAtOnce(plan)
  for (const remark of remarks) view.say(remark)
  return schedule(tasks, {
    jobs: atOnce,
    failFast: options.failFast ?? false,
    isDone: (task) => isDoneOrDamaged(task, study, view.say),
    ...pool,
    signal,
    listener: {
      started: (task) => view.started?.(task),
      progress(task, event) {
        view.progress?.(task, event)
        const { waitsFor, note } = event
        // Of each process once, whatever else of the progress is shown: many tasks may wait for the same one.
        if (waitsFor === undefined || waitedFor.has(waitsFor)) return
        waitedFor.add(waitsFor)
        view.say(`${nameOf(task)}: ${note}`)
      },
      again: (task, jobs) => view.say(outOfMemory(task, jobs)),
      ended(outcome) {
        view.ended?.(outcome)
        const { task, status } = outcome
        if (task.kind === 'measure' && (status === 'done' || status === 'cached'))
          told.push(sayAssumptions(task, study, view.say))
      },
    },
  }).finally(async () => {
    await Promise.all(told)
    view.close()
  })
}

/** What is said of a task that ran out of memory beside others. */
function outOfMemory(task: Task, jobs: number): string {
  const atOnce = jobs === 1 ? 'one task at a time' : `at most ${jobs} tasks at once`
  return `out of memory: ${nameOf(task)} is tried again; ${atOnce} from now on (--jobs ${jobs} does so from the start)`
}

/** Says what was assumed about a network from elsewhere when it was measured, now or before. */
async function sayAssumptions(
  { network }: MeasureTask,
  { plan, results }: Study,
  say: Say,
): Promise<void> {
  try {
    const lines = await readAssumptions(networkPaths(results, network.id), plan.valuesId)
    for (const line of lines) say(`assumed: ${line}`)
  } catch (error) {
    say(`damaged: ${messageOf(error)}`)
  }
}

/**
 * Whether what a task leaves is there, as it was written, and nothing besides from now on; what is not is named, and the task
 * makes it anew.
 */
async function isDoneOrDamaged(task: Task, study: Study, say: Say): Promise<boolean> {
  if (await isTaskDone(task, study, 'content')) {
    await removeLeftovers(task, study)
    return true
  }
  for (const { file, message } of await storedFaults([task], study, 'content')) {
    say(`damaged: ${file} ${message}: made anew`)
  }
  return false
}
