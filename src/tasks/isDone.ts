import { join } from 'node:path'
import { hasOtherEnd } from '../plan/analysisRuns.js'
import type { InteractionsTask, Plan, Task, ValuesTask } from '../plan/types.js'
import { exists, readJson } from '../store/atomic.js'
import { type NetworkPaths, networkPaths, studyFolder } from '../store/layout.js'
import { isWhole } from '../store/wholeness.js'
import type { CurvePoint } from '../training/curve.js'
import { isDecomposed } from './interactions.js'
import type { Manifest } from './manifest.js'
import { runSteps, scoredSteps } from './steps.js'
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
      return everyStep(plan, results, task, (paths, step) =>
        isWhole(paths.values(step, task.run.valuesId)),
      )
    case 'interactions':
      return everyStep(plan, results, task, (paths, step, curve) => {
        const isScored = scoredSteps(plan, task.network, curve).includes(step)
        const atBothEnds = hasOtherEnd(task.run) && isScored
        return isDecomposed(paths, step, task.run.interactionsId, atBothEnds)
      })
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
  isStepDone: (paths: NetworkPaths, step: number, curve: readonly CurvePoint[]) => Promise<boolean>,
): Promise<boolean> {
  const paths = networkPaths(results, network.id)
  if (!(await isTrained(paths))) return false
  const curve = await readCurve(paths)
  for (const step of runSteps(plan, run, network, curve)) {
    if (!(await isStepDone(paths, step, curve))) return false
  }
  return true
}
