/** Memory that a process of a study takes, which bounds how many run at once. */
import { subsetCount } from '../core/subset.js'
import { sizeOf } from '../core/tensor.js'
import { valueBytes } from '../graph/infer.js'
import { buildModel } from '../models/build.js'
import type { Plan, TrainedNetwork } from './types.js'

/**
 * Node, ONNX Runtime and the code of tasks, with what small ones left that a process ran before: 75 to 125 MiB were
 * measured. One that holds more takes no other task.
 */
export const PROCESS_BYTES = 160 * 2 ** 20

/** Resident memory of a training over what it must hold at least: 0.8 to 2.8 were measured (bench/README.md). */
const TRAINING_FACTOR = 3

/** What CUDA and its libraries take of a card for a process, before any network: assumed, as yet on no card measured. */
const CARD_PROCESS_BYTES = 512 * 2 ** 20

/** Batches of coalitions, whose size follows from the caches of a core and not from the network. */
const COALITIONS_BYTES = 64 * 2 ** 20

/** A coalition's v(S), and its AND and OR interactions at both ends of the tie-break. */
const BYTES_PER_SUBSET = 8 + 2 * 16

/**
 * Resident bytes, about, of the largest process of a study: the data, twice while they are read, and the most of what
 * training its largest network, masking or decomposing one checkpoint takes.
 */
export function bytesOfProcess(plan: Plan): number {
  const { data, config } = plan
  const { samples, players } = config.analysis
  const tables = samples.count + samples.testCount
  return (
    PROCESS_BYTES +
    2 * 4 * (data.trainCount + data.testCount) * sizeOf(data.shape) +
    Math.max(networkBytes(plan), tables * subsetCount(players.count) * BYTES_PER_SUBSET)
  )
}

/** Bytes of a GPU's memory, about, that the largest process of a study takes: the training samples, and its largest network. */
export function bytesOnCard(plan: Plan): number {
  const { trainCount, shape } = plan.data
  return CARD_PROCESS_BYTES + 4 * trainCount * sizeOf(shape) + networkBytes(plan)
}

/** The most of what training the largest network of a study and masking one take. */
function networkBytes({ networks, data }: Plan): number {
  const trained = networks.filter((network) => network.origin === 'trained')
  const parameters = networks.reduce((most, network) => Math.max(most, network.parameters ?? 0), 0)
  const largest = trained.reduce<TrainedNetwork | undefined>(
    (most, network) => ((network.parameters ?? 0) > (most?.parameters ?? -1) ? network : most),
    undefined,
  )
  return Math.max(
    largest === undefined ? 0 : trainingBytes(largest, data),
    COALITIONS_BYTES + TRAINING_FACTOR * 4 * parameters,
  )
}

/** What training takes beside the data: weights, momentum and the values that the backward pass reads. */
export function trainingBytes(
  { spec, parameters = 0 }: Pick<TrainedNetwork, 'spec' | 'parameters'>,
  data: Plan['data'],
): number {
  const { graph } = buildModel(spec.model, data)
  return TRAINING_FACTOR * (2 * 4 * parameters + valueBytes(graph, spec.batchSize))
}
