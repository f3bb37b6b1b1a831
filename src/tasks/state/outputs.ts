/** Which files each task leaves, and what each of them is made from. */
import { join } from 'node:path'
import { isComplete, readCurve } from '../../artifacts/networkState.js'
import { contentId, type Json } from '../../core/hash.js'
import { hasOtherEnd } from '../../plan/analysisRuns.js'
import type {
  GivenNetwork,
  InteractionsTask,
  Plan,
  StudyNetwork,
  Task,
  TrainedNetwork,
  ValuesTask,
} from '../../plan/types.js'
import {
  commonPanel,
  type NetworkPaths,
  networkPaths,
  reportPage,
  studyFiles,
  studyFolder,
  tableFile,
} from '../../store/layout.js'
import { readRecord } from '../../store/record.js'
import { madeFrom } from '../../store/stored.js'
import { studyTables } from '../../tables/tables.js'
import type { StudyPlace } from '../types.js'
import { runSteps, scoredSteps } from './analysedSteps.js'

/** File-name suffix of the decompositions at the other end of the tie-break. */
export const OTHER_END = '-other'

/** A file that a task leaves. */
export interface Output {
  readonly path: string
  /** What it is made from, where it is to be made again when that changes. */
  readonly from?: string
}

/**
 * Every file that a task leaves. Undefined while it cannot be told: which checkpoints are analysed is known
 * when the network is trained. Throws InputError where what tells it is damaged.
 */
export async function outputsOf(task: Task, place: StudyPlace): Promise<Output[] | undefined> {
  const { plan, results } = place
  switch (task.kind) {
    case 'train':
      return trainingOutputs(task.network, results)
    case 'measure':
      return [...measuredOutputs(task.network, results), ...readingOutputs(task.network, place)]
    case 'panel': {
      const own = 'network' in task ? task.network : undefined
      return [{ path: panelFile(plan, results, own?.id), from: await panelFrom(place, own) }]
    }
    case 'values':
      return valuesOutputs(task, place)
    case 'interactions':
      return everyStep(task, place, (step, atBothEnds) =>
        interactionsOutputs(task, place, step, atBothEnds),
      )
    case 'compare':
      return comparisonOutputs(place)
  }
}

/** All that measuring a network from elsewhere leaves whatever the analysis is; values of another tool have no curve. */
export function measuredOutputs({ id, spec }: GivenNetwork, results: string): Output[] {
  const paths = networkPaths(results, id)
  const hasCurve = spec.kind === 'onnx' || spec.curve !== undefined
  return [{ path: paths.spec }, ...(hasCurve ? [{ path: paths.curve }] : []), { path: paths.state }]
}

/** What was assumed in reading a network from elsewhere, which depends on the analysis; nobody reads values of another tool. */
function readingOutputs({ id, spec }: GivenNetwork, { plan, results }: StudyPlace): Output[] {
  return spec.kind === 'values'
    ? []
    : [{ path: networkPaths(results, id).assumptions(plan.valuesId) }]
}

/** All that training leaves; all but the last checkpoint's own files may be there before it has ended. */
async function trainingOutputs(network: TrainedNetwork, results: string): Promise<Output[]> {
  const { spec, id } = network
  const paths = networkPaths(results, id)
  const from = await weightsFrom(network, results)
  return [
    { path: paths.spec },
    { path: paths.curve },
    ...spec.checkpointSteps.flatMap((step) => checkpointOutputs(paths, step)),
    { path: paths.resume, from },
    { path: paths.state, from },
  ]
}

/** What a checkpoint consists of. */
export function checkpointOutputs(paths: NetworkPaths, step: number): Output[] {
  return [{ path: paths.checkpoint(step) }, { path: paths.optimizer(step) }]
}

/** What a network's training starts from besides its specification: the weights of a donor, if any. */
export async function weightsFrom(
  { spec }: TrainedNetwork,
  results: string,
): Promise<string | undefined> {
  // The id of a donor from elsewhere tells its weights.
  if (spec.inherits === undefined || spec.inherits.isGiven) return undefined
  const donor = networkPaths(results, spec.inherits.network)
  return madeFrom([donor.checkpoint(spec.inherits.step)])
}

/**
 * Where the choice of samples lies when it depends on what networks predict: that of all networks, or of
 * one by its id.
 */
export function panelFile({ valuesId }: Plan, results: string, network?: string): string {
  if (network === undefined) return commonPanel(results, valuesId)
  return networkPaths(results, network).panel(valuesId)
}

/** The networks on whose predictions a choice of samples depends: one, or all that are analysed. */
export function panelMembers({ networks }: Plan, own?: StudyNetwork): readonly StudyNetwork[] {
  return own === undefined ? networks.filter(({ role }) => role === 'analysed') : [own]
}

function panelFrom({ plan, results }: StudyPlace, own?: StudyNetwork): Promise<string> {
  return madeFrom(
    panelMembers(plan, own).map((network) =>
      weightsFile(network, network.spec.totalSteps, results),
    ),
  )
}

/** The stored file that stands for a network's weights at a step: its checkpoint, or what names those from elsewhere. */
function weightsFile({ id, origin }: StudyNetwork, step: number, results: string): string {
  const paths = networkPaths(results, id)
  return origin === 'trained' ? paths.checkpoint(step) : paths.spec
}

