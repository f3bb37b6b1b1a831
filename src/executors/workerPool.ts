/** Worker processes that ran a short task and wait for another. */
import { type ChildProcess, fork } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { PROCESS_BYTES } from '../plan/memory.js'
import { workerOptions } from './environment.js'

const workerFile = fileURLToPath(new URL('./worker.js', import.meta.url))

/** A process that has worked for so long in all ends with its task. Its start is a twentieth of that. */
const WORKED_MS = 20_000

/** A process waits so long for another task. */
const WAIT_MS = 2000

/** A process that takes tasks, one at a time. */
export interface WorkerProcess {
  readonly child: ChildProcess
  /** Milliseconds for which it has worked. */
  workedMs: number
}

/** All processes that were started and have not ended. */
const started = new Set<ChildProcess>()
// They go with this one, whatever keeps them from heeding that it is gone, such as a model without an end.
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL')
})

/** Where tasks of one kind of environment find processes. */
export interface WorkerPool {
  /** A process that waits, or a new one. */
  take(): WorkerProcess
  /** Has a process wait that has done its task and now holds so many bytes, where it may; says whether it does. */
  keep(worker: WorkerProcess, heldBytes: number): boolean
}

/** A pool of processes, empty as yet. One that waits keeps nobody from ending. */
export function workerPool(): WorkerPool {
  const waiting = new Map<WorkerProcess, NodeJS.Timeout>()
  return {
    take() {
      const [found] = waiting
      if (found === undefined) return start()
      const [worker, timer] = found
      clearTimeout(timer)
      waiting.delete(worker)
      for (const handle of handlesOf(worker)) handle.ref()
      return worker.child.connected ? worker : this.take()
    },
    keep(worker, heldBytes) {
      if (worker.workedMs > WORKED_MS || heldBytes > PROCESS_BYTES) return false
      for (const handle of handlesOf(worker)) handle.unref()
      const letGo = () => {
        waiting.delete(worker)
        release(worker)
      }
      waiting.set(worker, setTimeout(letGo, WAIT_MS).unref())
      return true
    },
  }
}

/** Tells a process that there is nothing more to do: it ends. (Node tells of no `close` where the parent disconnects.) */
export function release({ child }: WorkerProcess): void {
  if (child.connected) child.send('leave')
}

function start(): WorkerProcess {
  const child = fork(workerFile, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...workerOptions(),
  })
  started.add(child)
  child.on('close', () => started.delete(child))
  // Told by the task that runs in it; while it waits it concerns nobody.
  child.on('error', () => undefined)
  return { child, workedMs: 0 }
}

/** What keeps this process alive for the sake of another. */
function handlesOf({ child }: WorkerProcess): { ref(): void; unref(): void }[] {
  const pipe = child.stderr as Socket
  return child.channel ? [child, pipe, child.channel] : [child, pipe]
}
