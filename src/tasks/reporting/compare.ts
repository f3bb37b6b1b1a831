/** The task that compares all networks: makes the tables, the verdict and the report. */

import { join } from 'node:path'
import { stringify as toYaml } from 'yaml'
import { isComplete } from '../../artifacts/networkState.js'
import { describeEngine } from '../../artifacts/trainingEngine.js'
import type { Lack } from '../../comparison/types.js'
import type { ExperimentConfig } from '../../config/schema.js'
import { messageOf, TaskError } from '../../core/errors.js'
import { pathsFrom } from '../../data/paths.js'
import { planWarnings } from '../../plan/analysisRuns.js'
import { misfitWarnings } from '../../plan/given.js'
import { unverifiedDesign } from '../../plan/statedLayers.js'
import type { AnalysisRun, CompareTask, Plan, StudyNetwork } from '../../plan/types.js'
import { type FileContent, jsonText, type WriteFile } from '../../store/atomic.js'
import { networkPaths, reportPage, studyFiles, studyFolder, tableFile } from '../../store/layout.js'
import type { Manifest } from '../../store/manifest.js'
import { accuracyWarnings } from '../../study/accuracyWarnings.js'
import { claimScope } from '../../study/claimScope.js'
import { compareAnalyses, pairRows, studyScores } from '../../study/compare.js'
import { continuumWarnings } from '../../study/continuum.js'
import { unknownDifficulty } from '../../study/dynamics.js'
import { gapLabelAssumptions } from '../../study/gapLabels.js'
import { growthWarnings } from '../../study/growthWarnings.js'
import { measureRows } from '../../study/measures.js'
import {
  type AlternativeScores,
  type AnalysedEnd,
  alternativeScores,
  multiverseOf,
} from '../../study/multiverse.js'
import {
  analyseNetwork,
  type KeptAnalysis,
  keptOf,
  type NetworkAnalysis,
  type NetworkInput,
  scoredCheckpoints,
} from '../../study/network.js'
import { PairClasses } from '../../study/pairClasses.js'
import { panelWarnings } from '../../study/panelWarnings.js'
import { reliabilityWarnings } from '../../study/reliabilityWarnings.js'
import { classRows, playerRows } from '../../study/rows.js'
import { subgroupRows } from '../../study/subgroups.js'
import { studySchema } from '../../tables/schemaDocument.js'
import { CsvText } from '../../tables/table.js'
import {
  classesTable,
  effectsTable,
  measuresTable,
  membershipsTable,
  multiverseTable,
  overlapsTable,
  pairClassesTable,
  playersTable,
  referencesTable,
  subgroupsTable,
} from '../../tables/tables.js'
import { type ReferenceInputs, readNetwork } from '../analysis/readNetwork.js'
import { loadPlannedDataset } from '../dataset.js'
import { failureOf, unfinishedPart } from '../state/failures.js'
import { isTaskDone } from '../state/isDone.js'
import { manifestOf } from '../state/manifest.js'
import { comparedFrom } from '../state/outputs.js'
import { withTaskLock } from '../state/taskLock.js'
import type { StudyPlace, TaskContext } from '../types.js'
import { type ComparisonProgress, comparisonProgress } from './comparisonProgress.js'
import { enginesOf, givenAssumptions } from './givenAssumptions.js'
import { NetworkTables } from './networkTables.js'
import { readAllReferences } from './references.js'
import { writeStudyReport } from './report.js'

/** Metrics, sets, comparison, tables and report of the study, over the networks that there are. */
export async function compare(task: CompareTask, context: TaskContext): Promise<void> {
  const { plan, results } = context
  const folder = studyFolder(results, plan.study, plan.id)
  await withTaskLock(task, context, async (lease) => {
    // Another run of the study may have done it while this one waited.
    if (await isTaskDone(task, context, 'content')) return
    const from = await comparedFrom(context)
    // Written last; an earlier one would stand for all that a kill might leave out.
    await lease.remove(reportPage(folder))
    const progress = comparisonProgress(plan, context)
    const made = await makeTables({ plan, results, progress })
    await writeTables(made, { folder, from, write: lease.write })
    await writeStudyReport({
      folder,
      lease,
      drawn: () => progress('figures', 'figures'),
      stored: { plan, results },
      dataset: () => loadPlannedDataset(plan, context),
      resolve: pathsFrom(context),
      drawsFigures: context.drawsFigures,
    })
  })
}

/** What a study's folder says of its networks, before it is written. */
export interface MadeTables {
  /** Tables, verdict, configuration and the meaning of the columns, by file name. */
  readonly files: Readonly<Record<string, string | CsvText>>
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
  for (const [name, made] of Object.entries(files)) {
    const content: FileContent =
      typeof made === 'string'
        ? made
        : async (writePiece) => {
            for (const piece of made.content()) await writePiece(piece)
          }
    await write(join(folder, name), content)
  }
  await write(join(folder, studyFiles.manifest), jsonText(manifest), from)
}

/** What tables are made of, and who is told how far they are. */
interface TablesOrder extends StudyPlace {
  readonly progress: ComparisonProgress
}

