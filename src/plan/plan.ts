import { trainsNetworks } from '../config/networks.js'
import type { ExperimentConfig } from '../config/schema.js'
import { InputError } from '../core/errors.js'
import { groupBy } from '../core/groupBy.js'
import { contentId, type Json } from '../core/hash.js'
import { regimeOf } from '../regimes/registry.js'
import { analysisRuns } from './analysisRuns.js'
import { ARTIFACT_VERSION } from './artifactVersion.js'
import { type Draft, draftNetworks } from './drafts.js'
import { planGiven } from './given.js'
import { layersOf } from './layers.js'
import { checkListedTimes } from './listedSteps.js'
import { planNetwork, trainingLength } from './network.js'
import { checkReferences, planReferences } from './references.js'
import type { AnalysisRun, DataInfo, PanelTask, Plan, StudyNetwork, Task } from './types.js'

/**
 * The task graph of a study: a pure function of its configuration and of what its data are. Ids are
 * hashes of exactly what determines an artifact, so equal work has equal ids in every study.
 * `runtime` never enters them. Throws InputError where the configuration does not fit the data or the
 * networks.
 */
export function planStudy(config: ExperimentConfig, data: DataInfo): Plan {
  if (trainsNetworks(config.networks)) checkOutput(config.analysis.output)
  checkSampleCount(config.analysis.samples, data)
  const members = planNetworks(config, data)
  const networks = [...members, ...planReferences(config, data, members)]
  checkReferences(config, networks)
  const analysed = networks.filter(({ role }) => role === 'analysed')
  const { checkpoints } = config.analysis
  if (typeof checkpoints !== 'string') checkListedTimes(checkpoints, analysed)
  const analysedIds = analysed.map((network) => network.id)
  const runs = analysisRuns(config, data, analysedIds)
  const [{ valuesId, interactionsId }] = runs
  const id = contentId({
    version: ARTIFACT_VERSION,
    networks: analysed.map((network) => ({
      id: network.id,
      name: network.name,
      low: network.lowBlocks,
      // The id of a trained network follows from its seeds; of one from elsewhere they are only stated.
      stated: network.origin === 'given' ? layersOf(network) : undefined,
    })),
    references: referenceIds(networks),
    interactionsId,
    alike: data.redundantVariants,
    analysis: config.analysis,
    phases: config.phases,
    confusing: config.confusing,
    comparison: config.comparison,
  } as unknown as Json)
  const tasks = studyTasks(networks, runs, id)
  return { study: config.study, id, config, data, networks, tasks, runs, valuesId, interactionsId }
}

/** What a network is held against besides itself; nothing, and so no part of an id, where there are no references. */
function referenceIds(networks: readonly StudyNetwork[]): object | undefined {
  const references = networks.filter(({ role }) => role === 'reference')
  if (references.length === 0) return undefined
  return references.map(({ id, name, architecture }) => ({ id, name, architecture }))
}

/** Only models from elsewhere end in probabilities. */
function checkOutput(output: string): void {
  if (!output.startsWith('prob-')) return
  throw new InputError(
    `analysis.output: "${output}" is for models that end in probabilities (lowlayer analyze), but networks ` +
      `that lowlayer trains give logits; use ${output.replace('prob-', '')}, which is the same of their softmax`,
  )
}

/** Only samples that there are can be analysed. Throws InputError where more are asked for. */
export function checkSampleCount(
  { count, split }: ExperimentConfig['analysis']['samples'],
  { trainCount, testCount }: Pick<DataInfo, 'trainCount' | 'testCount'>,
): void {
  const available = split === 'train' ? trainCount : testCount
  if (count <= available) return
  throw new InputError(
    `analysis.samples.count: ${count} samples asked for, but there are ${available} in the ${split} split; ` +
      `ask for at most ${available}, or for others (analysis.samples.split)`,
  )
}

