/** Runs the tasks of a study in processes of their own on this machine. */
import { InterruptedError, LowlayerError, OutOfMemoryError, TaskError } from '../core/errors.js'
import { partOf } from '../plan/partOf.js'
import type { Task } from '../plan/types.js'
import { recordFailure } from '../tasks/state/failures.js'
import type { TaskEvent } from '../tasks/types.js'
import { watchForHang } from './hang.js'
import { crash, endedForMemory, saysOutOfMemory } from './memory.js'
import { STOP_SIGNALS } from './stopSignals.js'
import type { Executor, RunningTask, TaskFailure, WorkerContext } from './types.js'
import { release, type WorkerPool, workerPool } from './workerPool.js'

export interface WorkerOrder {
  readonly task: Task
  readonly context: WorkerContext
}

/** Messages from the worker to the parent. */
export type WorkerMessage =
  | { readonly kind: 'event'; readonly event: TaskEvent }
  /** With the bytes that the process now holds. */
  | { readonly kind: 'done'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly failure: TaskFailure }

/** How much of a worker's last words is kept to explain a crash. */
const STDERR_TAIL = 2000

/** A task that tells nothing and computes nothing for so long hangs. */
const SILENT_MS = 10 * 60_000

/**
 * Runs each task in a process that runs no other meanwhile: a crash, a leak or a native library's abort in one task
 * cannot harm another that runs beside it. One that was done soon and holds little leaves its process to the next; after a long one, a
 * large one or one that failed, the process ends and its memory goes back to the system. One that hangs is ended.
 */
export const localProcesses: Executor = processesEndedAfter(SILENT_MS)

/** {@link localProcesses} that are ended when they hang for so long. */
export function processesEndedAfter(silentMs: number): Executor {
  return (context) => {
    const pool = workerPool()
    return (task, onEvent) =>
      runOrder(
        { task, context: { ...context, plan: partOf(context.plan, task) } },
        onEvent,
        silentMs,
        pool,
      )
  }
}

function runOrder(
  order: WorkerOrder,
  onEvent: (event: TaskEvent) => void,
  silentMs: number,
  pool: WorkerPool,
): RunningTask {
  const endedBefore = endedForMemory()
  const began = performance.now()
  const worker = pool.take()
  const { child } = worker
  let interrupted = false
  const finished = new Promise<void>((resolve, reject) => {
    let lastWords = ''
    let verdict: WorkerMessage | undefined
    // Who dies cannot leave the reason for the tables.
    const failed = async (error: LowlayerError): Promise<void> => {
      if (!interrupted)
        await recordFailure(order.context, order.task, error.message).catch(() => undefined)
      reject(error)
    }
    let hangs = false
    const watch = watchForHang(child.pid as number, silentMs, () => {
      hangs = true
      // It may take its time to die, waiting for a disk.
      child.kill('SIGKILL')
      void failed(new TaskError(hung(silentMs)))
    })
    const onWords = (chunk: Buffer) => {
      lastWords = (lastWords + chunk).slice(-STDERR_TAIL)
    }
    const onMessage = (message: WorkerMessage) => {
      watch.heard()
      if (message.kind === 'event') return onEvent(message.event)
      verdict = message
      worker.workedMs += performance.now() - began
      if (message.kind !== 'done' || interrupted || !pool.keep(worker, message.bytes))
        return release(worker)
      watch.stop()
      child.stderr?.off('data', onWords)
      child.off('message', onMessage).off('error', onError).off('close', onClose)
      resolve()
    }
    const onError = (error: Error) => reject(new TaskError(error.message, { cause: error }))
    const onClose = async (code: number | null, signal: NodeJS.Signals | null) => {
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
    }
    child.stderr?.on('data', onWords)
    child.on('message', onMessage).on('error', onError).on('close', onClose)
  })
  child.send(order)
  const interrupt = () => {
    interrupted = true
    return child.connected && child.send('interrupt')
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
