import { InterruptedError, LockLostError, messageOf } from '../core/errors.js'
import type { Task } from '../plan/types.js'
import { interactions } from './analysis/interactions.js'
import { noise } from './analysis/noise.js'
import { panel } from './analysis/panel.js'
import { values } from './analysis/values.js'
import { compare } from './reporting/compare.js'
import { clearFailure, recordFailure } from './state/failures.js'
import { measure } from './training/measure.js'
import { train } from './training/train.js'
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
      await recordFailure(context, task, messageOf(error))
    }
    throw error
  }
  await clearFailure(context, task)
}

async function perform(task: Task, context: TaskContext): Promise<void> {
  switch (task.kind) {
    case 'train':
      return train(task, context)
    case 'measure':
      return measure(task, context)
    case 'panel':
      return panel(task, context)
    case 'values':
      return values(task, context)
    case 'interactions':
      return interactions(task, context)
    case 'noise':
      return noise(task, context)
    case 'compare':
      return compare(task, context)
  }
}
