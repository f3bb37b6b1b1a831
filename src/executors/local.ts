import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { InterruptedError, LowlayerError, TaskError } from '../core/errors.js'
import type { Task } from '../plan/types.js'
import { recordFailure } from '../tasks/state/failures.js'
import type { TaskEvent } from '../tasks/types.js'
import { workerOptions } from './environment.js'
import { STOP_SIGNALS } from './stopSignals.js'
import type { Executor, RunningTask, TaskFailure, WorkerContext } from './types.js'

export interface WorkerOrder {
  readonly task: Task
  readonly context: WorkerContext
}

/** Messages from the worker to the parent. */
export type WorkerMessage =
  | { readonly kind: 'event'; readonly event: TaskEvent }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly failure: TaskFailure }

const workerFile = fileURLToPath(new URL('./worker.js', import.meta.url))
/** How much of a worker's last words is kept to explain a crash. */
const STDERR_TAIL = 2000

/**
 * Starts each task in a process of its own: a crash, a leak or a native library's abort in one task
 * cannot harm another, and memory goes back to the system with the process.
 */
export const localProcesses: Executor = (context) => (task, onEvent) =>
  startWorker({ task, context }, onEvent)

function startWorker(order: WorkerOrder, onEvent: (event: TaskEvent) => void): RunningTask {
  const worker = fork(workerFile, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...workerOptions(),
  })
  let lastWords = ''
  let interrupted = false
  worker.stderr?.on('data', (chunk) => {
    lastWords = (lastWords + chunk).slice(-STDERR_TAIL)
  })
  const finished = new Promise<void>((resolve, reject) => {
    let verdict: WorkerMessage | undefined
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'event') onEvent(message.event)
      else verdict = message
    })
    worker.on('error', (error) => reject(new TaskError(error.message, { cause: error })))
    worker.on('close', (code, signal) => {
      if (verdict?.kind === 'done') resolve()
      else if (verdict?.kind === 'failed') reject(revive(verdict.failure))
      else {
        const error = crash(code, signal, lastWords)
        // A stop that was sent to all processes finds some that do not heed their parent yet: they have done nothing.
        if (interrupted && signal !== null && STOP_SIGNALS.includes(signal))
          reject(new InterruptedError())
        else if (interrupted) reject(error)
        // Who dies cannot leave the reason for the tables.
        else
          recordFailure(order.context, order.task, error.message).then(() => reject(error), reject)
      }
    })
  })
  worker.send(order)
  const interrupt = () => {
    interrupted = true
    return worker.connected && worker.send('interrupt')
  }
  return { finished, interrupt }
}

function crash(code: number | null, signal: string | null, lastWords: string): TaskError {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`
  const hint = signal === 'SIGKILL' ? ' (out of memory, or killed from outside)' : ''
  const words = lastWords.trim() === '' ? '' : `; its last words:\n${lastWords.trim()}`
  return new TaskError(`the task's process ended with ${how}${hint}${words}`)
}

/** Turns a failure that crossed the process boundary back into an error of the family. */
function revive(failure: TaskFailure): Error {
  if (failure.code === 'interrupted') return new InterruptedError(failure.message)
  const error = new LowlayerError(failure.code, failure.exitCode, failure.message, {
    context: failure.context,
  })
  if (failure.stack !== undefined) error.stack = failure.stack
  return error
}
