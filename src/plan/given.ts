/** Networks from elsewhere as members of a study. */
import type { GivenNetworkConfig } from '../config/networks.js'
import type { ExperimentConfig } from '../config/schema.js'
import { InputError } from '../core/errors.js'
import { firstNames } from '../core/firstNames.js'
import { groupBy } from '../core/groupBy.js'
import { contentId, type Json } from '../core/hash.js'
import { wantedKind } from '../masking/foreign/foreignOutputs.js'
import { ARTIFACT_VERSION } from './artifactVersion.js'
import {
  checkSameFiles,
  checkStatedLayers,
  notCrossed,
  renamedWeights,
  type StatedCut,
  statedCuts,
} from './statedLayers.js'
import type {
  DataInfo,
  GivenNetwork,
  GivenNetworkInfo,
  GivenSpec,
  Plan,
  StudyNetwork,
} from './types.js'

/**
 * The networks from elsewhere that a study has. Throws InputError where what is said of their seeds is contradicted by
 * their bytes, or two of all networks have one name.
 */
export function planGiven(config: ExperimentConfig, data: DataInfo): GivenNetwork[] {
  const { given = [] } = data
  for (const { entry, checkpoints } of given) {
    const at = given.find((other) => other.entry.name === entry.name)
    if (at?.checkpoints !== checkpoints) {
      throw new InputError(`networks.table: the name "${entry.name}" is given twice`)
    }
  }
  checkSameFiles(given)
  checkStatedLayers(given)
  const cuts = statedCuts(given)
  return given.map((info, index) => givenNetwork(config, data, info, cuts[index]))
}

function givenNetwork(
  config: ExperimentConfig,
  data: DataInfo,
  info: GivenNetworkInfo,
  cut: StatedCut,
): GivenNetwork {
  const { entry, checkpoints, curve, low } = info
  const { input, output, outputKind, layout, layer, layerLayout, classes } = entry
  const spec: GivenSpec = {
    data: data.fingerprint,
    axisOrder: data.axisOrder,
    classNumbers: data.classNumbers,
    kind: entry.values === undefined ? 'onnx' : 'values',
    checkpoints: checkpoints.map(({ id }) => id),
    curve: curve?.id,
    reading: { input, output, outputKind, layout, layer, layerLayout, classes },
    totalSteps: checkpoints[checkpoints.length - 1].step,
    stepsPerEpoch: info.stepsPerEpoch,
    checkpointSteps: checkpoints.map(({ step }) => step),
  }
  checkBaseline(config, entry)
  checkValues(config, entry)
  checkGrowth(config, info)
  return {
    origin: 'given',
    id: contentId({
      version: ARTIFACT_VERSION,
      given: spec,
      ...(spec.kind === 'values' ? { losses: 'as given' } : {}),
      // What the outputs are taken for decides what is measured of them.
      ...(outputKind === undefined ? { readAs: wantedKind(config.analysis.output) } : {}),
    } as unknown as Json),
    name: entry.name,
    architecture: entry.architecture,
    regime: entry.regime,
    seeds: { low: entry.low, high: entry.high, order: entry.order },
    ...cut,
    highBlocks: [],
    lowShapes: low?.shapes ?? '',
    parameters: info.parameters,
    lowParameters: low?.parameters,
    rerandomized: [],
    role: entry.reference ? 'reference' : 'analysed',
    spec,
    files: checkpoints.map(({ file }) => file),
    curveFile: curve?.file,
  }
}

/** Baselines are learned through gradients, which lowlayer has of its own graphs only. */
function checkBaseline({ analysis }: ExperimentConfig, { name }: GivenNetworkConfig): void {
  const { baseline } = analysis
  if (baseline !== 'learned' && !(typeof baseline === 'object' && 'learned' in baseline)) return
  throw new InputError(
    `analysis.baseline: "learned" needs networks that lowlayer trained, and "${name}" is from elsewhere`,
  )
}

