/** `lowlayer analyze`: everything a study computes after training, for networks from elsewhere. */
import { resolve } from 'node:path'
import { InputError } from '../core/errors.js'
import { sizeOf } from '../core/tensor.js'
import { loadDataset } from '../data/load.js'
import { type Standardization, standardizeInPlace } from '../data/standardize.js'
import type { Dataset } from '../data/types.js'
import { type ForeignModel, openForeignModel } from '../engine/onnx/foreign.js'
import { createEngine } from '../engine/registry.js'
import type { Engine } from '../engine/types.js'
import { ChannelMoments } from '../masking/baselines.js'
import { chooseBaseline } from '../masking/configureBaseline.js'
import { type PlacedPlayers, placePlayers } from '../masking/configurePlayers.js'
import {
  type ForeignClassifier,
  type ForeignWishes,
  foreignClassifier,
} from '../masking/foreignEvaluator.js'
import { chooseInput, fitInput } from '../masking/foreignInput.js'
import type { Baseline } from '../masking/types.js'
import { analyzeModel } from './analyzeModel.js'
import { analyzedSamples } from './samples.js'
import type { AnalyzeRequest, ModelAnalysis } from './types.js'

/** Training samples on which a model is tried before anything is computed. */
const PROBES = 8

/** What was found, for the tables. */
export interface AnalyzeResult {
  readonly models: readonly ModelAnalysis[]
  readonly data: Dataset
  readonly players: PlacedPlayers
  readonly baseline: Baseline
  readonly engine: Engine
}

/**
 * Runs the analysis. Only the value tables of samples that are done are written, so that a stopped
 * analysis goes on; for the results see {@link writeAnalysis}.
 */
export async function analyze(request: AnalyzeRequest): Promise<AnalyzeResult> {
  const { config, context } = request
  const data = await preparedData(request)
  const device = config.runtime.device
  const engine = await createEngine('onnx', device)
  const find = (file: string) => resolve(context.baseDir, file)
  const players = placePlayers(config.analysis.players, data, find)
  const moments = async () => {
    const sums = new ChannelMoments(data.shape)
    sums.add(data.train.inputs)
    return sums.result()
  }
  const baseline = await chooseBaseline(config.analysis.baseline, data.shape, moments, find)
  const classifiers = await openClassifiers(request, data, engine)
  try {
    const samples = await analyzedSamples(config.analysis, data, classifiers)
    const masking = { players, baseline, engine, data }
    const models: ModelAnalysis[] = []
    for (const classifier of classifiers) {
      models.push(await analyzeModel(request, classifier, samples, masking))
    }
    return { models, data, players, baseline, engine }
  } finally {
    for (const { model } of classifiers) await model.dispose()
  }
}

/** The data as the models take them. */
async function preparedData({ config, context, preprocessing }: AnalyzeRequest): Promise<Dataset> {
  const { layout } = config.analysis.players
  if (layout === 'layer' || layout === 'tokens') {
    throw new InputError(
      `players.layout ${layout} needs a network whose layers lowlayer knows; models from elsewhere are ` +
        'masked at their input',
    )
  }
  const data = await loadDataset(config.data, context)
  if (data.kind === 'text') throw new InputError('texts need a network that lowlayer trained')
  if (preprocessing !== undefined) {
    const fitted = fittedPreprocessing(preprocessing, data.shape[0])
    for (const split of [data.train, data.test]) {
      standardizeInPlace(split.inputs, data.shape, data.kind, fitted)
    }
  }
  return data
}

/** One mean and deviation for all channels, or one a channel. */
function fittedPreprocessing({ mean, std }: Standardization, channels: number): Standardization {
  const spread = (values: readonly number[], option: string) => {
    if (values.length === channels) return values
    if (values.length === 1) return new Array<number>(channels).fill(values[0])
    throw new InputError(
      `${option} has ${values.length} numbers, but samples have ${channels} channels`,
    )
  }
  return { mean: spread(mean, '--mean'), std: spread(std, '--std') }
}

async function openClassifiers(
  { models, wishes, config }: AnalyzeRequest,
  data: Dataset,
  engine: Engine,
): Promise<ForeignClassifier[]> {
  const { inputs, count } = data.train
  const probe = inputs.slice(0, Math.min(PROBES, count) * sizeOf(data.shape))
  const opened: ForeignClassifier[] = []
  for (const file of models) {
    const model = await openForeignModel(file, engine.device)
    const classes = data.classes.length
    const fitted = foreignClassifier(model, data.shape, classes, probe, wishes)
    const inColour = config.data.source === 'images' && config.data.channels === 3
    const needsGrey = inColour && takesOnlyGrey(model, data.shape, wishes)
    opened.push(await (needsGrey ? fitted.catch(hintAtGrey) : fitted))
  }
  if (config.analysis.samples.count > data[config.analysis.samples.split].count) {
    throw new InputError(
      `${config.analysis.samples.count} samples asked for, but the ${config.analysis.samples.split} split has ` +
        `${data[config.analysis.samples.split].count}: --set analysis.samples.count=…`,
    )
  }
  return opened
}

/** Whether a model would take samples of this size in grey, and does not in colour. */
function takesOnlyGrey(
  model: ForeignModel,
  [, ...size]: readonly number[],
  { input, layout }: ForeignWishes,
): boolean {
  const takes = (channels: number) => {
    try {
      const chosen = chooseInput(model, input)
      fitInput(model.file, chosen, [channels, ...size], layout)
      // [3, height, width] is a colour image without a batch axis rather than three grey ones.
      return chosen.shape[0] !== 3
    } catch {
      return false
    }
  }
  return takes(1) && !takes(3)
}

function hintAtGrey(error: unknown): never {
  if (!(error instanceof InputError)) throw error
  throw new InputError(
    `${error.message} (images are read in colour; --set data.channels=1 reads them in grey)`,
    { cause: error },
  )
}
