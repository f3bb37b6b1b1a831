/** `lowlayer analyze`: everything a study computes after training, for networks from elsewhere. */
import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { InputError } from '../core/errors.js'
import { sha256 } from '../core/hash.js'
import { sizeOf } from '../core/tensor.js'
import { loadDataset } from '../data/load.js'
import { type Standardization, standardizeInPlace } from '../data/standardize.js'
import type { Dataset } from '../data/types.js'
import { openForeignModel } from '../engine/onnx/foreign.js'
import { createEngine } from '../engine/registry.js'
import type { Engine } from '../engine/types.js'
import { ChannelMoments } from '../masking/baselines.js'
import { chooseBaseline } from '../masking/configureBaseline.js'
import { type PlacedPlayers, placePlayers } from '../masking/configurePlayers.js'
import {
  createForeignEvaluator,
  type ForeignClassifier,
  foreignClassifier,
} from '../masking/foreignEvaluator.js'
import type { Baseline } from '../masking/types.js'
import { type AnalysisSections, analyseNetwork, type NetworkAnalysis } from '../study/network.js'
import { collectDecompositions } from '../tasks/interactionFile.js'
import { decomposeRows, evaluateSamples, modelOutput } from './evaluateModel.js'
import { type AnalyzedSample, analyzedSamples } from './samples.js'
import type { AnalyzedModel, AnalyzeRequest } from './types.js'

/** Training samples on which a model is tried before anything is computed. */
const PROBES = 8

/** What was found, for the tables. */
export interface AnalyzeResult {
  readonly analyses: readonly NetworkAnalysis<AnalyzedModel>[]
  readonly data: Dataset
  readonly players: PlacedPlayers
  readonly baseline: Baseline
  readonly engine: Engine
}

/** Runs the analysis. Nothing is written; see {@link writeAnalysis}. */
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
    const analyses: NetworkAnalysis<AnalyzedModel>[] = []
    for (const classifier of classifiers) {
      const masking = { players, baseline, engine, shape: data.shape }
      analyses.push(await analyzeModel(request, classifier, samples, masking))
    }
    return { analyses, data, players, baseline, engine }
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
    opened.push(await foreignClassifier(model, data.shape, classes, probe, wishes))
  }
  if (config.analysis.samples.count > data[config.analysis.samples.split].count) {
    throw new InputError(
      `${config.analysis.samples.count} samples asked for, but the ${config.analysis.samples.split} split has ` +
        `${data[config.analysis.samples.split].count}: --set analysis.samples.count=…`,
    )
  }
  return opened
}

interface ModelMasking {
  readonly players: PlacedPlayers
  readonly baseline: Baseline
  readonly engine: Engine
  readonly shape: readonly number[]
}

async function analyzeModel(
  { config, report, notice }: AnalyzeRequest,
  classifier: ForeignClassifier,
  samples: readonly AnalyzedSample[],
  { players, baseline, engine, shape }: ModelMasking,
): Promise<NetworkAnalysis<AnalyzedModel>> {
  const { analysis } = config
  const network = describeModel(classifier.model.file)
  const evaluator = await createForeignEvaluator(engine, classifier, shape, players.n, {
    players: (sample) => players.players(sample, shape),
    baseline,
    output: modelOutput(analysis, classifier, notice),
  })
  const ends = analysis.solver === 'certified' && analysis.tieBreak !== 'none' ? 2 : 1
  const total = samples.length * (1 + ends)
  const progress = (before: number, note: string) => (done: number) =>
    report(`${network.name}: ${note}`, before * samples.length + done, total)
  const values = await evaluateSamples(
    evaluator,
    samples,
    players.n,
    progress(0, 'masked evaluation'),
  )
  await evaluator.dispose()
  const decomposed = async (before: number, tieBreak: typeof analysis.tieBreak) => {
    const rows = await decomposeRows(values, analysis, tieBreak, progress(before, 'interactions'))
    return { step: 0, values, decompositions: collectDecompositions(rows) }
  }
  const checkpoint = await decomposed(1, analysis.tieBreak)
  const opposite = analysis.tieBreak === 'low' ? 'high' : 'low'
  const otherEnd = ends === 2 ? await decomposed(2, opposite) : undefined
  const sections: AnalysisSections = config
  return analyseNetwork({ network, curve: [], checkpoints: [checkpoint], otherEnd }, sections)
}

function describeModel(file: string): AnalyzedModel {
  return {
    id: sha256(readFileSync(file)).slice(0, 16),
    name: basename(file).replace(/\.onnx$/, ''),
    file,
  }
}