/** Networks in order, donors before heirs; equal networks under several names are kept apart. */
function planNetworks(config: ExperimentConfig, data: DataInfo): StudyNetwork[] {
  const given = planGiven(config, data)
  const planned = new Map<string, StudyNetwork>(given.map((network) => [network.name, network]))
  const drafts = draftNetworks(config, given)
  const heirsOf = groupBy(drafts, ({ from }) => from)
  for (const draft of drafts) {
    if (given.some(({ name }) => name === draft.name)) {
      throw new InputError(`networks: the name "${draft.name}" is given twice`)
    }
    const base = draft.from === undefined ? undefined : planned.get(draft.from)
    const heirs = heirsOf.get(draft.name) ?? []
    planned.set(
      draft.name,
      planNetwork(config, data, draft, base, donorStepsOf(heirs, config, data)),
    )
  }
  return [...planned.values()]
}

/** Steps at which heirs will want this network's weights. */
function donorStepsOf(
  heirs: readonly Draft[],
  { training }: ExperimentConfig,
  data: DataInfo,
): number[] {
  const length = trainingLength(training, data)
  return heirs.flatMap(({ regime }) => regimeOf(regime).donorStep?.(length) ?? [])
}

function studyTasks(
  networks: readonly StudyNetwork[],
  runs: readonly AnalysisRun[],
  studyId: string,
): Task[] {
  // Where a reference is a member too, all that a member needs is done.
  const members = networks.filter(({ role }) => role !== 'reference')
  const byId = [...networks, ...members].map((network) => [network.id, network] as const)
  const distinct = [...new Map(byId).values()]
  const roleIds = (role: StudyNetwork['role']) =>
    new Set(networks.filter((network) => network.role === role).map(({ id }) => id))
  const analysedIds = roleIds('analysed')
  const referenceIds = roleIds('reference')
  const analysed = distinct.filter(({ id }) => analysedIds.has(id))
  const evaluated = distinct.filter(({ id }) => analysedIds.has(id) || referenceIds.has(id))
  const known = new Map(distinct.map((network) => [network.id, network]))
  const begin = distinct.map((network) => beginTask(network, known))
  const [{ analysis, valuesId }] = runs
  const panel = panelTasks(analysed, analysis.samples.filter, valuesId)
  const panelsOf = groupBy(panel, (task) => ('network' in task ? task.network.id : undefined))
  const panelIdsOf = ({ id }: StudyNetwork) =>
    [...(panelsOf.get(undefined) ?? []), ...(panelsOf.get(id) ?? [])].map((task) => task.id)
  const perRun = (of: (network: StudyNetwork, run: AnalysisRun) => Task): Task[] =>
    runs.flatMap((run) => evaluated.map((network) => of(network, run)))
  const values = perRun((network, run) => ({
    kind: 'values',
    id: `values-${network.id}-${run.valuesId}`,
    needs: [beginId(network), ...panelIdsOf(network)],
    network,
    run,
  }))
  const interactions = perRun((network, run) => ({
    kind: 'interactions',
    id: `interactions-${network.id}-${run.interactionsId}`,
    needs: [`values-${network.id}-${run.valuesId}`],
    network,
    run,
  }))
  const before = [...begin, ...panel, ...values, ...interactions]
  const compare: Task = {
    kind: 'compare',
    id: `compare-${studyId}`,
    needs: before.map(({ id }) => id),
  }
  return [...before, compare]
}

/** One choice of samples for all networks, or one for each, so that it waits for no other network. */
function panelTasks(
  analysed: readonly StudyNetwork[],
  filter: ExperimentConfig['analysis']['samples']['filter'],
  valuesId: string,
): PanelTask[] {
  if (filter === 'none') return []
  const kind = 'panel'
  if (filter === 'common-correct') {
    return [{ kind, id: `panel-${valuesId}`, needs: analysed.map(beginId) }]
  }
  return analysed.map((network) => ({
    kind,
    id: `panel-${network.id}-${valuesId}`,
    needs: [beginId(network)],
    network,
  }))
}

/** The task that leaves a network's curve: it is trained, or measured where it is from elsewhere. */
function beginTask(network: StudyNetwork, known: ReadonlyMap<string, StudyNetwork>): Task {
  const id = beginId(network)
  if (network.origin === 'given') return { kind: 'measure', id, needs: [], network }
  const donor = known.get(network.spec.inherits?.network ?? '')
  return { kind: 'train', id, needs: donor === undefined ? [] : [beginId(donor)], network }
}

function beginId({ origin, id }: StudyNetwork): string {
  return `${origin === 'given' ? 'measure' : 'train'}-${id}`
}
