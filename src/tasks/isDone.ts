import { join } from 'node:path'
import { hasOtherEnd } from '../plan/analysisRuns.js'
import { COMPARISON_VERSION } from '../plan/comparisonVersion.js'
import type { InteractionsTask, Plan, Task, ValuesTask } from '../plan/types.js'
import { schemaVersion } from '../report/tables/tables.js'
import { exists, readJson } from '../store/atomic.js'
import { type NetworkPaths, networkPaths, reportPage, studyFolder } from '../store/layout.js'
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
      return exists(panelFile(plan, results, 'network' in task ? task.network.id : undefined))
    case 'values':
      return everyStep(plan, results, task, (paths) => (step) => {
        return isWhole(paths.values(step, task.run.valuesId))
      })
    case 'interactions':
      return everyStep(plan, results, task, (paths, curve) => {
        const bothEnds = hasOtherEnd(task.run) ? scoredSteps(plan, task.network, curve) : []
        return (step) => isDecomposed(paths, step, task.run.interactionsId, bothEnds.includes(step))
      })
    case 'noise': {
      const { id, spec } = task.network
      return isWhole(networkPaths(results, id).interactions(spec.totalSteps, plan.noiseId))
    }
    case 'compare':
      return isCompared(plan, studyFolder(results, plan.study, plan.id))
  }
}

/** Whether a study's folder has the manifest, of this version, every table that it lists, and the report. */
async function isCompared(plan: Plan, folder: string): Promise<boolean> {
  const manifest = await readJson<Manifest>(join(folder, 'manifest.json'))
  if (manifest?.complete !== true || manifest.id !== plan.id) return false
  if (manifest.schemaVersion !== schemaVersion) return false
  if (manifest.comparisonVersion !== COMPARISON_VERSION) return false
  const files = Object.keys(manifest.checksums).map((name) => join(folder, name))
  const found = await Promise.all([...files, reportPage(folder)].map(exists))
  return !found.includes(false)
}

/**
 * Where the choice of samples lies when it depends on what networks predict: that of all networks, or of
 * one by its id.
 */
export function panelFile({ valuesId }: Plan, results: string, network?: string): string {
  const name = network === undefined ? valuesId : `${valuesId}-${network}`
  return join(results, 'panels', `${name}.json`)
}

/** Whether what a task leaves at a step is there. */
type StepCheck = (step: number) => Promise<boolean>

async function everyStep(
  plan: Plan,
  results: string,
  { network, run }: ValuesTask | InteractionsTask,
  checkOf: (paths: NetworkPaths, curve: readonly CurvePoint[]) => StepCheck,
): Promise<boolean> {
  const paths = networkPaths(results, network.id)
  if (!(await isTrained(paths))) return false
  const curve = await readCurve(paths)
  const isStepDone = checkOf(paths, curve)
  for (const step of runSteps(plan, run, network, curve)) {
    if (!(await isStepDone(step))) return false
  }
  return true
}