/**
 * Makes the tables, the verdict and the manifest of a study from what is stored. Of each network no more is held than what it is
 * compared by, of each pair the text of its row. Throws TaskError when no network can be analysed.
 */
export async function makeTables({ progress, ...place }: TablesOrder): Promise<MadeTables> {
  const { plan } = place
  const { config } = plan
  const began = performance.now()
  const networks = plan.networks.filter(({ role }) => role === 'analysed')
  const analyses: KeptAnalysis[] = []
  const alternatives = new Map<string, readonly AlternativeScores[]>()
  const failed: Record<string, string> = {}
  const lacking: Record<string, string> = {}
  const references = await readAllReferences(place)
  for (const { row, name } of references.found) {
    if (row.reason !== undefined) lacking[name] = row.reason
  }
  const given = await givenAssumptions(place)
  const own = new NetworkTables(config)
  for (const network of networks) {
    // Asked first: what is done from now on may have come too late for these tables.
    const lack = await unfinishedPart(place, network)
    const found = await analyse(place, network, references.of(network))
    if (typeof found === 'string') failed[network.name] = found
    else {
      analyses.push(keptOf(found.analysis))
      alternatives.set(network.id, found.alternatives)
      if (lack !== undefined) lacking[network.name] = lack
    }
    own.add(network, typeof found === 'string' ? found : found.analysis)
    await progress(network.name, 'networks')
  }
  Object.assign(lacking, given.damaged)
  if (analyses.length === 0) {
    const reasons = [...new Set(Object.values(failed))].join('; ')
    throw new TaskError(
      `no network could be analysed, so that there is nothing to compare: ${reasons}`,
    )
  }
  const engines = await enginesOf(place)
  const facts = {
    missing: listed(failed),
    lacking: listed(lacking),
    trainedBy: engines.map(describeEngine),
    unmeasured: [
      ...claimScope(plan.config, plan.networks),
      ...planWarnings(plan.data),
      ...unverifiedDesign(plan.data.given ?? []),
      ...misfitWarnings(plan),
      ...accuracyWarnings(analyses, plan.data),
      ...panelWarnings(analyses, config, plan.data.classes),
      ...reliabilityWarnings(analyses, config.confusing.reliability.minimum),
      ...continuumWarnings(analyses),
      ...growthWarnings(analyses, config),
    ],
  }
  const { overlaps, classes } = await comparePairs(analyses, config, progress)
  await progress('verdict', 'scores')
  const { effects, memberships, verdict } = compareAnalyses(analyses, facts, config)
  /** Rows of scores that are compared in the place of the study's own, each set of scores in its turn. */
  const inTurn = async <T>(compared: Iterable<readonly T[]>): Promise<T[]> => {
    const all: T[] = []
    for (const rows of compared) {
      all.push(...rows)
      await progress('other scores', 'scores')
    }
    return all
  }
  const { matchedRows: matched } = classes
  const tables: readonly CsvText[] = [
    ...own.tables,
    overlaps,
    new CsvText(playersTable, playerRows(plan.data)),
    new CsvText(classesTable, classRows(plan.data.classNames)),
    new CsvText(
      referencesTable,
      references.found.map(({ row }) => row),
    ),
    new CsvText(effectsTable, effects),
    new CsvText(measuresTable, await inTurn(measureRows(analyses, effects, config))),
    new CsvText(subgroupsTable, await inTurn(subgroupRows(analyses, { matched, effects }, config))),
    new CsvText(pairClassesTable, classes.rows),
    new CsvText(membershipsTable, memberships),
    new CsvText(multiverseTable, await inTurn(multiverseOf(analyses, alternatives, config))),
  ]
  const files = {
    ...Object.fromEntries(tables.map((made) => [tableFile(made.definition), made])),
    [studyFiles.verdict]: jsonText(verdict),
    [studyFiles.config]: toYaml(config),
    [studyFiles.schema]: studySchema(),
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
      ...given.lines,
      ...unknownDifficulty(analyses),
      ...gapLabelAssumptions(analyses, config.phases),
    ],
    seconds: (performance.now() - began) / 1000,
  })
  return { files, manifest }
}

/** Pairs after which others have a turn: progress is shown, an interruption heard. */
const PAIRS_A_TURN = 2000

/** The rows of all pairs as text, and what is added up of them by class. */
async function comparePairs(
  analyses: readonly KeptAnalysis[],
  config: ExperimentConfig,
  progress: ComparisonProgress,
): Promise<{ readonly overlaps: CsvText; readonly classes: PairClasses }> {
  const overlaps = new CsvText(overlapsTable)
  const classes = new PairClasses(
    studyScores(analyses, config).networks,
    1 - config.comparison.alpha,
  )
  let pairs = 0
  for (const row of pairRows(analyses, config)) {
    classes.add(row)
    overlaps.add(row)
    if (++pairs % PAIRS_A_TURN === 0) await progress('pairs', 'pairs', PAIRS_A_TURN)
  }
  return { overlaps, classes }
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
  place: StudyPlace,
  network: StudyNetwork,
  references: ReferenceInputs | string | undefined,
): Promise<FoundOfNetwork | string> {
  const { plan, results } = place
  const failure = () => failureOf(place, network)
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
