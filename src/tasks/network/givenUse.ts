/** Whether a study uses what it says of networks from elsewhere, and what has to be said of how it uses them. */
import { analysisSection } from '../../config/analysis.js'
import type { DataConfig } from '../../config/data.js'
import { trainsNetworks } from '../../config/networks.js'
import type { ExperimentConfig } from '../../config/schema.js'
import { trainingSection } from '../../config/training.js'
import { InputError } from '../../core/errors.js'
import { contentId } from '../../core/hash.js'
import type { Dataset } from '../../data/types.js'
import { describeRange, fedRange } from '../../masking/foreign/fedRange.js'
import type { GivenNetworkInfo } from '../../plan/types.js'

/** Throws InputError where something is said of networks from elsewhere, or of their inputs, that no network of the study has. */
export function checkGivenUse(
  { analysis: { players }, networks }: ExperimentConfig,
  dataset: Dataset,
  given: readonly GivenNetworkInfo[],
): void {
  if (dataset.held !== undefined && given.length === 0) {
    throw new InputError(
      'data.held names inputs of networks from elsewhere (networks.files), of which there are none: leave it out, as networks trained here have one input',
    )
  }
  if (players.inputs !== undefined && trainsNetworks(networks)) {
    throw new InputError(
      'analysis.players.inputs masks inputs of networks from elsewhere (networks.files): networks trained here have one input',
    )
  }
  const ofLayer = given.find(({ entry }) => entry.layer ?? entry.layerLayout)
  if (players.layout !== 'layer' && ofLayer !== undefined) {
    throw new InputError(
      `network "${ofLayer.entry.name}": layer and layerLayout are of an inner tensor that is masked, but analysis.players.layout is "${players.layout}", not layer`,
    )
  }
}

/** What is assumed of networks from elsewhere as they are used, a line each. */
export function givenAssumptions(
  { analysis, data, model, training, networks, runtime: { engine } }: ExperimentConfig,
  dataset: Dataset,
  feedsModels: boolean,
): string[] {
  // Defaults of training stand in every configuration that a run has written.
  const isSet = contentId(training) !== contentId(trainingSection.parse(undefined))
  const ofTraining = [...(model === undefined ? [] : ['model']), ...(isSet ? ['training'] : [])]
  const isUnused = ofTraining.length > 0 && !trainsNetworks(networks)
  const masksNone = !feedsModels && !trainsNetworks(networks)
  const usual = analysisSection.parse(undefined)
  const ofMasking = (['baseline', 'output', 'temperature', 'clamp'] as const).filter(
    (key) => masksNone && contentId(analysis[key]) !== contentId(usual[key]),
  )
  const isOther = feedsModels && engine !== 'onnx' && engine !== 'auto'
  return [
    ...(feedsModels ? describeFed(dataset, data) : []),
    ...(isUnused
      ? [`${ofTraining.join(' and ')} of the configuration are not used: no network is trained`]
      : []),
    ...(ofMasking.length > 0
      ? [
          `values of all networks come from another tool, so these are not used: ${ofMasking.map((key) => `analysis.${key}`).join(', ')}`,
        ]
      : []),
    ...(isOther
      ? [`models of other tools run in ONNX Runtime, whatever runtime.engine says (${engine})`]
      : []),
  ]
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
