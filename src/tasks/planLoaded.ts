/** From a configuration to a plan: what the data, and the files that it names, turn out to be. */
import { resolve } from 'node:path'
import { withinData } from '../config/computedDefaults.js'
import type { DataConfig } from '../config/data.js'
import type { LoadedConfig } from '../config/load.js'
import { trainsNetworks } from '../config/networks.js'
import { valueAt } from '../config/problems.js'
import type { ExperimentConfig } from '../config/schema.js'
import { InputError } from '../core/errors.js'
import { isObject } from '../core/isObject.js'
import { loadDataset } from '../data/load.js'
import type { PathOf } from '../data/paths.js'
import type { Dataset } from '../data/types.js'
import { inputBaseline, requireMaskable } from '../masking/baseline/configureBaseline.js'
import { parseOutput } from '../masking/evaluation/output.js'
import { describeRange, fedRange } from '../masking/foreign/fedRange.js'
import { isInColour, requireDeclaredFit } from '../masking/foreign/fitSamples.js'
import { presentLabels } from '../masking/foreign/openClassifier.js'
import {
  baselineAssumptions,
  baselineWarnings,
  playerAssumptions,
} from '../masking/maskingAssumptions.js'
import { checkSampleCount, planStudy } from '../plan/plan.js'
import { referenceAssumptions } from '../plan/references.js'
import type { Plan } from '../plan/types.js'
import { admittedCounts, checkPanel } from './analysis/chosenSamples.js'
import { withNamedSamples } from './analysis/namedSamples.js'
import { plannedPlayers } from './analysis/plannedPlayers.js'
import { analysisFiles, describeDataset, findRedundantVariants } from './dataset.js'
import { describeGiven, type RequireFit } from './network/describeGiven.js'
import { tryLayers } from './network/tryLayers.js'

/** The data of a configuration, and the configuration with what they decide of it: how many samples there are, and which. */
export async function loadData(
  { config: asked, written, baseDir }: LoadedSettings,
  dataDirs: readonly string[],
): Promise<{ readonly config: ExperimentConfig; readonly dataset: Dataset }> {
  const dataset = await loadDataset(asked.data, { baseDir, dataDirs, inspect: true })
  const isText = dataset.kind === 'text' || dataset.kind === 'tokens'
  const counts = {
    train: dataset.train.count,
    test: dataset.test.count,
    admitted: isText ? admittedCounts(asked.analysis, dataset) : undefined,
    features: dataset.kind === 'tabular' ? dataset.shape[0] : undefined,
  }
  const isCountWritten = valueAt(written, ['analysis', 'samples', 'count']) !== undefined
  const within = withinData(asked, written, counts)
  const pathOf = (file: string) => resolve(baseDir, file)
  const analysis = withNamedSamples(within.analysis, isCountWritten, pathOf)
  checkSampleCount(analysis.samples, describeDataset(dataset))
  return { config: { ...within, analysis }, dataset }
}

type LoadedSettings = Pick<LoadedConfig, 'config' | 'written' | 'baseDir'>

/**
 * The plan of a configuration: reads its data, the files of its analysis and those of networks from elsewhere. Writes
 * nothing. Throws InputError where any of them is missing or does not fit.
 */
