/** Progress of a run for log files, as plain lines. */
import { counted } from '../../core/numberWords.js'
import type { Task, TaskKind } from '../../plan/types.js'
import { formatSeconds, type StageProgress, StageTracker } from './stages.js'
import type { ProgressView } from './types.js'

const INTERVAL_MS = 30_000

/** Lines for logs: one when a stage begins or ends, and one every 30 s. */
export function plainView(tasks: readonly Task[], write: (line: string) => void): ProgressView {
  const tracker = new StageTracker(tasks)
  const open = new Set<TaskKind>()
  const timer = setInterval(() => {
    for (const kind of open) write(describe(tracker.get(kind)))
  }, INTERVAL_MS)
  timer.unref()
  return {
    started(task) {
      tracker.started(task)
      if (open.has(task.kind)) return
      open.add(task.kind)
      write(`${task.kind}: started, ${counted(tracker.get(task.kind).tasks, 'task')}`)
    },
    progress: (task, event) => tracker.progress(task, event),
    ended(outcome) {
      const { kind } = outcome.task
      tracker.ended(outcome)
      const stage = tracker.get(kind)
      if (stage.ended < stage.tasks) return
      open.delete(kind)
      const failed = stage.failed > 0 ? `, ${stage.failed} failed or skipped` : ''
      write(`${kind}: ended, ${counted(stage.tasks, 'task')}${failed}`)
    },
    say: write,
    close: () => clearInterval(timer),
  }
}

function describe(stage: StageProgress): string {
  const parts = [
    `${Math.floor(stage.fraction * 100)}%`,
    `${stage.ended} of ${counted(stage.tasks, 'task')} ended`,
  ]
  if (stage.secondsLeft !== undefined) parts.push(`about ${formatSeconds(stage.secondsLeft)} left`)
  if (stage.note !== undefined) parts.push(stage.note)
  return `${stage.kind}: ${parts.join(', ')}`
}
