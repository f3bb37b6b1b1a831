/** Which tasks of a plan would run, and why, for `lowlayer plan`. */
import { readCurve } from '../../artifacts/networkState.js'
import type { StudyNetwork, Task } from '../../plan/types.js'
import { exists } from '../../store/atomic.js'
import { networkPaths } from '../../store/layout.js'
import type { StudyPlace } from '../types.js'
import { isTaskDone } from './isDone.js'

/** Whether a task would run, and why. */
export interface TaskState {
  readonly state: 'cached' | 'resume' | 'new'
  readonly reason: string
}

export async function taskState(task: Task, place: StudyPlace): Promise<TaskState> {
  if (await isTaskDone(task, place)) return { state: 'cached', reason: 'its output is there' }
  if (task.kind === 'train') return trainingState(task.network, place.results)
  if (task.kind === 'compare')
    return { state: 'new', reason: 'no complete tables of this version yet' }
  if (task.kind === 'measure') {
    const { spec, curveFile } = task.network
    const isMeasured = spec.kind === 'onnx' && curveFile === undefined
    const reason = isMeasured ? 'its losses are not measured yet' : 'it is not read yet'
    return { state: 'new', reason }
  }
  if (task.kind === 'panel') return { state: 'new', reason: 'its samples are not chosen yet' }
  const last = networkPaths(place.results, task.network.id)
  if (await exists(last.state)) return { state: 'new', reason: 'checkpoints not analysed yet' }
  const isGiven = task.network.origin === 'given'
  return { state: 'new', reason: isGiven ? 'network not measured' : 'network not trained' }
}

async function trainingState(network: StudyNetwork, results: string): Promise<TaskState> {
  const paths = networkPaths(results, network.id)
  if (!(await exists(paths.resume))) return { state: 'new', reason: 'never started' }
  const curve = await readCurve(paths).catch(() => undefined)
  if (curve === undefined) return { state: 'new', reason: 'what it has left is damaged' }
  const step = curve[curve.length - 1]?.step ?? 0
  return {
    state: 'resume',
    reason: `stopped after step ${step} or later of ${network.spec.totalSteps}`,
  }
}
