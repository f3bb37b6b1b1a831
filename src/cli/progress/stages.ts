import type { TaskOutcome } from '../../executors/types.js'
import type { Task, TaskKind } from '../../plan/types.js'
import type { TaskEvent } from '../../tasks/types.js'

/** From this share of a stage on, or after so many seconds, its rate says when it will end. */
const FIRST_SHARE = 0.005
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
  /** Seconds left at the rate seen since the stage's first uncached task started, once that says something. */
  readonly secondsLeft: number | undefined
  readonly note: string | undefined
}

interface StageState {
  readonly fractions: Map<string, number>
  readonly tasks: number
  ended: number
  failed: number
  interrupted: boolean
  note: string | undefined
  began: number | undefined
  fractionAtStart: number
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
        fractions: new Map(),
        tasks: tasks.filter((task) => task.kind === kind).length,
        ended: 0,
        failed: 0,
        interrupted: false,
        note: undefined,
        began: undefined,
        fractionAtStart: 0,
      })
    }
  }

  started(task: Task): void {
    const stage = this.stages.get(task.kind)!
    if (stage.began === undefined) {
      stage.began = this.now()
      stage.fractionAtStart = fractionOf(stage)
    }
  }

  progress(task: Task, event: TaskEvent): void {
    const stage = this.stages.get(task.kind)!
    stage.fractions.set(task.id, event.total > 0 ? event.done / event.total : 0)
    stage.note = event.note
  }

  ended(outcome: TaskOutcome): void {
    const stage = this.stages.get(outcome.task.kind)!
    if (outcome.status === 'interrupted') {
      stage.interrupted = true
      return
    }
    stage.fractions.set(outcome.task.id, 1)
    stage.ended++
    if (outcome.status === 'failed' || outcome.status === 'skipped') stage.failed++
  }

  get(kind: TaskKind): StageProgress {
    const stage = this.stages.get(kind)!
    const fraction = fractionOf(stage)
    const gained = fraction - stage.fractionAtStart
    const elapsed = stage.began === undefined ? 0 : this.now() - stage.began
    // The first moments go into starting, and would foretell days.
    const tells = gained >= FIRST_SHARE || (gained > 0 && elapsed >= FIRST_SECONDS)
    const secondsLeft = tells ? (elapsed * (1 - fraction)) / gained : undefined
    const { tasks, ended, failed, interrupted, note } = stage
    const begun = stage.began !== undefined
    return { kind, tasks, ended, failed, begun, interrupted, fraction, secondsLeft, note }
  }

  all(): StageProgress[] {
    return [...this.stages.keys()].map((kind) => this.get(kind))
  }
}

function fractionOf(stage: StageState): number {
  let sum = 0
  for (const fraction of stage.fractions.values()) sum += fraction
  return sum / stage.tasks
}

/** Seconds as `42 s`, `3 min 10 s` or `2 h 05 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
