import { resolve } from 'node:path'
import { exitCodes, InputError, TaskError } from '../../core/errors.js'
import { needsEngine } from '../../executors/devicePool.js'
import { inProcess } from '../../executors/inProcess.js'
import { localProcesses } from '../../executors/local.js'
import type { Executor } from '../../executors/types.js'
import type { Task } from '../../plan/types.js'
import { submittedStudy } from '../../slurm/jobsFile.js'
import { jobCount } from '../../tasks/jobCount.js'
import { isTaskDone } from '../../tasks/state/isDone.js'
import { reportFailures } from '../failures.js'
import { interruptible } from '../interruption.js'
import { messagesIn } from '../progress/view.js'
import { requireEngine, runTasks, settled } from '../runTasks.js'
import { sayWaiting } from '../sayWaiting.js'
import type { Study } from '../study.js'
import type { ProgressOptions } from '../studyOptions.js'

/** Runs single tasks of the study of a folder, by their ids. */
export async function task(
  folder: string,
  ids: readonly string[],
  options: ProgressOptions,
  executor: Executor = localProcesses,
): Promise<void> {
  const study = { ...(await submittedStudy(resolve(folder))), file: folder }
  process.exitCode = await runNamed(study, ids, options, executor)
}

async function runNamed(
  opened: Study,
  ids: readonly string[],
  options: ProgressOptions,
  executor: Executor,
): Promise<number> {
  const say = messagesIn(options.progress)
  const asked = new Set(ids)
  const own = opened.plan.tasks.filter(({ id }) => asked.has(id))
  for (const id of asked) {
    if (own.some((task) => task.id === id)) continue
    throw new InputError(`${id} is no task of ${opened.file}; lowlayer plan shows those there are`)
  }
  const interruption = interruptible()
  try {
    const { signal } = interruption
    const waiting = { onWait: sayWaiting(opened.results, say), signal }
    // Where there is no GPU, on a node that only compares, none is settled on for the others.
    const study = own.some(needsEngine) ? await settled(opened, say, waiting) : opened
    await requireEngine(study, own)
    // One at a time needs no process of its own: packs of small tasks share this one.
    const start = onlyAsked(jobCount(study.plan.config.runtime) === 1 ? inProcess : executor, asked)
    const tasks = withNeeds(own, opened.plan.tasks)
    reportFailures(await runTasks(study, tasks, options, start, signal), say)
    const done = await Promise.all(own.map((task) => isTaskDone(task, study)))
    if (done.every(Boolean)) return exitCodes.done
    return signal.aborted ? exitCodes.interrupted : exitCodes.taskFailed
  } finally {
    interruption.release()
  }
}

/** Tasks with what they need directly, which itself needs nothing here; a comparison takes what there is. */
function withNeeds(own: readonly Task[], all: readonly Task[]): Task[] {
  const needed = new Set(
    own.flatMap((task) => [task.id, ...(task.kind === 'compare' ? [] : task.needs)]),
  )
  const isOwn = new Set(own)
  return all
    .filter(({ id }) => needed.has(id))
    .map((task) => ({
      ...task,
      needs: isOwn.has(task) ? task.needs.filter((need) => needed.has(need)) : [],
    }))
}

/** An executor that refuses all but some tasks: what those need is the work of others. */
function onlyAsked(executor: Executor, asked: ReadonlySet<string>): Executor {
  return (context) => {
    const start = executor(context)
    return (task, onEvent) => {
      if (asked.has(task.id)) return start(task, onEvent)
      const error = new TaskError(`${task.id} is needed and not done: run it before`)
      return { finished: Promise.reject(error), interrupt: () => undefined }
    }
  }
}
