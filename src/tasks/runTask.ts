import { InterruptedError, LockLostError, messageOf } from '../core/errors.js'
import type { Task } from '../plan/types.js'
import { clearFailure, recordFailure } from './state/failures.js'
import type { TaskContext } from './types.js'

/**
 * Runs one task to its end; rejects with an error of the family when it fails, and leaves the reason
 * for the tables.
 */
export async function runTask(task: Task, context: TaskContext): Promise<void> {
  try {
    await perform(task, context)
  } catch (error) {
    // Who lost the lock has nothing to say any more: the task goes on elsewhere.
    if (!(error instanceof InterruptedError || error instanceof LockLostError)) {
      // A disk that is full takes no note of it either; the run says it.
      await recordFailure(context, task, messageOf(error)).catch(() => undefined)
    }
    throw error
  }
  await clearFailure(context, task)
}

/** Loads what a kind of task needs and no more: it is most of the start of a process. */
async function perform(task: Task, context: TaskContext): Promise<void> {
  switch (task.kind) {
    case 'train':
      return (await import('./training/train.js')).train(task, context)
    case 'measure':
      return (await import('./training/measure.js')).measure(task, context)
    case 'panel':
      return (await import('./analysis/panel.js')).panel(task, context)
    case 'values':
      return (await import('./analysis/values.js')).values(task, context)
    case 'interactions':
      return (await import('./analysis/interactions.js')).interactions(task, context)
    case 'compare':
      return (await import('./reporting/compare.js')).compare(task, context)
  }
}
