/** Progress of a run for other programs, as lines of JSON. */
import type { ProgressView } from './types.js'

/** Progress of all running tasks together comes about this often. */
const PROGRESS_PER_SECOND = 4

/**
 * One JSON object per line, for tools: `{time, event, task, kind, …}`, `time` in UTC (ISO 8601). Beginnings, ends and
 * messages are all told; of the progress of running tasks so much that it stays at a few lines a second. `now` gives
 * milliseconds since 1970.
 */
export function jsonView(
  write: (line: string) => void,
  now: () => number = Date.now,
): ProgressView {
  /** When each running task may tell of its progress again. */
  const running = new Map<string, number>()
  const tell = (event: Record<string, unknown>): void =>
    write(JSON.stringify({ time: new Date(now()).toISOString(), ...event }))
  return {
    started(task) {
      running.set(task.id, 0)
      tell({ event: 'started', task: task.id, kind: task.kind })
    },
    progress(task, event) {
      if (now() < (running.get(task.id) ?? 0)) return
      running.set(task.id, now() + (1000 * running.size) / PROGRESS_PER_SECOND)
      tell({ event: 'progress', task: task.id, kind: task.kind, ...event })
    },
    ended(outcome) {
      const { task, ...rest } = outcome
      running.delete(task.id)
      tell({ event: 'ended', task: task.id, kind: task.kind, ...rest })
    },
    say: (text) => tell({ event: 'message', text }),
    close: () => undefined,
  }
}
