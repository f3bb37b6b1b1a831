import { join, resolve } from 'node:path'
import { stringify as toYaml } from 'yaml'
import type { Lack } from '../comparison/types.js'
import { InterruptedError, messageOf, TaskError } from '../core/errors.js'
import { sha256 } from '../core/hash.js'
import { unmeasured } from '../plan/analysisRuns.js'
import type { CompareTask, Plan, StudyNetwork } from '../plan/types.js'
import { schemaDocument } from '../report/tables/schemaDocument.js'
import { type Row, type Table, toCsv } from '../report/tables/table.js'
import {
  confusingTable,
  curvesTable,
  effectsTable,
  generalizationTable,
  membershipsTable,
  networksTable,
  ordersTable,
  overlapsTable,
  samplesTable,
} from '../report/tables/tables.js'
import { jsonText, readJson, type WriteFile } from '../store/atomic.js'
import { networkPaths, reportPage, studyFolder, studyLock } from '../store/layout.js'
import { compareAnalyses } from '../study/compare.js'
import { analyseNetwork, type NetworkAnalysis } from '../study/network.js'
import {
  confusingRows,
  curveRows,
  generalizationRows,
  networkRow,
  orderRows,
  sampleRows,
} from '../study/rows.js'
import { loadPlannedDataset } from './dataset.js'
import { failureOf } from './failures.js'
import { isTaskDone } from './isDone.js'
import { manifestOf } from './manifest.js'
import { readNetwork } from './readNetwork.js'
import { writeStudyReport } from './report.js'
import { withTaskLock } from './taskLock.js'
import { isTrained, type NetworkState } from './train.js'
import { describeEngine, distinctEngines, type TrainingEngine } from './trainingEngine.js'
import type { TaskContext } from './types.js'

/** Metrics, sets, comparison, tables and report of the study, over the networks that there are. */
export async function compare(task: CompareTask, context: TaskContext): Promise<void> {
  const { plan, results } = context
  const folder = studyFolder(results, plan.study, plan.id)
  await withTaskLock(studyLock(folder), context, async ({ remove, write }) => {
    // Another run of the study may have done it while this one waited.
    if (await isTaskDone(task, context).catch(() => false)) return
    // Written last; an earlier one would stand for all that a kill might leave out.
    await remove(reportPage(folder))
    await writeTables(context, folder, write)
    await writeStudyReport({
      folder,
      write,
      stored: { plan, results },
      dataset: () => loadPlannedDataset(plan, context),
      resolve: (file) => resolve(context.baseDir, file),
    })
  })
}

/** Writes the tables, the verdict and the manifest of a study to a folder. */
export async function writeTables(
  context: Pick<TaskContext, 'plan' | 'results' | 'report' | 'signal'>,
  folder: string,
  write: WriteFile,
): Promise<void> {
  const { plan, results } = context
  const began = performance.now()
  const networks = plan.networks.filter(({ role }) => role === 'analysed')
  const analyses: NetworkAnalysis[] = []
  const failed: Record<string, string> = {}
  const lacking: Record<string, string> = {}
  for (const [index, network] of networks.entries()) {
    if (context.signal.aborted) throw new InterruptedError()
    // Asked first: what is done from now on may have come too late for these tables.
    const lack = await unfinishedPart(plan, results, network)
    const found = await analyse(plan, results, network)
    if (typeof found === 'string') failed[network.name] = found
    else analyses.push(found)
    if (typeof found !== 'string' && lack !== undefined) lacking[network.name] = lack
    context.report({ done: index + 1, total: networks.length + 1, note: network.name })
  }
  if (analyses.length === 0) {
    const reasons = [...new Set(Object.values(failed))].join('; ')
    throw new TaskError(
      `no network could be analysed, so that there is nothing to compare: ${reasons}`,
    )
  }
  const tables = tablesOf(networks, analyses, failed)
  const engines = await enginesOf(plan, results)
  const comparison = compareAnalyses(
    analyses,
    {
      missing: listed(failed),
      lacking: listed(lacking),
      trainedBy: engines.map(describeEngine),
      unmeasured: unmeasured(plan.data),
    },
    plan.config,
  )
  const files = {
    ...tables,
    'overlaps.csv': toCsv(overlapsTable, comparison.overlaps),
    'effects.csv': toCsv(effectsTable, comparison.effects),
    'memberships.csv': toCsv(membershipsTable, comparison.memberships),
    'verdict.json': `${JSON.stringify(comparison.verdict, undefined, 2)}\n`,
    'config.yaml': toYaml(plan.config),
    'SCHEMA.md': schemaDocument(),
  }
  for (const [name, content] of Object.entries(files)) {
    await write(join(folder, name), content)
  }
  const manifest = manifestOf(plan, {
    failed,
    lacking,
    engines,
    baselines: Object.fromEntries(
      analyses.map(({ network, checkpoints }) => [
        network.name,
        Object.fromEntries(checkpoints.map(({ step, values }) => [step, values.baseline])),
      ]),
    ),
    seconds: (performance.now() - began) / 1000,
    checksums: Object.fromEntries(
      Object.entries(files).map(([name, content]) => [name, sha256(content)]),
    ),
  })
  await write(join(folder, 'manifest.json'), jsonText(manifest))
}

