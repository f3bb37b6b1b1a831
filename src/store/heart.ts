/** The beats of the locks that this process holds, all written by one thread: to start one takes as long as many a task. */
import type { FileHandle } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { BEAT_DIGITS } from './lockFile.js'

/** A heart that beats until it is stopped. */
export interface Heart {
  /** Nothing is written to the lock any more once this is settled. */
  stop(): Promise<void>
}

/** What the thread is told of a lock. */
interface Beating {
  readonly lock: number
  readonly position: number
  readonly digits: number
  readonly everyMs: number
  /** {@link IDLE}, {@link WRITING} or {@link STOPPED}; shape [1]. */
  readonly state: Int32Array
}

const IDLE = 0
const WRITING = 1
const STOPPED = 2

/** How long a beat that is being written is waited for, time and again. */
const WRITING_WAIT_MS = 1

let thread: Worker | undefined

/**
 * Writes the number of the next beat to a lock every `everyMs`, each time to the disk, as other hosts would
 * not see it else. In a thread, since a computation that lasts would keep the process's own timers from it.
 */
export function beat(lock: FileHandle, content: string, everyMs: number): Heart {
  const state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const position = Buffer.byteLength(content) - BEAT_DIGITS - 1
  const beating: Beating = { lock: lock.fd, position, digits: BEAT_DIGITS, everyMs, state }
  thread ??= start()
  thread.postMessage(beating)
  return {
    // Before the lock is closed: its number may be that of any file soon.
    async stop() {
      while (Atomics.compareExchange(state, 0, IDLE, STOPPED) === WRITING)
        await sleep(WRITING_WAIT_MS)
    },
  }
}

function start(): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 }
  const started = new Worker(BEATS, { eval: true, resourceLimits, execArgv: [] })
  // A heart that cannot beat is noticed by others, who take over; what is lost then is said by the lock.
  started.on('error', () => undefined)
  started.on('exit', () => {
    thread = undefined
  })
  started.unref()
  return started
}

/** What the thread does. Not a file of its own, since the tests run sources that Node could not load there. */
const BEATS = `
const { fdatasyncSync, writeSync } = require('node:fs')
require('node:worker_threads').parentPort.on('message', ({ lock, position, digits, everyMs, state }) => {
  let beats = 0
  const beating = setInterval(() => {
    if (Atomics.compareExchange(state, 0, ${IDLE}, ${WRITING}) === ${STOPPED}) return clearInterval(beating)
    try {
      writeSync(lock, String(++beats).padStart(digits, '0'), position)
      fdatasyncSync(lock)
    } catch {
      // Tried again at the next beat: a full disk may have room then.
    }
    Atomics.store(state, 0, ${IDLE})
  }, everyMs)
})
`
