/** Counts how far each stage of a run has come, and estimates when it will end. */
import type { TaskOutcome } from '../../executors/types.js'
import type { Task, TaskKind } from '../../plan/types.js'
import type { TaskEvent } from '../../tasks/types.js'

/** When this share of a stage was done, or something in so many seconds, its rate says when it will end. */
const FIRST_SHARE = 0.02
const FIRST_SECONDS = 30

/** How far one stage has come. Every task counts alike. */
export interface StageProgress {
  readonly kind: TaskKind
  readonly tasks: number
  readonly ended: number
  readonly failed: number
  /** Whether a task of the stage was really begun. */
  readonly begun: boolean
  /** Whether the run was interrupted before the stage was through. */
  readonly interrupted: boolean
  /** Share of the stage's work that is done, 0 … 1. */
  readonly fraction: number
  /** Seconds left at the rate seen since a task of the stage first told of its progress, once that says something. */
  readonly secondsLeft: number | undefined
  readonly note: string | undefined
}

/** Shares of a task that are done: when it first told, as it may go on from an earlier run, and now. */
interface TaskProgress {
  readonly first: number
  readonly now: number
}

interface StageState {
  readonly progress: Map<string, TaskProgress>
  readonly tasks: number
  ended: number
  failed: number
  interrupted: boolean
  note: string | undefined
  begun: boolean
  /** Whether a task has told anything before its end. */
  told: boolean
  /** Since when the rate is taken: the first that a task told, or, where none does, the first start. */
  since: number
}

/** Keeps count of a run's stages. `now` gives seconds. */
export class StageTracker {
  private readonly stages = new Map<TaskKind, StageState>()

  constructor(
    tasks: readonly Task[],
    private readonly now: () => number = () => performance.now() / 1000,
  ) {
    for (const kind of new Set(tasks.map((task) => task.kind))) {
      this.stages.set(kind, {
        progress: new Map(),
        tasks: tasks.filter((task) => task.kind === kind).length,
        ended: 0,
        failed: 0,
        interrupted: false,
        note: undefined,
        begun: false,
        told: false,
        since: 0,
      })
    }
  }

  started(task: Task): void {
    const stage = this.stages.get(task.kind)!
    if (!stage.begun) stage.since = this.now()
    stage.begun = true
  }

  progress(task: Task, event: TaskEvent): void {
    const stage = this.stages.get(task.kind)!
    // Starting a process takes a while on a busy machine, and says nothing of the rest.
    if (!stage.told) stage.since = this.now()
    stage.told = true
    const now = event.total > 0 ? event.done / event.total : 0
    stage.progress.set(task.id, { first: stage.progress.get(task.id)?.first ?? now, now })
    stage.note = event.note
  }

  ended({ task, status }: TaskOutcome): void {
    const stage = this.stages.get(task.kind)!
    if (status === 'interrupted') {
      stage.interrupted = true
      return
    }
    const isWork = status === 'done' || status === 'failed'
    const first = isWork ? (stage.progress.get(task.id)?.first ?? 0) : 1
    stage.progress.set(task.id, { first, now: 1 })
    stage.ended++
    if (status === 'failed' || status === 'skipped') stage.failed++
  }

  get(kind: TaskKind): StageProgress {
    const stage = this.stages.get(kind)!
    const { tasks, ended, failed, begun, interrupted, note } = stage
    const all = [...stage.progress.values()]
    const share = (of: (task: TaskProgress) => number) =>
      all.reduce((sum, task) => sum + of(task), 0) / tasks
    const fraction = share(({ now }) => now)
    const gained = share(({ first, now }) => now - first)
    const elapsed = this.now() - stage.since
    const tells = gained >= FIRST_SHARE || (gained > 0 && elapsed >= FIRST_SECONDS)
    const secondsLeft = tells ? (elapsed * (1 - fraction)) / gained : undefined
    return { kind, tasks, ended, failed, begun, interrupted, fraction, secondsLeft, note }
  }

  all(): StageProgress[] {
    return [...this.stages.keys()].map((kind) => this.get(kind))
  }
}

/** Seconds as `42 s`, `3 min 10 s` or `2 h 05 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