function listed(reasons: Readonly<Record<string, string>>): Lack[] {
  return Object.entries(reasons).map(([network, reason]) => ({ network, reason }))
}

/** Why a task of one network is not done, if one is: networks are analysed without their noise null, say. */
async function unfinishedPart(
  plan: Plan,
  results: string,
  network: StudyNetwork,
): Promise<string | undefined> {
  for (const task of plan.tasks) {
    if (!('network' in task) || task.network.id !== network.id) continue
    // Where there are values, the choice of their samples has done its part.
    if (task.kind === 'panel') continue
    if (await isTaskDone(task, { plan, results }).catch(() => false)) continue
    return (await failureOf({ plan, results }, network)) ?? `${task.kind} did not finish`
  }
  return undefined
}

/** The analysis of one network, or the reason why there is none. */
async function analyse(
  plan: Plan,
  results: string,
  network: StudyNetwork,
): Promise<NetworkAnalysis | string> {
  const failure = () => failureOf({ plan, results }, network)
  try {
    if (!(await isTrained(networkPaths(results, network.id)))) {
      return (await failure()) ?? 'training did not finish'
    }
    return analyseNetwork(await readNetwork(plan, results, network), plan.config)
  } catch (error) {
    return (await failure()) ?? `its results cannot be read: ${messageOf(error)}`
  }
}

function tablesOf(
  networks: readonly StudyNetwork[],
  analyses: readonly NetworkAnalysis[],
  failed: Readonly<Record<string, string>>,
): Record<string, string> {
  const byName = new Map(analyses.map((analysis) => [analysis.network.name, analysis]))
  // Networks that are equal under two names share their rows.
  const distinct = [...new Map(analyses.map((found) => [found.network.id, found])).values()]
  const csv = <T extends Table>(table: T, rowsOf: (analysis: NetworkAnalysis) => Row<T>[]) =>
    toCsv(table, distinct.flatMap(rowsOf))
  return {
    'networks.csv': toCsv(
      networksTable,
      networks.map((network) =>
        networkRow(network, byName.get(network.name), failed[network.name]),
      ),
    ),
    'curves.csv': csv(curvesTable, curveRows),
    'samples.csv': csv(samplesTable, sampleRows),
    'orders.csv': csv(ordersTable, orderRows),
    'generalization.csv': csv(generalizationTable, generalizationRows),
    'confusing.csv': csv(confusingTable, confusingRows),
  }
}

/** What trained the networks of a study, those that only lend layers included; each once. */
async function enginesOf({ networks }: Plan, results: string): Promise<TrainingEngine[]> {
  const found: TrainingEngine[] = []
  for (const id of new Set(networks.map((network) => network.id))) {
    // A damaged state is the failure of its own network.
    const state = await readJson<NetworkState>(networkPaths(results, id).state).catch(
      () => undefined,
    )
    // Networks of before engines were listed stay silent.
    found.push(...(state?.trainedBy ?? []))
  }
  return distinctEngines(found)
}
