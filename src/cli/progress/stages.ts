import type { TaskOutcome } from '../../executors/types.js'
import type { Task, TaskKind } from '../../plan/types.js'
import type { TaskEvent } from '../../tasks/types.js'

/** What the user calls each kind of task. */
export const stageTitles: Readonly<Record<TaskKind, string>> = {
  train: 'train',
  panel: 'samples',
  values: 'mask',
  interactions: 'decompose',
  noise: 'noise',
  compare: 'compare',
}

/** How far one stage has come. Every task counts alike. */
export interface StageProgress {
  readonly kind: TaskKind
  readonly tasks: number
  readonly ended: number
  readonly failed: number
  /** Share of the stage's work that is done, 0 … 1. */
  readonly fraction: number
  /** Seconds left at the rate seen since the stage's first uncached task started. */
  readonly secondsLeft: number | undefined
  readonly note: string | undefined
}

interface StageState {
  readonly fractions: Map<string, number>
  readonly tasks: number
  ended: number
  failed: number
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
    stage.fractions.set(outcome.task.id, 1)
    stage.ended++
    if (outcome.status === 'failed' || outcome.status === 'skipped') stage.failed++
  }

  get(kind: TaskKind): StageProgress {
    const stage = this.stages.get(kind)!
    const fraction = fractionOf(stage)
    const gained = fraction - stage.fractionAtStart
    const secondsLeft =
      stage.began === undefined || gained <= 0
        ? undefined
        : ((this.now() - stage.began) * (1 - fraction)) / gained
    const { tasks, ended, failed, note } = stage
    return { kind, tasks, ended, failed, fraction, secondsLeft, note }
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
