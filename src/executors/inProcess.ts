import { partOf } from '../plan/partOf.js'
import { runTask } from '../tasks/runTask.js'
import type { Executor } from './types.js'

/**
 * Runs each task in this very process, one after the other where they compute: for studies so small that the
 * start of processes would take most of the time. A task that crashes takes the run along.
 */
export const inProcess: Executor = (context) => (task, onEvent) => {
  const interruption = new AbortController()
  return {
    finished: runTask(task, {
      ...context,
      plan: partOf(context.plan, task),
      report: onEvent,
      signal: interruption.signal,
    }),
    interrupt: () => interruption.abort(),
  }
}
