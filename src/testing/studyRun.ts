/** A whole study in this process, for tests that need not kill one. */
import { join } from 'node:path'
import { readEvaluatedSamples, readTables } from '../artifacts/valueFile.js'
import { writtenConfigOf } from '../config/load.js'
import type { Plan } from '../plan/types.js'
import { networkPaths, studyFolder } from '../store/layout.js'
import type { EvaluatedSamples } from '../study/types.js'
import { planLoaded } from '../tasks/planLoaded.js'
import { runTask } from '../tasks/runTask.js'
import { announceStudy } from '../tasks/state/announceStudy.js'
import { isTaskDone } from '../tasks/state/isDone.js'
import type { TaskContext } from '../tasks/types.js'

/** Where a study of a test lies, and whether its report is to have figures, most of the time of a small study. */
export interface StudyPlaces extends Pick<TaskContext, 'drawsFigures'> {
  /** Relative paths of the configuration start here. */
  readonly baseDir: string
  readonly results: string
  readonly overrides?: readonly string[]
}

/** A study that was run, and where its tables are. */
export interface RanStudy {
  readonly plan: Plan
  readonly results: string
  readonly folder: string
}

/** The plan of a configuration that is given as a value. */
export async function planOfDocument(
  document: object,
  { baseDir, overrides }: StudyPlaces,
): Promise<Plan> {
  return planLoaded({ ...writtenConfigOf(document, 'study', overrides), baseDir }, [])
}

/** Plans and runs what is not done of a study; rejects with the error of the first task that fails. */
export async function runDocument(
  document: object,
  places: StudyPlaces,
  signal: AbortSignal = new AbortController().signal,
): Promise<RanStudy> {
  const { baseDir, results, drawsFigures = false } = places
  const plan = await planOfDocument(document, places)
  const context: TaskContext = {
    plan,
    results,
    baseDir,
    dataDirs: [],
    drawsFigures,
    report: () => undefined,
    signal,
  }
  await announceStudy(plan, results)
  for (const task of plan.tasks) {
    if (!(await isTaskDone(task, { plan, results }, 'content'))) await runTask(task, context)
  }
  return { plan, results, folder: studyFolder(results, plan.study, plan.id) }
}

/** v(S) of a network at its end, a table a sample, with what is known of the samples. */
export async function valuesOfNetwork(
  { plan, results }: RanStudy,
  name: string,
): Promise<{ readonly tables: Float64Array[]; readonly samples: EvaluatedSamples }> {
  const network = plan.networks.find((one) => one.name === name)
  if (network === undefined) throw new RangeError(`the study has no network ${name}`)
  const file = networkPaths(results, network.id).values(network.spec.totalSteps, plan.valuesId)
  const tables: Float64Array[] = []
  for await (const table of readTables(file)) tables.push(table)
  return { tables, samples: await readEvaluatedSamples(file) }
}

/** A file of a study's folder. */
export function fileOf({ folder }: RanStudy, name: string): string {
  return join(folder, name)
}
