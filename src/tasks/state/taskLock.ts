/** Keeps two processes from working at the same task, and stops tasks when asked. */
import { InterruptedError } from '../../core/errors.js'
import type { Task } from '../../plan/types.js'
import { lockBeside, lockOf, networkPaths, studyFolder } from '../../store/layout.js'
import { type Lease, withLock } from '../../store/lock.js'
import type { StudyPlace, TaskContext } from '../types.js'
import { panelFile } from './outputs.js'

/** How often a task that waits says so. */
const TELL_MS = 60_000

/** The lock under which a task works: that of the folder where its files lie. */
export function lockOfTask(task: Task, { plan, results }: StudyPlace): string {
  switch (task.kind) {
    case 'train':
    case 'measure':
      return lockOf(networkPaths(results, task.network.id).folder)
    case 'panel':
      return lockBeside(panelFile(plan, results, 'network' in task ? task.network.id : undefined))
    case 'values':
      return lockBeside(networkPaths(results, task.network.id).values(0, ''))
    case 'interactions':
      return lockBeside(networkPaths(results, task.network.id).interactions(0, ''))
    case 'compare':
      return lockOf(studyFolder(results, plan.study, plan.id))
  }
}

/** Does the work of a task while holding its lock; where another process holds it, progress says which. Throws
 * InterruptedError when the user interrupts meanwhile. */
export function withTaskLock(
  task: Task,
  { plan, results, report, signal }: StudyPlace & Pick<TaskContext, 'report' | 'signal'>,
  work: (lease: Lease) => Promise<void>,
): Promise<void> {
  const path = lockOfTask(task, { plan, results })
  let telling: NodeJS.Timeout | undefined
  const onWait = (holder: string) => {
    const note = `waiting for ${holder}, which holds ${path}`
    const tell = () => report({ done: 0, total: 1, note, waitsFor: holder })
    tell()
    // Who tells nothing for long is taken for hung.
    telling = setInterval(tell, TELL_MS)
  }
  const begin = (lease: Lease) => {
    clearInterval(telling)
    return work(lease)
  }
  return withLock(path, begin, { onWait, signal }).finally(() => clearInterval(telling))
}

/** Throws InterruptedError when the user interrupts, and LockLostError when another process took over. */
export function stopIfAsked({ signal }: Pick<TaskContext, 'signal'>, lease: Lease): void {
  if (signal.aborted) throw new InterruptedError()
  lease.stopIfLost()
}
