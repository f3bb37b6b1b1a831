/** Chooses how progress is shown: bars, plain lines, JSON or nothing. */
import type { Task } from '../../plan/types.js'
import { barsView } from './bars.js'
import { jsonView } from './json.js'
import { plainView } from './plain.js'
import type { ProgressMode, ProgressView, Say } from './types.js'

/** Says things before there is a view, in the way of a mode: as JSON where lines must be that. */
export function messagesIn(mode: ProgressMode): Say {
  return mode === 'json' ? jsonView(writeLine).say : writeLine
}

const writeLine = (line: string): void => void process.stderr.write(`${line}\n`)

/** The view for a mode; `auto` draws bars on a terminal and writes plain lines elsewhere. */
export function progressView(mode: ProgressMode, tasks: readonly Task[]): ProgressView {
  if (mode === 'none') return { say: writeLine, close: () => undefined }
  if (mode === 'json') return jsonView(writeLine)
  const bars = mode === 'auto' && process.stderr.isTTY && process.env.CI === undefined
  return bars ? barsView(tasks) : plainView(tasks, writeLine)
}
