/** Tells whether a task still has to run. */
import { InputError } from '../../core/errors.js'
import { COMPARISON_VERSION } from '../../plan/comparisonVersion.js'
import type { Task } from '../../plan/types.js'
import { studyFolder } from '../../store/layout.js'
import { readManifest } from '../../store/manifest.js'
import { type Closeness, isStored } from '../../store/stored.js'
import { schemaVersion } from '../../tables/tables.js'
import type { StudyPlace } from '../types.js'
import { type Output, outputsOf } from './outputs.js'

/**
 * Whether all that a task leaves is there, so that it need not run: by its place and size, or, where its content
 * is asked for, by what was written. A file that is read to tell this, such as a curve or the manifest, may be damaged:
 * then the task counts as not done.
 */
export async function isTaskDone(
  task: Task,
  place: StudyPlace,
  closeness: Closeness = 'place',
): Promise<boolean> {
  try {
    if (task.kind === 'compare' && !(await isCompared(place))) return false
    const outputs = await outputsOf(task, place)
    return outputs !== undefined && (await areStored(outputs, closeness))
  } catch (error) {
    if (error instanceof InputError) return false
    throw error
  }
}

/** Whether all of these files are there as they were written, made from what is there now. */
export async function areStored(
  outputs: readonly Output[],
  closeness: Closeness,
): Promise<boolean> {
  for (const { path, from } of outputs) {
    if (!(await isStored(path, closeness, from))) return false
  }
  return true
}

/** Whether the manifest of a study says that its tables are complete, and of this version. */
async function isCompared({ plan, results }: StudyPlace): Promise<boolean> {
  const manifest = await readManifest(studyFolder(results, plan.study, plan.id))
  return (
    manifest?.complete === true &&
    manifest.id === plan.id &&
    manifest.schemaVersion === schemaVersion &&
    manifest.comparisonVersion === COMPARISON_VERSION
  )
}
