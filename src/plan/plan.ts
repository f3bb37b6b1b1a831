import type { ExperimentConfig } from '../config/schema.js'
import { contentId, type Json } from '../core/hash.js'
import { type Draft, draftNetworks } from './drafts.js'
import { planNetwork, rewindStep, trainingLength } from './network.js'
import type { DataInfo, Plan, StudyNetwork, Task } from './types.js'

/** Raised when the meaning of stored artifacts changes, so that old ones are not taken for new. */
const ARTIFACT_VERSION = 1

/**
 * The task graph of a study: a pure function of its configuration and of what its data are. Ids are
 * hashes of exactly what determines an artifact, so equal work has equal ids in every study.
 * `runtime` never enters them.
 */
export function planStudy(config: ExperimentConfig, data: DataInfo): Plan {
  const networks = planNetworks(config, data)
  const analysed = networks.filter(({ role }) => role === 'analysed')
  const { samples, players, baseline, output, temperature, clamp } = config.analysis
  const dependsOnPredictions = samples.filter !== 'none'
  const valuesId = contentId({
    version: ARTIFACT_VERSION,
    values: { samples, players, baseline, output, temperature, clamp },
    panel: dependsOnPredictions ? analysed.map(({ id }) => id) : undefined,
  } as unknown as Json).slice(0, 8)
  const { noise, solver, gap, tieBreak, reference } = config.analysis
  const interactionsId = contentId({
    version: ARTIFACT_VERSION,
    valuesId,
    split: { noise, solver, gap, tieBreak, reference },
  } as unknown as Json).slice(0, 8)
  const id = contentId({
    version: ARTIFACT_VERSION,
    networks: analysed.map((network) => ({
      id: network.id,
      name: network.name,
      low: network.lowBlocks,
    })),
    interactionsId,
    analysis: config.analysis,
    phases: config.phases,
    confusing: config.confusing,
    comparison: config.comparison,
  } as unknown as Json)
  const tasks = studyTasks(networks, { id, valuesId, interactionsId, dependsOnPredictions })
  return { study: config.study, id, config, data, networks, tasks, valuesId, interactionsId }
}

/** Networks in order, donors before heirs; equal networks under several names are kept apart. */
function planNetworks(config: ExperimentConfig, data: DataInfo): StudyNetwork[] {
  const planned = new Map<string, StudyNetwork>()
  const drafts = draftNetworks(config)
  for (const draft of drafts) {
    const base = draft.from === undefined ? undefined : planned.get(draft.from)
    const heirs = drafts.filter((heir) => heir.from === draft.name)
    planned.set(
      draft.name,
      planNetwork(config, data, draft, base, rewindStepsOf(heirs, config, data)),
    )
  }
  return [...planned.values()]
}

/** Steps at which heirs will want this network's weights. */
function rewindStepsOf(
  heirs: readonly Draft[],
  { training }: ExperimentConfig,
  data: DataInfo,
): number[] {
  const rewinds = heirs.filter(({ regime }) => regime.startsWith('rewind@'))
  if (rewinds.length === 0) return []
  const length = trainingLength(training, data)
  return rewinds.map(({ regime }) => rewindStep(regime, length))
}

interface StudyIds {
  readonly id: string
  readonly valuesId: string
  readonly interactionsId: string
  readonly dependsOnPredictions: boolean
}

function studyTasks(networks: readonly StudyNetwork[], ids: StudyIds): Task[] {
  const distinct = [...new Map(networks.map((network) => [network.id, network])).values()]
  const analysedIds = new Set(
    networks.filter(({ role }) => role === 'analysed').map((network) => network.id),
  )
  const analysed = distinct.filter(({ id }) => analysedIds.has(id))
  const train = distinct.map((network): Task => {
    const donor = network.spec.inherits?.network
    const needs = donor === undefined ? [] : [`train-${donor}`]
    return { kind: 'train', id: `train-${network.id}`, needs, network }
  })
  const panel: Task[] = ids.dependsOnPredictions
    ? [
        {
          kind: 'panel',
          id: `panel-${ids.valuesId}`,
          needs: analysed.map(({ id }) => `train-${id}`),
        },
      ]
    : []
  const values = analysed.map(
    (network): Task => ({
      kind: 'values',
      id: `values-${network.id}-${ids.valuesId}`,
      needs: [`train-${network.id}`, ...panel.map(({ id }) => id)],
      network,
    }),
  )
  const interactions = analysed.map(
    (network): Task => ({
      kind: 'interactions',
      id: `interactions-${network.id}-${ids.interactionsId}`,
      needs: [`values-${network.id}-${ids.valuesId}`],
      network,
    }),
  )
  const compare: Task = {
    kind: 'compare',
    id: `compare-${ids.id}`,
    needs: [...train, ...panel, ...values, ...interactions].map(({ id }) => id),
  }
  return [...train, ...panel, ...values, ...interactions, compare]
}
