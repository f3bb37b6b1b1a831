import { withLock } from '../store/lock.js'
import type { TaskContext } from './types.js'

/** Does the work of a task while holding a lock; where another process holds it, progress says which. */
export function withTaskLock<T>(
  path: string,
  { report }: Pick<TaskContext, 'report'>,
  work: () => Promise<T>,
): Promise<T> {
  return withLock(path, work, (holder) =>
    report({ done: 0, total: 1, note: `waiting for ${holder}, which holds ${path}` }),
  )
}
