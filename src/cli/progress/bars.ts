/** Progress of a run on a terminal, as bars that are drawn again and again. */
import cliProgress from 'cli-progress'
import type { Task, TaskKind } from '../../plan/types.js'
import { formatSeconds, type StageProgress, StageTracker } from './stages.js'
import type { ProgressView } from './types.js'

const RESOLUTION = 1000

/** One bar a stage, for terminals. */
export function barsView(tasks: readonly Task[]): ProgressView {
  const tracker = new StageTracker(tasks)
  const multibar = new cliProgress.MultiBar({
    format: (_options, { progress }, stage) =>
      fitted(line(progress, stage), process.stderr.columns),
    // Lines that a resized terminal cut or left over are drawn anew, not only those that changed.
    forceRedraw: true,
    hideCursor: true,
    linewrap: false,
    stopOnComplete: false,
    clearOnComplete: false,
    stream: process.stderr,
    fps: 10,
  })
  const bars = new Map<TaskKind, cliProgress.SingleBar>()
  for (const stage of tracker.all()) {
    bars.set(stage.kind, multibar.create(RESOLUTION, 0, payload(stage)))
  }
  const update = (kind: TaskKind): void => {
    const stage = tracker.get(kind)
    bars.get(kind)?.update(Math.round(stage.fraction * RESOLUTION), payload(stage))
  }
  return {
    started(task) {
      tracker.started(task)
      update(task.kind)
    },
    progress(task, event) {
      tracker.progress(task, event)
      update(task.kind)
    },
    ended(outcome) {
      tracker.ended(outcome)
      update(outcome.task.kind)
    },
    say(text) {
      if (multibar.isActive) multibar.log(`${text}\n`)
      else process.stderr.write(`${text}\n`)
    },
    close() {
      multibar.stop()
    },
  }
}

const BAR_SIZE = 24

/** One stage in one line. */
function line(
  progress: number,
  { title, ended, tasks, left, note }: ReturnType<typeof payload>,
): string {
  const full = Math.round(progress * BAR_SIZE)
  const bar = '█'.repeat(full) + '░'.repeat(BAR_SIZE - full)
  return `${title} ${bar} ${Math.floor(progress * 100)}% | ${ended}/${tasks} | ${left}${note}`
}

/** A line that leaves the last column free: a longer one would spoil it, or wrap as the window shrinks. */
function fitted(text: string, columns: number | undefined): string {
  const letters = [...text]
  if (columns === undefined || columns < 2 || letters.length < columns) return text
  return `${letters.slice(0, columns - 2).join('')}…`
}

function stateOf({ tasks, ended, failed, interrupted, begun, secondsLeft }: StageProgress): string {
  const failures = failed > 0 ? `, ${failed} failed or skipped` : ''
  if (ended === tasks) return `ended${failures}`
  if (interrupted) return `stopped${failures}`
  if (secondsLeft === undefined) return begun ? 'started' : 'waiting'
  return `${formatSeconds(secondsLeft)} left${failures}`
}

/** What the line of a stage says. */
function payload(stage: StageProgress) {
  const unfinished = stage.ended < stage.tasks
  return {
    title: stage.kind.padEnd(12),
    ended: stage.ended,
    tasks: stage.tasks,
    left: stateOf(stage),
    note: unfinished && stage.note !== undefined ? ` | ${stage.note}` : '',
  }
}
