/** Entry of a worker process: takes one task, runs it, tells how it went, ends. */
import './obeyParent.js'
import type { WorkerMessage, WorkerOrder } from './local.js'

const interruption = new AbortController()
process.on('message', (message: WorkerOrder | 'interrupt') => {
  if (message === 'interrupt') interruption.abort()
  else void obey(message)
})

async function obey({ task, context }: WorkerOrder): Promise<void> {
  // Loaded now: until this file has run, which awaits all that it imports, signals would end the process.
  const { runTask } = await import('../tasks/runTask.js')
  const { describeFailure } = await import('./schedule.js')
  try {
    await runTask(task, {
      ...context,
      report: (event) => tell({ kind: 'event', event }),
      signal: interruption.signal,
    })
    leave({ kind: 'done' })
  } catch (error) {
    leave({ kind: 'failed', failure: describeFailure(error) })
  }
}

function tell(message: WorkerMessage): void {
  if (process.connected) process.send?.(message)
}

function leave(message: WorkerMessage): void {
  process.send?.(message, undefined, undefined, () => process.exit(0))
}
