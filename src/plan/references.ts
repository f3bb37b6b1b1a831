/** The networks that say which interactions of the others are generalizable. */
import type { ModelConfig } from '../config/model.js'
import { trainsNetworks } from '../config/networks.js'
import type { ExperimentConfig } from '../config/schema.js'
import type { TrainingConfig } from '../config/training.js'
import { InputError } from '../core/errors.js'
import { contentId, type Json } from '../core/hash.js'
import { stream } from '../core/random.js'
import { buildModel } from '../models/build.js'
import { init } from '../regimes/init.js'
import { ARTIFACT_VERSION } from './artifactVersion.js'
import { modelOf } from './modelOf.js'
import { timePoints, trainingLength } from './network.js'
import type { DataInfo, StudyNetwork, TrainedNetwork, TrainedSpec } from './types.js'

/** Added to the seeds drawn for references: those of a configuration are all below it. */
const BEYOND_SEEDS = 2 ** 32

/**
 * The references that lowlayer trains: `confusing.references.networks` for every architecture of which the study
 * trains networks that are analysed. Training is that of the study for as many epochs of the samples that they see,
 * with the loss measured as often; the last checkpoint alone is kept. Cuts and regimes share them.
 */
export function planReferences(
  config: ExperimentConfig,
  data: DataInfo,
  networks: readonly StudyNetwork[],
): TrainedNetwork[] {
  const { references } = config.confusing
  if (references === undefined) return []
  const trained = networks.filter(({ origin, role }) => origin === 'trained' && role === 'analysed')
  const architectures = [...new Set(trained.map(({ architecture }) => architecture))]
  return architectures.flatMap((architecture) =>
    Array.from({ length: references.networks }, (_, index) => {
      const name = `reference-${index + 1}`
      return planReference(config, data, {
        name: architectures.length === 1 ? name : `${architecture}-${name}`,
        architecture: architecture as ModelConfig['architecture'],
        // The first references of a study with more of them are those of a study with fewer.
        seed: BEYOND_SEEDS + stream(references.seed, 'reference', String(index)).at().uint32(),
      })
    }),
  )
}

/** What follows for references from choices that are not about them, a line each. */
export function referenceAssumptions(
  { confusing, networks, training, analysis }: ExperimentConfig,
  data: Pick<DataInfo, 'trainCount' | 'testCount'>,
): string[] {
  const { references } = confusing
  if (references === undefined || references.networks === 0 || !trainsNetworks(networks)) return []
  const own = trainingLength(training, data).totalSteps
  const theirs = trainingLength(training, { trainCount: data.testCount }).totalSteps
  const count = (value: number) => value.toLocaleString('en')
  return [
    ...(own === theirs
      ? []
      : [
          `references train for ${training.epochs.replace('ep', '')} epochs of the ${count(data.testCount)} test samples, ${count(theirs)} ` +
            `steps where the networks of the study have ${count(own)} (confusing.references)`,
        ]),
    ...(analysis.samples.split === 'train'
      ? []
      : [
          'references were trained on the analysed samples, which are test samples (analysis.samples.split)',
        ]),
  ]
}

interface ReferenceDraft {
  readonly name: string
  readonly architecture: ModelConfig['architecture']
  /** Of the initial weights and of the order of samples. */
  readonly seed: number
}

function planReference(
  config: ExperimentConfig,
  data: DataInfo,
  { name, architecture, seed }: ReferenceDraft,
): TrainedNetwork {
  const modelConfig = { ...modelOf(config), architecture }
  const model = buildModel(modelConfig, data)
  const blocks = model.blocks.map((block) => block.name)
  const { training } = config
  const length = trainingLength(training, { trainCount: data.testCount })
  const spec: TrainedSpec = {
    data: data.fingerprint,
    trainedOn: 'test',
    model: { ...modelConfig, low: undefined },
    training,
    initSeeds: Object.fromEntries(blocks.map((block) => [block, seed])),
    orderSeed: seed,
    frozenBlocks: [],
    ...length,
    checkpointSteps: [length.totalSteps],
    evaluationSteps: timePoints(within(training.evaluate, length.totalSteps), length, []),
  }
  return {
    id: contentId({ version: ARTIFACT_VERSION, spec } as unknown as Json),
    name,
    origin: 'trained',
    architecture,
    spec,
    regime: init.name,
    seeds: { low: seed, high: seed, order: seed },
    lowBlocks: [],
    cut: undefined,
    lowShapes: '',
    highBlocks: blocks,
    parameters: model.parameterCount,
    lowParameters: undefined,
    rerandomized: [],
    role: 'reference',
  }
}

/** Listed steps that lie before the end: there are other numbers of steps in an epoch of the test samples. */
function within(points: TrainingConfig['evaluate'], end: number): TrainingConfig['evaluate'] {
  return 'steps' in points ? { steps: points.steps.filter((step) => step <= end) } : points
}

/** The references of a network: those of its architecture. */
export function referencesOf(
  network: Pick<StudyNetwork, 'architecture'>,
  networks: readonly StudyNetwork[],
): StudyNetwork[] {
  return networks.filter(
    ({ role, architecture }) => role === 'reference' && architecture === network.architecture,
  )
}

/**
 * What the score asks for must be there. Throws InputError where two networks have one name, or where an analysed
 * network has no references although the study has some.
 */
export function checkReferences(
  { confusing }: ExperimentConfig,
  networks: readonly StudyNetwork[],
): void {
  const references = networks.filter(({ role }) => role === 'reference')
  for (const { name, id } of references) {
    if (networks.filter((network) => network.name === name).length === 1) continue
    throw new InputError(`networks: the name "${name}" is given twice: ${id} is a reference`)
  }
  if (confusing.references === undefined) {
    if (references.length === 0 && confusing.score !== 'nongeneralizable') return
    const wanting = references[0]?.name ?? 'confusing.score: nongeneralizable'
    throw new InputError(
      `${wanting} needs confusing.references: set that key, too ({} takes its defaults)`,
    )
  }
  for (const network of networks) {
    if (network.role !== 'analysed' || referencesOf(network, networks).length > 0) continue
    throw new InputError(
      `confusing.references: "${network.name}" has no reference of its architecture, ${network.architecture}: name one ` +
        'from elsewhere (networks.files[].reference: true, with that architecture), or, where lowlayer trains the ' +
        'architecture, set confusing.references.networks',
    )
  }
}