/** The value file of a step; it depends on the checkpoint and on the choice of samples. */
export async function valuesOutput(
  { network, run }: ValuesTask,
  { plan, results }: StudyPlace,
  step: number,
): Promise<Required<Output>> {
  const paths = networkPaths(results, network.id)
  return {
    path: paths.values(step, run.valuesId),
    from: await madeFrom([
      weightsFile(network, step, results),
      ...panelFiles(network, { plan, results }),
    ]),
  }
}

/** What tells the samples of a network, where these depend on what networks predict. */
function panelFiles(network: StudyNetwork, { plan, results }: StudyPlace): string[] {
  const { filter } = plan.config.analysis.samples
  const own = filter === 'correct' ? network.id : undefined
  return filter === 'none' ? [] : [panelFile(plan, results, own)]
}

async function valuesOutputs(task: ValuesTask, place: StudyPlace): Promise<Output[] | undefined> {
  const tables = await everyStep(task, place, async (step) => [
    await valuesOutput(task, place, step),
  ])
  const difficulty = await difficultyOutput(task, place)
  return tables === undefined || difficulty === undefined ? tables : [...tables, difficulty]
}

/**
 * How hard the analysed samples are at every kept checkpoint; it depends on all of these and on the choice of samples.
 * Undefined where there is nothing to run, values of another tool, and for analyses beside the study's own, whose samples
 * are the same; nor for references, of which only interactions are asked.
 */
export async function difficultyOutput(
  task: ValuesTask,
  place: StudyPlace,
): Promise<Required<Output> | undefined> {
  const { network, run } = task
  if (run.name !== 'main' || network.role === 'reference') return undefined
  if (network.origin === 'given' && network.spec.kind === 'values') return undefined
  const { spec, id } = network
  // The files of a network from elsewhere are named by one file, which stands for all of them.
  const checkpoints = new Set(
    spec.checkpointSteps.map((step) => weightsFile(network, step, place.results)),
  )
  return {
    path: networkPaths(place.results, id).difficulty(run.valuesId),
    from: await madeFrom([...checkpoints, ...panelFiles(network, place)]),
  }
}

/** The interactions of a step, as numbers and as tables for readers. */
export async function interactionsOutputs(
  { network, run }: Pick<InteractionsTask, 'network' | 'run'>,
  { results }: Pick<StudyPlace, 'results'>,
  step: number,
  atBothEnds: boolean,
): Promise<Required<Output>[]> {
  const paths = networkPaths(results, network.id)
  const from = await madeFrom([paths.values(step, run.valuesId)])
  const ids = atBothEnds
    ? [run.interactionsId, run.interactionsId + OTHER_END]
    : [run.interactionsId]
  return ids.flatMap((id) => [
    { path: paths.interactions(step, id), from },
    { path: paths.interactionsTable(step, id), from },
  ])
}

async function everyStep(
  { network, run }: ValuesTask | InteractionsTask,
  { plan, results }: StudyPlace,
  outputsAt: (step: number, atBothEnds: boolean) => Promise<Output[]>,
): Promise<Output[] | undefined> {
  const paths = networkPaths(results, network.id)
  if (!(await isComplete(paths))) return undefined
  const curve = await readCurve(paths)
  const scored = hasOtherEnd(run) ? scoredSteps(plan, network, curve) : []
  const found: Output[] = []
  for (const step of runSteps(plan, run, network, curve)) {
    found.push(...(await outputsAt(step, scored.includes(step))))
  }
  return found
}

/** What tables and verdict consist of: what a finished study's folder must have; the figures that it has besides are told by its record. */
export const OF_STUDY = [
  ...studyTables.map(tableFile),
  studyFiles.verdict,
  studyFiles.config,
  studyFiles.schema,
]

async function comparisonOutputs(place: StudyPlace): Promise<Output[]> {
  const { plan, results } = place
  const folder = studyFolder(results, plan.study, plan.id)
  const { files } = await readRecord(folder)
  const manifest = { path: join(folder, studyFiles.manifest), from: await comparedFrom(place) }
  const others = new Set([
    ...[...OF_STUDY, ...files.keys()].map((name) => join(folder, name)),
    reportPage(folder),
  ])
  others.delete(manifest.path)
  return [manifest, ...[...others].map((path) => ({ path }))]
}

/** What a study is made from: the curves, values and interactions of its networks, what its tables say of these, and the configuration that lies beside them. */
export async function comparedFrom(place: StudyPlace): Promise<string> {
  const { plan, results } = place
  const files: string[] = []
  for (const task of plan.tasks) {
    if (task.kind === 'panel' || task.kind === 'compare') continue
    const paths = networkPaths(results, task.network.id)
    if (task.kind === 'train' || task.kind === 'measure') files.push(paths.state, paths.curve)
    else {
      const outputs = await outputsOf(task, place).catch(() => undefined)
      files.push(...(outputs ?? []).map(({ path }) => path))
    }
  }
  const told = plan.networks.map((network) => {
    return { ...network, spec: undefined, files: undefined, curveFile: undefined }
  })
  return contentId({
    files: await madeFrom(files.filter((path) => !path.endsWith('.parquet'))),
    told,
    given: plan.data.given?.map(({ entry }) => entry),
    config: { ...plan.config, runtime: undefined },
  } as unknown as Json)
}
