import type { Task } from '../../plan/types.js'
import { barsView } from './bars.js'
import { jsonView } from './json.js'
import { plainView } from './plain.js'
import type { ProgressMode, ProgressView } from './types.js'

/** The view for a mode; `auto` draws bars on a terminal and writes plain lines elsewhere. */
export function progressView(mode: ProgressMode, tasks: readonly Task[]): ProgressView {
  const write = (line: string): void => void process.stderr.write(`${line}\n`)
  if (mode === 'none') return { say: write, close: () => undefined }
  if (mode === 'json') return jsonView(write)
  const bars = mode === 'auto' && process.stderr.isTTY && process.env.CI === undefined
  return bars ? barsView(tasks) : plainView(tasks, write)
}
