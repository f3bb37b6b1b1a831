/** Whether a process ended for want of memory, by what it and the system say. */
import { readFile } from 'node:fs/promises'
import { stripVTControlCharacters } from 'node:util'
import { OutOfMemoryError, TaskError } from '../core/errors.js'

/** What Node, C++ and ONNX Runtime say when an allocation fails. */
const LAST_WORDS =
  /out of memory|cannot allocate memory|failed to allocate|allocation failed|bad_alloc/i

/**
 * How many processes Linux has ended for want of memory since it was started, in all of its groups
 * (`oom_kill` of `/proc/vmstat`, since 4.13); 0 where the system does not tell.
 */
export async function endedForMemory(): Promise<number> {
  const text = await readFile('/proc/vmstat', 'utf8').catch(() => '')
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0)
}

/** Whether that is what a message says. */
export function saysOutOfMemory(message: string): boolean {
  return LAST_WORDS.test(message)
}

/** How a process ended; `systemEnded`: whether the system ended processes for want of memory while it ran. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of its standard error. */
  readonly lastWords: string
  readonly systemEnded: boolean
}

/** The error of a process that ended without a word on its task. */
export function crash({
  code,
  signal,
  lastWords,
  systemEnded,
}: Ending): TaskError | OutOfMemoryError {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`
  if ((signal === 'SIGKILL' && systemEnded) || saysOutOfMemory(lastWords)) {
    return new OutOfMemoryError(`the task's process ran out of memory (it ended with ${how})`)
  }
  const hint = signal === 'SIGKILL' ? ' (killed from outside, or out of memory)' : ''
  // Libraries log in colours, whatever they write to.
  const said = stripVTControlCharacters(lastWords).trim()
  const words = said === '' ? '' : `; its last words:\n${said}`
  return new TaskError(`the task's process ended with ${how}${hint}${words}`)
}