/** Values alone do not tell what was predicted, and were masked where nothing can be masked anew. */
function checkValues(
  { analysis, confusing }: ExperimentConfig,
  { name, values }: GivenNetworkConfig,
): void {
  if (values === undefined) return
  const { filter } = analysis.samples
  if (filter !== 'none') {
    throw new InputError(
      `analysis.samples.filter: "${filter}" needs predictions on all samples, which values of another tool do not tell ` +
        `("${name}"); use none`,
    )
  }
  for (const variant of ['players', 'baseline'] as const) {
    if (!confusing.reliability[variant]) continue
    throw new InputError(
      `confusing.reliability.${variant}: "${name}" is given as values, which another tool masked with its players and its baseline; ` +
        'they cannot be masked anew: leave it out, or give the model',
    )
  }
}

/** Scores grow between two checkpoints. */
function checkGrowth(
  { confusing }: ExperimentConfig,
  { entry, checkpoints }: GivenNetworkInfo,
): void {
  if (confusing.phase !== 'delta' || checkpoints.length > 1) return
  throw new InputError(
    `confusing.phase: "delta" is the growth of a score between two checkpoints, and "${entry.name}" has one; give a series ` +
      '(path with {epoch} or {step}), or use end',
  )
}

/** What of networks does not fit together, a line each, for the plan and the verdict. */
export function misfitWarnings({ networks, data }: Pick<Plan, 'networks' | 'data'>): string[] {
  const { given = [] } = data
  return [
    ...differentEnds(networks),
    ...missingSteps(given),
    ...otherCurves(given),
    ...notCrossed(given),
    ...renamedWeights(given),
  ]
}

/** Checkpoints within a series that all but one of the networks have, two at least: a file of that one is missing, most likely. */
function missingSteps(given: readonly GivenNetworkInfo[]): string[] {
  const series = given.filter(({ checkpoints }) => checkpoints.length > 1)
  const holders = groupBy(
    series.flatMap((network) => network.checkpoints.map(({ step }) => ({ step, network }))),
    ({ step }) => step,
  )
  const missing = [...holders].flatMap(([step, held]) => {
    const [lacking, ...others] = series.filter((one) =>
      held.every(({ network }) => network !== one),
    )
    const isWithin = lacking && step < lacking.checkpoints[lacking.checkpoints.length - 1].step
    return isWithin && others.length === 0 && held.length > 1
      ? [`${lacking.entry.name} (${step})`]
      : []
  })
  if (missing.length === 0) return []
  return [
    `all other networks have checkpoints that are missing here, by their steps: ${firstNames(missing)}; give them, or analyse those that all have (analysis.checkpoints)`,
  ]
}

/** Curves that go on after the last file (steps that count batches beside files that count epochs, most often), or end before it. */
function otherCurves(given: readonly GivenNetworkInfo[]): string[] {
  const told = (differs: (curve: number, files: number) => boolean) =>
    given.flatMap(({ entry, checkpoints, curve }) => {
      const { step } = checkpoints[checkpoints.length - 1]
      if (curve === undefined || step === 0 || !differs(curve.lastStep, step)) return []
      return [`${entry.name} (to step ${curve.lastStep}, files to ${step})`]
    })
  const long = told((curve, files) => curve > files)
  const short = told((curve, files) => curve < files)
  const lines: string[] = []
  if (long.length > 0) {
    lines.push(
      `curves go on after the last files: ${firstNames(long)}; where they count optimiser steps and files epochs, say stepsPerEpoch`,
    )
  }
  if (short.length > 0) {
    lines.push(
      `curves end before the last files: ${firstNames(short)}; losses and accuracies at the end are those of the curve's last step; give it to the end, or leave it out to have them measured`,
    )
  }
  return lines
}

/** Networks whose last checkpoints are of different steps, a line; values and single files tell no step. */
function differentEnds(
  networks: readonly Pick<StudyNetwork, 'name' | 'role' | 'spec'>[],
): string[] {
  const known = networks.filter(({ role, spec }) => role === 'analysed' && spec.totalSteps > 0)
  const ends = [...groupBy(known, ({ spec }) => spec.totalSteps)].sort(([a], [b]) => a - b)
  if (ends.length < 2) return []
  const told = ends.map(([step, of]) => `${step}: ${firstNames(of.map(({ name }) => name))}`)
  return [
    `networks end at different steps (${told.join('; ')}) and are compared at their ends: what differs between them may be how long ` +
      'they were trained; give the checkpoints that are missing, or leave out the later ones',
  ]
}
