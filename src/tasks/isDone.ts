import { join } from 'node:path'
import type { InteractionsTask, Plan, Task, ValuesTask } from '../plan/types.js'
import { exists, readJson } from '../store/atomic.js'
import { networkPaths, studyFolder } from '../store/layout.js'
import { isWhole } from '../store/wholeness.js'
import type { Manifest } from './manifest.js'
import { runSteps } from './steps.js'
import { isTrained, readCurve } from './train.js'

/** Whether a task's output is there, whole, so that the task need not run. */
export async function isTaskDone(
  task: Task,
  { plan, results }: { readonly plan: Plan; readonly results: string },
): Promise<boolean> {
  switch (task.kind) {
    case 'train':
      return isTrained(networkPaths(results, task.network.id))
    case 'panel':
      return exists(panelFile(plan, results))
    case 'values':
      return everyStep(plan, results, task, (paths, step) => paths.values(step, task.run.valuesId))
    case 'interactions':
      return everyStep(plan, results, task, (paths, step) =>
        paths.interactions(step, task.run.interactionsId),
      )
    case 'noise': {
      const { id, spec } = task.network
      return isWhole(networkPaths(results, id).interactions(spec.totalSteps, plan.noiseId))
    }
    case 'compare': {
      const folder = studyFolder(results, plan.study, plan.id)
      const manifest = await readJson<Manifest>(join(folder, 'manifest.json'))
      return manifest?.complete === true && manifest.id === plan.id
    }
  }
}

/** Where the choice of samples lies when it depends on what the networks predict. */
export function panelFile(plan: Plan, results: string): string {
  return join(results, 'panels', `${plan.valuesId}.json`)
}

async function everyStep(
  plan: Plan,
  results: string,
  { network, run }: ValuesTask | InteractionsTask,
  fileOf: (paths: ReturnType<typeof networkPaths>, step: number) => string,
): Promise<boolean> {
  const paths = networkPaths(results, network.id)
  if (!(await isTrained(paths))) return false
  for (const step of runSteps(plan, run, network, await readCurve(paths))) {
    if (!(await isWhole(fileOf(paths, step)))) return false
  }
  return true
}
