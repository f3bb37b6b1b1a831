/** Entry of a worker process: takes a task, runs it, tells how it went; takes another, until its parent lets it go. */
import './obeyParent.js'
import type { WorkerMessage, WorkerOrder } from './local.js'

let interruption = new AbortController()
process.on('message', (message: WorkerOrder | 'interrupt' | 'leave') => {
  if (message === 'leave') process.exit(0)
  else if (message === 'interrupt') interruption.abort()
  else void obey(message)
})

async function obey({ task, context }: WorkerOrder): Promise<void> {
  interruption = new AbortController()
  const { signal } = interruption
  // Loaded now: until this file has run, which awaits all that it imports, signals would end the process.
  const { runTask } = await import('../tasks/runTask.js')
  const { describeFailure } = await import('./schedule.js')
  try {
    await runTask(task, { ...context, report: (event) => tell({ kind: 'event', event }), signal })
    tell({ kind: 'done', bytes: process.memoryUsage.rss() })
  } catch (error) {
    tell({ kind: 'failed', failure: describeFailure(error) })
  }
}

function tell(message: WorkerMessage): void {
  if (process.connected) process.send?.(message)
}
