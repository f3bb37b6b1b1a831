import type { ProgressView } from './types.js'

/** One JSON object a line, for tools: `{event, task, kind, …}`. */
export function jsonView(write: (line: string) => void): ProgressView {
  const tell = (event: Record<string, unknown>): void => write(JSON.stringify(event))
  return {
    started: (task) => tell({ event: 'started', task: task.id, kind: task.kind }),
    progress: (task, event) =>
      tell({ event: 'progress', task: task.id, kind: task.kind, ...event }),
    ended(outcome) {
      const { task, ...rest } = outcome
      tell({ event: 'ended', task: task.id, kind: task.kind, ...rest })
    },
    say: (text) => tell({ event: 'message', text }),
    close: () => undefined,
  }
}
