import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { InterruptedError, LowlayerError, OutOfMemoryError, TaskError } from '../core/errors.js'
import { partOf } from '../plan/partOf.js'
import type { Task } from '../plan/types.js'
import { recordFailure } from '../tasks/state/failures.js'
import type { TaskEvent } from '../tasks/types.js'
import { workerOptions } from './environment.js'
import { watchForHang } from './hang.js'
import { crash, endedForMemory, saysOutOfMemory } from './memory.js'
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

/** A task that tells nothing and computes nothing for so long hangs. */
const SILENT_MS = 10 * 60_000

/**
 * Starts each task in a process of its own: a crash, a leak or a native library's abort in one task
 * cannot harm another, and memory goes back to the system with the process. One that hangs is ended.
 */
export const localProcesses: Executor = processesEndedAfter(SILENT_MS)

/** {@link localProcesses} that are ended when they hang for so long. */
export function processesEndedAfter(silentMs: number): Executor {
  return (context) => (task, onEvent) =>
    startWorker(
      { task, context: { ...context, plan: partOf(context.plan, task) } },
      onEvent,
      silentMs,
    )
}

/** Processes that work now. They go with this one, whatever keeps them from heeding that it is gone, such as a model without an end. */
const working = new Set<ChildProcess>()
process.on('exit', () => {
  for (const worker of working) worker.kill('SIGKILL')
})

function startWorker(
  order: WorkerOrder,
  onEvent: (event: TaskEvent) => void,
  silentMs: number,
): RunningTask {
  const endedBefore = endedForMemory()
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
  working.add(worker)
  const finished = new Promise<void>((resolve, reject) => {
    let verdict: WorkerMessage | undefined
    // Who dies cannot leave the reason for the tables.
    const failed = async (error: LowlayerError): Promise<void> => {
      if (!interrupted)
        await recordFailure(order.context, order.task, error.message).catch(() => undefined)
      reject(error)
    }
    let hangs = false
    const watch = watchForHang(worker.pid as number, silentMs, () => {
      hangs = true
      // It may take its time to die, waiting for a disk.
      worker.kill('SIGKILL')
      void failed(new TaskError(hung(silentMs)))
    })
    worker.on('message', (message: WorkerMessage) => {
      watch.heard()
      if (message.kind === 'event') onEvent(message.event)
      else verdict = message
    })
    worker.on('error', (error) => reject(new TaskError(error.message, { cause: error })))
    worker.on('close', async (code, signal) => {
      working.delete(worker)
      watch.stop()
      if (hangs) return
      if (verdict?.kind === 'done') resolve()
      else if (verdict?.kind === 'failed') reject(revive(verdict.failure))
      // A stop that was sent to all processes finds some that do not heed their parent yet: they have done nothing.
      else if (interrupted && signal !== null && STOP_SIGNALS.includes(signal))
        reject(new InterruptedError())
      else {
        const systemEnded = (await endedForMemory()) > (await endedBefore)
        await failed(crash({ code, signal, lastWords, systemEnded }))
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

function hung(silentMs: number): string {
  return (
    `the task's process hung and was ended: for ${silentMs / 60_000} minutes it told nothing and computed nothing ` +
    '(somebody stopped it, or a disk or a device does not answer); run again to go on from what was saved'
  )
}

/** Turns a failure that crossed the process boundary back into an error of the family. */
function revive(failure: TaskFailure): Error {
  if (failure.code === 'interrupted') return new InterruptedError(failure.message)
  if (saysOutOfMemory(failure.message)) return new OutOfMemoryError(failure.message)
  const error = new LowlayerError(failure.code, failure.exitCode, failure.message, {
    context: failure.context,
  })
  if (failure.stack !== undefined) error.stack = failure.stack
  return error
}
