/** `lowlayer analyze`: everything a study computes after training, for networks from elsewhere. */
import { resolve } from 'node:path'
import { InputError } from '../core/errors.js'
import { loadDataset } from '../data/load.js'
import { type Standardization, standardizeInPlace } from '../data/standardize.js'
import type { Dataset } from '../data/types.js'
import { createEngine } from '../engine/registry.js'
import type { Engine } from '../engine/types.js'
import { inputBaseline } from '../masking/baseline/configureBaseline.js'
import { describeRange, type FedRange, fedRange } from '../masking/foreign/fedRange.js'
import { maskingAssumptions } from '../masking/maskingAssumptions.js'
import { type PlacedPlayers, placePlayers } from '../masking/players/configurePlayers.js'
import type { Baseline } from '../masking/types.js'
import { accuracyWarnings } from './accuracy.js'
import { analyzeModel } from './analyzeModel.js'
import { openClassifiers } from './classifiers.js'
import { analyzedSamples } from './samples.js'
import type { AnalyzeRequest, ModelAnalysis } from './types.js'

/** What was found, for the tables. */
export interface AnalyzeResult {
  readonly models: readonly ModelAnalysis[]
  readonly data: Dataset
  readonly players: PlacedPlayers
  readonly baseline: Baseline
  readonly engine: Engine
  /** What was assumed or decided without being asked for, a line each. */
  readonly assumptions: readonly string[]
  /** What makes the results doubtful, a line each; among the assumptions too, which the report shows. */
  readonly warnings: readonly string[]
  /** The scale of what the models were fed. */
  readonly fed: FedRange
}

/**
 * Runs the analysis. Only the value tables of samples that are done are written, so that a stopped
 * analysis goes on; for the results see {@link writeAnalysis}.
 */
export async function analyze(asked: AnalyzeRequest): Promise<AnalyzeResult> {
  const { config, context } = asked
  const assumptions: string[] = []
  const assume = (assumption: string): void => {
    assumptions.push(assumption)
    asked.assume(assumption)
  }
  const request = { ...asked, assume }
  const { unread = [] } = asked
  if (unread.length > 0) {
    assume(
      `of the configuration, analyze does not use ${unread.join(', ')}: a given model is analysed as it is`,
    )
  }
  const data = await preparedData(request)
  data.assumptions.forEach(assume)
  const fed = fedRange([data.train.inputs, data.test.inputs], data.shape)
  if (data.kind !== 'tokens') assume(describeRange(fed, data.kind === 'image'))
  const engine = await createEngine('onnx', config.runtime.device)
  const find = (file: string) => resolve(context.baseDir, file)
  const players = placePlayers(config.analysis.players, data, find)
  maskingAssumptions(config.analysis, data, find).forEach(assume)
  const baseline = await inputBaseline(config.analysis.baseline, data, find)
  const classifiers = await openClassifiers(request, data, {
    players,
    baseline,
    device: engine.device,
  })
  try {
    const samples = await analyzedSamples(config.analysis, data, classifiers, players.admits)
    const masking = { players, baseline, engine, data }
    const models: ModelAnalysis[] = []
    for (const classifier of classifiers) {
      models.push(await analyzeModel(request, classifier, samples, masking))
    }
    const warnings = accuracyWarnings(models)
    const said = [...assumptions, ...warnings.map((warning) => `warning: ${warning}`)]
    return { models, data, players, baseline, engine, assumptions: said, warnings, fed }
  } finally {
    for (const { model } of classifiers) await model.dispose()
  }
}

/** The data as the models take them. */
async function preparedData({ config, context, preprocessing }: AnalyzeRequest): Promise<Dataset> {
  const { layout } = config.analysis.players
  if (layout === 'layer') {
    throw new InputError(
      `players.layout ${layout} needs a network whose layers lowlayer knows; models from elsewhere are ` +
        'masked at their input',
    )
  }
  const data = await loadDataset(config.data, { ...context, inspect: true })
  if (data.kind === 'text')
    throw new InputError(
      'texts in words need a network that lowlayer trained; give a model from elsewhere its token ids (.npz)',
    )
  if (preprocessing !== undefined && data.kind === 'tokens') {
    throw new InputError('--mean and --std are for numbers, not for token ids')
  }
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
