import { join, resolve } from 'node:path'
import { stringify as toYaml } from 'yaml'
import { isComplete, readState } from '../../artifacts/networkState.js'
import {
  describeEngine,
  distinctEngines,
  type TrainingEngine,
} from '../../artifacts/trainingEngine.js'
import type { Lack } from '../../comparison/types.js'
import { InterruptedError, messageOf, TaskError } from '../../core/errors.js'
import { planWarnings } from '../../plan/analysisRuns.js'
import { unverifiedDesign } from '../../plan/given.js'
import type { AnalysisRun, CompareTask, Plan, StudyNetwork } from '../../plan/types.js'
import { jsonText, type WriteFile } from '../../store/atomic.js'
import { lockOf, networkPaths, reportPage, studyFiles, studyFolder } from '../../store/layout.js'
import type { Manifest } from '../../store/manifest.js'
import { accuracyWarnings } from '../../study/accuracyWarnings.js'
import { claimScope } from '../../study/claimScope.js'
import { compareAnalyses } from '../../study/compare.js'
import { continuumWarnings } from '../../study/continuum.js'
import { difficultyRows, unknownDifficulty } from '../../study/dynamics.js'
import { gapLabelAssumptions } from '../../study/gapLabels.js'
import { measureRows } from '../../study/measures.js'
import {
  type AlternativeScores,
  type AnalysedEnd,
  alternativeScores,
  multiverseOf,
} from '../../study/multiverse.js'
import {
  analyseNetwork,
  type NetworkAnalysis,
  type NetworkInput,
  scoredCheckpoints,
} from '../../study/network.js'
import {
  agreementRows,
  confusingRows,
  curveRows,
  generalizationRows,
  networkRow,
  orderRows,
  playerRows,
  sampleRows,
} from '../../study/rows.js'
import { subgroupRows } from '../../study/subgroups.js'
import { schemaDocument } from '../../tables/schemaDocument.js'
import { type Row, type Table, toCsv } from '../../tables/table.js'
import {
  agreementTable,
  confusingTable,
  curvesTable,
  difficultyTable,
  effectsTable,
  generalizationTable,
  measuresTable,
  membershipsTable,
  multiverseTable,
  networksTable,
  ordersTable,
  overlapsTable,
  pairClassesTable,
  playersTable,
  referencesTable,
  samplesTable,
  subgroupsTable,
} from '../../tables/tables.js'
import { type ReferenceInputs, readNetwork } from '../analysis/readNetwork.js'
import { loadPlannedDataset } from '../dataset.js'
import { failureOf, unfinishedPart } from '../state/failures.js'
import { isTaskDone } from '../state/isDone.js'
import { comparedFrom } from '../state/outputs.js'
import { withTaskLock } from '../state/taskLock.js'
import type { TaskContext } from '../types.js'
import { manifestOf } from './manifest.js'
import { readAllReferences } from './references.js'
import { writeStudyReport } from './report.js'

/** Metrics, sets, comparison, tables and report of the study, over the networks that there are. */
export async function compare(task: CompareTask, context: TaskContext): Promise<void> {
  const { plan, results } = context
  const folder = studyFolder(results, plan.study, plan.id)
  await withTaskLock(lockOf(folder), context, async (lease) => {
    // Another run of the study may have done it while this one waited.
    if (await isTaskDone(task, context, 'content')) return
    const from = await comparedFrom(context)
    // Written last; an earlier one would stand for all that a kill might leave out.
    await lease.remove(reportPage(folder))
    await writeTables(await makeTables(context), { folder, from, write: lease.write })
    await writeStudyReport({
      folder,
      lease,
      stored: { plan, results },
      dataset: () => loadPlannedDataset(plan, context),
      resolve: (file) => resolve(context.baseDir, file),
    })
  })
}

/** What a study's folder says of its networks, before it is written. */
export interface MadeTables {
  /** Tables, verdict, configuration and the meaning of the columns, by file name. */
  readonly files: Readonly<Record<string, string>>
  readonly manifest: Manifest
}

