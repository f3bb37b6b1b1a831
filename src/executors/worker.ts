/** Entry of a worker process: takes one task, runs it, tells how it went, ends. */
import { runTask } from '../tasks/runTask.js'
import type { WorkerMessage, WorkerOrder } from './local.js'
import { describeFailure } from './schedule.js'

const interruption = new AbortController()
// A terminal sends Ctrl-C to the whole process group; only the parent decides what it means.
process.on('SIGINT', () => undefined)
// Without a parent nobody would learn of the result, and another run may start the same task.
process.on('disconnect', () => process.exit(1))
process.on('message', (message: WorkerOrder | 'interrupt') => {
  if (message === 'interrupt') interruption.abort()
  else void obey(message)
})

async function obey({ task, context }: WorkerOrder): Promise<void> {
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
