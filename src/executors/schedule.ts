/** Runs tasks in the order of what they need, several at once. */
import { InterruptedError, LowlayerError, messageOf, OutOfMemoryError } from '../core/errors.js'
import type { Task } from '../plan/types.js'
import type { RunListener, RunningTask, StartTask, TaskFailure, TaskOutcome } from './types.js'

export interface ScheduleOptions {
  /** Tasks at once. */
  readonly jobs: number
  /** Stop starting tasks after the first failure. */
  readonly failFast: boolean
  /**
   * Whether a task's output is already there. Where that cannot be told, since what it looks at is
   * damaged, the task is started: it meets the same and fails by itself, as other tasks do.
   */
  readonly isDone: (task: Task) => Promise<boolean>
  /** Whether there is what a task computes on, while others run; always, by default. */
  readonly hasRoom?: (task: Task) => boolean
  readonly start: StartTask
  readonly signal: AbortSignal
  readonly listener: RunListener
}

/**
 * Runs a task graph, `jobs` tasks at once, each as soon as what it needs is done. A failed task
 * never stops its siblings; tasks that need it are skipped, except `compare`, which runs once all
 * others have ended and takes what there is. Tasks are in an order in which they can run. One that runs out of memory
 * beside others is tried again, beside half as many at most, as all are from then on.
 */
export async function schedule(
  tasks: readonly Task[],
  options: ScheduleOptions,
): Promise<TaskOutcome[]> {
  const outcomes = new Map<string, TaskOutcome>()
  const running = new Map<string, { readonly task: RunningTask; readonly ended: Promise<void> }>()
  const waiting = [...tasks]
  let { jobs } = options
  const { hasRoom = () => true } = options
  let stopped = false

  const end = (outcome: TaskOutcome): void => {
    outcomes.set(outcome.task.id, outcome)
    if (outcome.status === 'failed' && options.failFast) stopped = true
    options.listener.ended?.(outcome)
  }
  const launch = (task: Task): void => {
    const began = performance.now()
    options.listener.started?.(task)
    const runningTask = options.start(task, (event) => options.listener.progress?.(task, event))
    const ended = runningTask.finished
      .then(
        () => end({ task, status: 'done', seconds: (performance.now() - began) / 1000 }),
        (error) => {
          if (!(error instanceof OutOfMemoryError) || running.size === 1) {
            return end(failedOutcome(task, error))
          }
          jobs = Math.max(1, Math.floor(Math.min(jobs, running.size) / 2))
          waiting.unshift(task)
          options.listener.again?.(task, jobs)
        },
      )
      .finally(() => running.delete(task.id))
    running.set(task.id, { task: runningTask, ended })
  }
  const onAbort = (): void => {
    for (const { task } of running.values()) task.interrupt()
  }
  options.signal.addEventListener('abort', onAbort)
  try {
    for (;;) {
      const halted = stopped || options.signal.aborted
      const index = halted
        ? -1
        : waiting.findIndex((task) => isReady(task, outcomes) && hasRoom(task))
      if (index >= 0 && running.size < jobs) {
        const [task] = waiting.splice(index, 1)
        const blocker = blockedBy(task, outcomes)
        if (blocker !== undefined) end({ task, status: 'skipped', because: blocker })
        else if (await options.isDone(task).catch(() => false)) end({ task, status: 'cached' })
        else if (!options.signal.aborted) launch(task)
        else waiting.unshift(task)
      } else if (running.size > 0) {
        await Promise.race([...running.values()].map(({ ended }) => ended))
      } else break
    }
  } finally {
    options.signal.removeEventListener('abort', onAbort)
  }
  for (const task of waiting) end({ task, status: 'interrupted' })
  return tasks.map((task) => outcomes.get(task.id)!)
}

/** A task is ready when everything it needs has ended, one way or another. */
function isReady(task: Task, outcomes: ReadonlyMap<string, TaskOutcome>): boolean {
  return task.needs.every((need) => outcomes.has(need))
}

/** The task that keeps this one from running; `compare` makes do with what there is. */
function blockedBy(task: Task, outcomes: ReadonlyMap<string, TaskOutcome>): string | undefined {
  if (task.kind === 'compare') return undefined
  return task.needs.find((need) => {
    const status = outcomes.get(need)?.status
    return status !== 'done' && status !== 'cached'
  })
}

function failedOutcome(task: Task, error: unknown): TaskOutcome {
  if (error instanceof InterruptedError) return { task, status: 'interrupted' }
  return { task, status: 'failed', failure: describeFailure(error) }
}

/** An error as plain data, fit to cross a process boundary. */
export function describeFailure(error: unknown): TaskFailure {
  const known = error instanceof LowlayerError ? error : undefined
  return {
    code: known?.code ?? 'internal',
    exitCode: known?.exitCode ?? 1,
    message: messageOf(error),
    context: known?.context ?? {},
    stack: error instanceof Error ? error.stack : undefined,
  }
}