/** Where tables go, and what their networks' files are. */
interface TablePlace {
  readonly folder: string
  readonly from: string
  readonly write: WriteFile
}

/** Writes tables to the folder of a study; the manifest last, as the sign that they are there. */
export async function writeTables(
  { files, manifest }: MadeTables,
  { folder, from, write }: TablePlace,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) await write(join(folder, name), content)
  await write(join(folder, studyFiles.manifest), jsonText(manifest), from)
}

/**
 * Makes the tables, the verdict and the manifest of a study from what is stored. Throws TaskError when no network
 * can be analysed.
 */
export async function makeTables(
  context: Pick<TaskContext, 'plan' | 'results' | 'report' | 'signal'>,
): Promise<MadeTables> {
  const { plan, results } = context
  const began = performance.now()
  const networks = membersOf(plan.networks)
  const analyses: NetworkAnalysis[] = []
  const alternatives = new Map<string, readonly AlternativeScores[]>()
  const failed: Record<string, string> = {}
  const lacking: Record<string, string> = {}
  const references = await readAllReferences(plan, results)
  for (const { row, name } of references.found) {
    if (row.reason !== undefined) lacking[name] = row.reason
  }
  for (const [index, network] of networks.entries()) {
    if (context.signal.aborted) throw new InterruptedError()
    // Asked first: what is done from now on may have come too late for these tables.
    const lack = await unfinishedPart({ plan, results }, network)
    const found = await analyse(plan, results, network, references.of(network))
    if (typeof found === 'string') failed[network.name] = found
    else {
      analyses.push(found.analysis)
      alternatives.set(network.id, found.alternatives)
      if (lack !== undefined) lacking[network.name] = lack
    }
    context.report({ done: index + 1, total: networks.length + 1, note: network.name })
  }
  if (analyses.length === 0) {
    const reasons = [...new Set(Object.values(failed))].join('; ')
    throw new TaskError(
      `no network could be analysed, so that there is nothing to compare: ${reasons}`,
    )
  }
  const tables = {
    ...tablesOf(plan, analyses, failed),
    'players.csv': toCsv(playersTable, playerRows(plan.data.players)),
  }
  const engines = await enginesOf(plan, results)
  const comparison = compareAnalyses(
    analyses,
    {
      missing: listed(failed),
      lacking: listed(lacking),
      trainedBy: engines.map(describeEngine),
      unmeasured: [
        ...claimScope(plan.config, plan.networks),
        ...planWarnings(plan.data),
        ...unverifiedDesign(plan.data.given ?? []),
        ...accuracyWarnings(analyses),
        ...continuumWarnings(analyses),
      ],
    },
    plan.config,
  )
  const files = {
    ...tables,
    'references.csv': toCsv(
      referencesTable,
      references.found.map(({ row }) => row),
    ),
    'overlaps.csv': toCsv(overlapsTable, comparison.overlaps),
    'effects.csv': toCsv(effectsTable, comparison.effects),
    'measures.csv': toCsv(measuresTable, measureRows(analyses, comparison.effects, plan.config)),
    'subgroups.csv': toCsv(subgroupsTable, subgroupRows(analyses, comparison, plan.config)),
    'pair_classes.csv': toCsv(pairClassesTable, comparison.pairClasses),
    'memberships.csv': toCsv(membershipsTable, comparison.memberships),
    'multiverse.csv': toCsv(multiverseTable, multiverseOf(analyses, alternatives, plan.config)),
    [studyFiles.verdict]: jsonText(comparison.verdict),
    [studyFiles.config]: toYaml(plan.config),
    [studyFiles.schema]: schemaDocument(),
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
    assumptions: [
      ...(await givenAssumptions(plan, results)),
      ...unknownDifficulty(analyses),
      ...gapLabelAssumptions(analyses, plan.config.phases),
    ],
    seconds: (performance.now() - began) / 1000,
  })
  return { files, manifest }
}

