import { withinData } from '../config/computedDefaults.js'
import type { LoadedConfig } from '../config/load.js'
import { trainsNetworks } from '../config/networks.js'
import { valueAt } from '../config/problems.js'
import type { ExperimentConfig } from '../config/schema.js'
import { InputError } from '../core/errors.js'
import { isObject } from '../core/isObject.js'
import { loadDataset } from '../data/load.js'
import { type PathOf, pathsFrom } from '../data/paths.js'
import type { Dataset } from '../data/types.js'
import { inputBaseline, requireMaskable } from '../masking/baseline/configureBaseline.js'
import { parseOutput } from '../masking/evaluation/output.js'
import { isInColour, requireDeclaredFit } from '../masking/foreign/fitSamples.js'
import { presentLabels } from '../masking/foreign/openClassifier.js'
import {
  baselineAssumptions,
  baselineWarnings,
  playerAssumptions,
} from '../masking/maskingAssumptions.js'
import { trainingLength } from '../plan/network.js'
import { checkSampleCount, planStudy } from '../plan/plan.js'
import { referenceAssumptions } from '../plan/references.js'
import type { DataInfo, Plan } from '../plan/types.js'
import { scheduleBeyondEnd } from '../training/schedule.js'
import { admittedCounts, checkPanel } from './analysis/chosenSamples.js'
import { withNamedSamples } from './analysis/namedSamples.js'
import { plannedPlayers } from './analysis/plannedPlayers.js'
import { analysisFiles, describeDataset, findRedundantVariants } from './dataset.js'
import { describeGiven, type RequireFit } from './network/describeGiven.js'
import { checkGivenUse, givenAssumptions } from './network/givenUse.js'
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
  const pathOf = pathsFrom({ baseDir })
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
  const pathOf = pathsFrom({ baseDir })
  const leftOut = checkPanel(config.analysis, dataset)
  const given = await describeGiven(config.networks, baseDir, fitOf(dataset, config))
  checkGivenUse(config, dataset, given)
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
  if (valueAt(loaded.written, ['analysis', 'players', 'count'])) checkSegments(config, facts)
  const assumptions = [
    ...dataset.assumptions,
    ...leftOut,
    ...playerAssumptions(config.analysis.players, dataset, pathOf),
    ...(masks ? baselineAssumptions(config.analysis, dataset, pathOf) : []),
    ...referenceAssumptions(config, facts),
    ...(trainsNetworks(config.networks)
      ? scheduleBeyondEnd(config.training.schedule, trainingLength(config.training, facts))
      : []),
  ]
  const ofGiven = () => ({
    assumptions: [...assumptions, ...givenAssumptions(config, dataset, feedsModels)],
    given,
    axisOrder: dataset.axisOrder,
    classNumbers: dataset.classNumbers,
  })
  const plan = planStudy(config, {
    ...facts,
    assumptions,
    ...(given.length === 0 ? {} : ofGiven()),
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

/** Throws InputError where segments are others than the number of players that was written. */
function checkSegments(
  { analysis: { players } }: ExperimentConfig,
  facts: Pick<DataInfo, 'players'>,
): void {
  const found = facts.players?.main?.length ?? players.count
  if (found === players.count) return
  throw new InputError(
    `analysis.players.count is ${players.count}, but ${players.file} has ${found} segments: leave it out, or let them agree`,
  )
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
