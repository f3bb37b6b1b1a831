import { InterruptedError } from '../../core/errors.js'
import { type Lease, withLock } from '../../store/lock.js'
import type { TaskContext } from '../types.js'

/** Does the work of a task while holding a lock; where another process holds it, progress says which. Throws
 * InterruptedError when the user interrupts meanwhile. */
export function withTaskLock<T>(
  path: string,
  { report, signal }: Pick<TaskContext, 'report' | 'signal'>,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const onWait = (holder: string) =>
    report({ done: 0, total: 1, note: `waiting for ${holder}, which holds ${path}` })
  return withLock(path, work, { onWait, signal })
}

/** Throws InterruptedError when the user interrupts, and LockLostError when another process took over. */
export function stopIfAsked({ signal }: Pick<TaskContext, 'signal'>, lease: Lease): void {
  if (signal.aborted) throw new InterruptedError()
  lease.stopIfLost()
}