function membersOf(networks: readonly StudyNetwork[]): readonly StudyNetwork[] {
  return networks.filter(({ role }) => role === 'analysed')
}

function listed(reasons: Readonly<Record<string, string>>): Lack[] {
  return Object.entries(reasons).map(([network, reason]) => ({ network, reason }))
}

/** What a study finds on one network, and its scores under other choices of the analysis. */
interface FoundOfNetwork {
  readonly analysis: NetworkAnalysis
  readonly alternatives: readonly AlternativeScores[]
}

/** The analysis of one network beside its references, or the reason why there is none. */
async function analyse(
  plan: Plan,
  results: string,
  network: StudyNetwork,
  references: ReferenceInputs | string | undefined,
): Promise<FoundOfNetwork | string> {
  const failure = () => failureOf({ plan, results }, network)
  try {
    if (!(await isComplete(networkPaths(results, network.id)))) {
      return (await failure()) ?? 'training did not finish'
    }
    const isNeeded = plan.config.confusing.score === 'nongeneralizable'
    if (typeof references === 'string' && isNeeded) return references
    const there = typeof references === 'string' ? undefined : references
    const input = await readNetwork(plan, results, network, there)
    const analysis = analyseNetwork(input, plan.config)
    const analysed = analysedEnds(input, analysis, plan)
    return { analysis, alternatives: alternativeScores(analysed, plan.config) }
  } catch (error) {
    return (await failure()) ?? `its results cannot be read: ${messageOf(error)}`
  }
}

/** The scored checkpoints as the study analysed them, and under other players or another baseline. */
function analysedEnds(
  { checkpoints, otherEnd, variants = [] }: NetworkInput,
  { phases }: NetworkAnalysis,
  { runs, config }: Plan,
): AnalysedEnd[] {
  const [main] = runs
  return [
    {
      players: 'main',
      baseline: baselineName(main),
      scored: scoredCheckpoints(checkpoints, phases, config),
      otherEnd,
    },
    ...variants.map(({ name, scored }, index): AnalysedEnd => {
      const players = name === 'players' ? 'other' : 'main'
      return { players, baseline: baselineName(runs[index + 1]), scored }
    }),
  ]
}

function baselineName({ analysis: { baseline } }: AnalysisRun): string {
  return typeof baseline === 'string' ? baseline : JSON.stringify(baseline)
}

function tablesOf(
  { networks, config }: Plan,
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
      membersOf(networks).map((network) =>
        networkRow(network, byName.get(network.name), failed[network.name]),
      ),
    ),
    'curves.csv': csv(curvesTable, curveRows),
    'samples.csv': csv(samplesTable, sampleRows),
    'orders.csv': csv(ordersTable, (found) => orderRows(found, config.confusing.references)),
    'agreement.csv': csv(agreementTable, agreementRows),
    'generalization.csv': csv(generalizationTable, generalizationRows),
    'confusing.csv': csv(confusingTable, confusingRows),
    'difficulty.csv': csv(difficultyTable, difficultyRows),
  }
}

/** What was assumed about the networks from elsewhere when they were measured, each line once. */
async function givenAssumptions({ networks }: Plan, results: string): Promise<string[]> {
  const lines: string[] = []
  for (const { origin, id } of networks) {
    if (origin === 'trained') continue
    const state = await readState(networkPaths(results, id)).catch(() => undefined)
    lines.push(...(state?.assumptions ?? []))
  }
  return [...new Set(lines)]
}

/** What trained the networks of a study, those that only lend layers included; each once. */
async function enginesOf({ networks }: Plan, results: string): Promise<TrainingEngine[]> {
  const found: TrainingEngine[] = []
  for (const id of new Set(networks.map((network) => network.id))) {
    // A damaged state is the failure of its own network.
    const state = await readState(networkPaths(results, id)).catch(() => undefined)
    // Networks of before engines were listed stay silent.
    found.push(...(state?.trainedBy ?? []))
  }
  return distinctEngines(found)
}