export async function planLoaded(
  loaded: LoadedSettings,
  dataDirs: readonly string[],
): Promise<Plan> {
  const { baseDir } = loaded
  const { config, dataset } = await loadData(loaded, dataDirs)
  const pathOf = (file: string) => resolve(baseDir, file)
  const leftOut = checkPanel(config.analysis, dataset)
  const given = await describeGiven(config.networks, baseDir, fitOf(dataset, config))
  if (dataset.held !== undefined && given.length === 0) {
    throw new InputError(
      'data.held names inputs of networks from elsewhere (networks.files), of which there are none: leave it out, as networks trained here have one input',
    )
  }
  if (config.analysis.players.inputs !== undefined && trainsNetworks(config.networks)) {
    throw new InputError(
      'analysis.players.inputs masks inputs of networks from elsewhere (networks.files): networks trained here have one input',
    )
  }
  const { players } = config.analysis
  const ofLayer = given.find(({ entry }) => entry.layer ?? entry.layerLayout)
  if (players.layout !== 'layer' && ofLayer !== undefined) {
    throw new InputError(
      `network "${ofLayer.entry.name}": layer and layerLayout are of an inner tensor that is masked, but analysis.players.layout is "${players.layout}", not layer`,
    )
  }
  // Values of another tool were masked there.
  const feedsModels = given.some(({ entry }) => entry.values === undefined)
  const masks = feedsModels || trainsNetworks(config.networks)
  const facts = {
    ...describeDataset(dataset),
    analysisFiles: analysisFiles(config.analysis, pathOf),
    redundantVariants: await findRedundantVariants(config, dataset, pathOf),
    ...plannedPlayers(config, dataset, pathOf),
    warnings: masks ? baselineWarnings(config.analysis, dataset) : [],
  }
  const found = facts.players?.main?.length ?? players.count
  if (found !== players.count && valueAt(loaded.written, ['analysis', 'players', 'count'])) {
    throw new InputError(
      `analysis.players.count is ${players.count}, but ${players.file} has ${found} segments: leave it out, or let them agree`,
    )
  }
  const assumptions = [
    ...dataset.assumptions,
    ...leftOut,
    ...playerAssumptions(config.analysis.players, dataset, pathOf),
    ...(masks ? baselineAssumptions(config.analysis, dataset, pathOf) : []),
    ...referenceAssumptions(config, facts),
  ]
  const { engine } = config.runtime
  const ofTraining = ['model', 'training'].filter((key) => valueAt(loaded.written, [key]))
  const withGiven = () => ({
    assumptions: [
      ...assumptions,
      ...(feedsModels ? describeFed(dataset, config.data) : []),
      ...(ofTraining.length > 0 && !trainsNetworks(config.networks)
        ? [`${ofTraining.join(' and ')} of the configuration are not used: no network is trained`]
        : []),
      ...(feedsModels && engine !== 'onnx' && engine !== 'auto'
        ? [`models of other tools run in ONNX Runtime, whatever runtime.engine says (${engine})`]
        : []),
    ],
    given,
    axisOrder: dataset.axisOrder,
  })
  const plan = planStudy(config, {
    ...facts,
    assumptions,
    ...(given.length === 0 ? {} : withGiven()),
  })
  if (masks) await checkBaselines(plan, dataset, pathOf)
  await tryLayers(plan, dataset, baseDir)
  if (given.some(({ entry }) => entry.values !== undefined)) {
    // Loaded now, as few studies have such values and every command plans.
    const { checkGivenValues } = await import('./analysis/checkGivenValues.js')
    await checkGivenValues(plan, dataset, pathOf)
  }
  return plan
}

/**
 * Throws InputError where a baseline does not fit what is masked, as far as the data tell it: a mask token for pixels, a file of other
 * values. Means fit always, and so does what is learned.
 */
async function checkBaselines(plan: Plan, dataset: Dataset, pathOf: PathOf): Promise<void> {
  for (const { analysis } of plan.runs) {
    const { baseline, players } = analysis
    const isTokens = baseline === 'attention' || (isObject(baseline) && 'maskToken' in baseline)
    // The embedding of a text, or an inner layer, has another shape.
    const masksInput = players.layout !== 'layer' && dataset.kind !== 'text'
    if (baseline === 'mean' || baseline === 'learned' || !(masksInput || isTokens)) continue
    if (isObject(baseline) && 'learned' in baseline) continue
    if (masksInput) await inputBaseline(analysis, dataset, pathOf)
    else requireMaskable(baseline)
  }
}

/** Whether samples fit a network from elsewhere; texts in words fit none, of which is said more below. */
function fitOf(dataset: Dataset, { data, analysis }: ExperimentConfig): RequireFit {
  if (dataset.kind === 'text') return () => undefined
  const samples = { ...dataset, inColour: isInColour(data) }
  const { kind } = parseOutput(analysis.output, analysis.temperature, analysis.clamp)
  const classes = { numbered: dataset.classes.length, present: presentLabels(dataset).length }
  const alsoMasked = Object.keys(analysis.players.inputs ?? {})
  return (model, entry) =>
    requireDeclaredFit(model, samples, classes, { ...entry, alsoMasked }, kind)
}

/** The scale of what networks from elsewhere are fed, which shows whether a preprocessing is missing. */
function describeFed({ train, test, shape, kind }: Dataset, data: DataConfig): string[] {
  if (kind === 'text') {
    throw new InputError(
      'texts in words need a network that lowlayer trained; give one from elsewhere its token ids (data.source: tokens)',
    )
  }
  if (kind === 'tokens') return []
  const isStandardized = 'standardize' in data && data.standardize === true
  return [
    ...(isStandardized
      ? [
          'samples are standardised by the mean and deviation of the training samples before models are fed them ' +
            '(data.standardize: false feeds them as they are)',
        ]
      : []),
    describeRange(fedRange([train.inputs, test.inputs], shape), kind === 'image'),
  ]
}
