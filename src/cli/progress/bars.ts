import cliProgress from 'cli-progress'
import type { Task, TaskKind } from '../../plan/types.js'
import { formatSeconds, type StageProgress, StageTracker, stageTitles } from './stages.js'
import type { ProgressView } from './types.js'

const RESOLUTION = 1000

/** One bar a stage, for terminals. */
export function barsView(tasks: readonly Task[]): ProgressView {
  const tracker = new StageTracker(tasks)
  const multibar = new cliProgress.MultiBar({
    format: '{title} {bar} {percentage}% | {ended}/{tasks} | {left}{note}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
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

function stateOf({ tasks, ended, failed, interrupted, begun, secondsLeft }: StageProgress): string {
  const failures = failed > 0 ? `, ${failed} failed or skipped` : ''
  if (ended === tasks) return `ended${failures}`
  if (interrupted) return `stopped${failures}`
  if (secondsLeft === undefined) return begun ? 'started' : 'waiting'
  return `${formatSeconds(secondsLeft)} left${failures}`
}

function payload(stage: StageProgress): Record<string, string | number> {
  const unfinished = stage.ended < stage.tasks
  return {
    title: stageTitles[stage.kind].padEnd(9),
    ended: stage.ended,
    tasks: stage.tasks,
    left: stateOf(stage),
    note: unfinished && stage.note !== undefined ? ` | ${stage.note}` : '',
  }
}
