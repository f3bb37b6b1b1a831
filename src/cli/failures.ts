/** What is said of tasks that failed, and what the process ends with. */
import { exitCodes } from '../core/errors.js'
import { groupBy } from '../core/groupBy.js'
import type { TaskOutcome } from '../executors/types.js'
import type { Task } from '../plan/types.js'

/** A task in words. */
export function nameOf(task: Task): string {
  return 'network' in task ? `${task.kind} of ${task.network.name}` : task.kind
}

/** Says each cause once, with the tasks that it stopped. */
export function reportFailures(
  outcomes: readonly TaskOutcome[],
  say: (line: string) => void,
): void {
  const causes = groupBy(causesOf(outcomes), ({ failure }) => {
    const stack = failure.code === 'internal' ? `\n${failure.stack ?? ''}` : ''
    return failure.message + stack
  })
  for (const [cause, failed] of causes) {
    // Interactions of one network under several choices are several tasks.
    const names = new Set(failed.map(({ task }) => nameOf(task)))
    say(`failed: ${[...names].join(', ')}: ${cause}`)
  }
}

/** Failures; that nothing is left to compare is none of its own where networks failed. */
function causesOf(outcomes: readonly TaskOutcome[]) {
  const failed = outcomes.filter((outcome) => outcome.status === 'failed')
  const first = failed.filter(({ task }) => task.kind !== 'compare')
  return first.length === 0 ? failed : first
}

/** Where nothing could be compared: the exit code of the failures where they agree, 1 otherwise; 0 without any. */
export function failureCode(outcomes: readonly TaskOutcome[]): number {
  const codes = new Set(causesOf(outcomes).map(({ failure }) => failure.exitCode))
  if (codes.size === 0) return exitCodes.done
  return codes.size === 1 ? [...codes][0] : exitCodes.taskFailed
}
