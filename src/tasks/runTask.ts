import type { Task } from '../plan/types.js'
import { compare } from './compare.js'
import { interactions } from './interactions.js'
import { noise } from './noise.js'
import { panel } from './panel.js'
import { train } from './train.js'
import type { TaskContext } from './types.js'
import { values } from './values.js'

/** Runs one task to its end; rejects with an error of the family when it fails. */
export async function runTask(task: Task, context: TaskContext): Promise<void> {
  switch (task.kind) {
    case 'train':
      return train(task, context)
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
