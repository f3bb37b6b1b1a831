/** What a task is given to run with, and what it tells meanwhile. */
import type { Plan } from '../plan/types.js'
import type { ReportOptions } from '../report/render/report.js'

/** What a task tells while it runs: units of its stage done so far, and what it is at. */
export interface TaskEvent {
  readonly done: number
  readonly total: number
  /** A few words: `loss 0.31`, `step 960`. */
  readonly note?: string
  /** Which process holds what the task needs, while it waits for that. */
  readonly waitsFor?: string
}

/** A study and the results folder that it is in. */
export interface StudyPlace {
  readonly plan: Plan
  readonly results: string
}

/** A study with all that its tasks find files by. */
export interface RunnableStudy extends StudyPlace {
  /** Folder of the configuration file, for relative paths in it. */
  readonly baseDir: string
  readonly dataDirs: readonly string[]
}

/** Where and with what a task runs. */
export interface TaskContext extends RunnableStudy, Pick<ReportOptions, 'drawsFigures'> {
  /** Threads of one task, 1 by default: the jobs of a study that other networks do not take. */
  readonly threads?: number
  readonly report: (event: TaskEvent) => void
  /** Aborted when the user interrupts: stop at the next safe point. */
  readonly signal: AbortSignal
}
