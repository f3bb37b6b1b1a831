/** What executors are: they start tasks somewhere, and tell how these go and end. */
import type { ErrorContext, ExitCode } from '../core/errors.js'
import type { Task } from '../plan/types.js'
import type { TaskContext, TaskEvent } from '../tasks/types.js'

/** An error as it crosses from a worker process. */
export interface TaskFailure {
  readonly code: string
  readonly exitCode: ExitCode
  readonly message: string
  readonly context: ErrorContext
  readonly stack?: string
}

/** How a task ended. `cached`: its output was there; `skipped`: something it needs failed. */
export type TaskOutcome =
  | { readonly task: Task; readonly status: 'done'; readonly seconds: number }
  | { readonly task: Task; readonly status: 'cached' }
  | { readonly task: Task; readonly status: 'failed'; readonly failure: TaskFailure }
  | { readonly task: Task; readonly status: 'skipped'; readonly because: string }
  | { readonly task: Task; readonly status: 'interrupted' }

/** Runs one task somewhere; rejects with the task's error. */
export type StartTask = (task: Task, onEvent: (event: TaskEvent) => void) => RunningTask

/** Where the tasks of a study run, and with what. */
export type WorkerContext = Omit<TaskContext, 'report' | 'signal'>

/** An executor: gives what starts the tasks of one study. */
export type Executor = (context: WorkerContext) => StartTask

export interface RunningTask {
  readonly finished: Promise<void>
  /** Asks the task to stop at the next safe point. */
  interrupt(): void
}

/** What a run tells whoever watches it. */
export interface RunListener {
  started?(task: Task): void
  progress?(task: Task, event: TaskEvent): void
  /** A task ran out of memory beside others; it is tried again, with so many at once from now on. */
  again?(task: Task, jobs: number): void
  ended?(outcome: TaskOutcome): void
}
