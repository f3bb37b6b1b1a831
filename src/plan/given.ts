/** Networks from elsewhere as members of a study. */
import type { GivenNetworkConfig } from '../config/networks.js'
import type { ExperimentConfig } from '../config/schema.js'
import { InputError } from '../core/errors.js'
import { firstNames } from '../core/firstNames.js'
import { groupBy } from '../core/groupBy.js'
import { contentId, type Json } from '../core/hash.js'
import { quotable } from '../core/quote.js'
import type { Side } from '../regimes/types.js'
import { ARTIFACT_VERSION } from './artifactVersion.js'
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
  return given.map((info) => givenNetwork(config, data, info, given))
}

function givenNetwork(
  config: ExperimentConfig,
  data: DataInfo,
  info: GivenNetworkInfo,
  all: readonly GivenNetworkInfo[],
): GivenNetwork {
  const { entry, checkpoints, curve, low } = info
  const { input, output, outputKind, layout, layer, layerLayout, classes } = entry
  const spec: GivenSpec = {
    data: data.fingerprint,
    axisOrder: data.axisOrder,
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
    } as unknown as Json),
    name: entry.name,
    architecture: entry.architecture,
    regime: entry.regime,
    seeds: { low: entry.low, high: entry.high, order: entry.order },
    lowBlocks: entry.lowLayers ?? [],
    // Who does not name low layers has the cut of those beside it: they are crossed with them.
    cut: (entry.lowLayers ?? namedBeside(entry, all))?.length,
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

/** Low layers that the first network of the same architecture and regime names. */
function namedBeside(
  { architecture, regime }: GivenNetworkConfig,
  all: readonly GivenNetworkInfo[],
): readonly string[] | undefined {
  return all.find(
    ({ entry }) =>
      entry.architecture === architecture &&
      entry.regime === regime &&
      entry.lowLayers !== undefined,
  )?.entry.lowLayers
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

/** The same bytes are one network, whose layers cannot have two seeds: a path was copied. (Before training, orders may differ.) */
function checkSameFiles(given: readonly GivenNetworkInfo[]): void {
  const stated = given.filter(({ entry }) => entry.low !== undefined)
  const same = groupBy(stated, ({ checkpoints }) => checkpoints.map(({ id }) => id).join())
  for (const [first, ...others] of same.values()) {
    const other = others.find(({ entry }) => seedsOf(entry) !== seedsOf(first.entry))
    if (other === undefined) continue
    const [one, two] = [first, other].map(
      ({ entry, checkpoints }) => `"${entry.name}" (${checkpoints[0].file}; ${seedsOf(entry)})`,
    )
    throw new InputError(
      `networks.files: ${one} and ${two} have the same bytes, so that they are one network: their seeds cannot differ; give each its own file`,
    )
  }
}

function seedsOf({ low, high }: GivenNetworkConfig): string {
  return `low ${low}, high ${high}`
}

/** Whether the first checkpoint is that of step 0, before training: a single file does not tell what training began with. */
function beginsAtStart({ entry, checkpoints }: GivenNetworkInfo): boolean {
  return /\{(epoch|step)\}/.test(entry.path ?? '') && checkpoints[0].step === 0
}

/** Hashes of the low layers at the checkpoints at which networks of one low seed must have equal ones. */
function sharedLow(info: GivenNetworkInfo): readonly string[] {
  const { entry, low } = info
  if (low === undefined || entry.regime !== 'init') return low?.hashes ?? []
  return beginsAtStart(info) ? low.hashes.slice(0, 1) : []
}

/** The same of the high layers, which no regime of networks from elsewhere freezes. */
function sharedHigh(info: GivenNetworkInfo): readonly string[] {
  return info.high !== undefined && beginsAtStart(info) ? [info.high.hash] : []
}

/**
 * Holds every stated "same layers" and "other layers" against the bytes of the weights: low ones at step 0 under `init`, at every
 * checkpoint where they are frozen, high ones (all others) at step 0 within an architecture.
 */
function checkStatedLayers(given: readonly GivenNetworkInfo[]): void {
  const stated = given.filter(({ entry }) => entry.low !== undefined)
  checkSide(stated, {
    side: 'low',
    seedOf: ({ low }) => low,
    hashesOf: sharedLow,
    comparable: ({ entry, low }) => [entry.regime, low?.shapes],
  })
  checkSide(stated, {
    side: 'high',
    seedOf: ({ high }) => high,
    hashesOf: sharedHigh,
    comparable: ({ entry, high }) => [entry.regime, entry.architecture, high?.shapes],
  })
}

/** What the layers of one side are held against one another by. */
interface StatedSide {
  readonly side: Side
  readonly seedOf: (entry: GivenNetworkConfig) => number | undefined
  /** Empty where nothing is known of them. */
  readonly hashesOf: (info: GivenNetworkInfo) => readonly string[]
  /** Only networks that are equal in these are held against each other. */
  readonly comparable: (info: GivenNetworkInfo) => readonly (string | undefined)[]
}

function checkSide(
  stated: readonly GivenNetworkInfo[],
  { side, seedOf, hashesOf, comparable }: StatedSide,
): void {
  const known = stated.filter((info) => hashesOf(info).length > 0)
  for (const members of groupBy(known, (info) => JSON.stringify(comparable(info))).values()) {
    const firstOfSeed = new Map<number | undefined, GivenNetworkInfo>()
    const firstOfHash = new Map<string, GivenNetworkInfo>()
    for (const info of members) {
      const [seed, hashes] = [seedOf(info.entry), hashesOf(info)]
      const same = firstOfSeed.get(seed) ?? info
      if (new Set([...hashesOf(same), ...hashes]).size > 1) {
        const what = `both have ${side} seed ${seed}, but their ${side} layers differ`
        throw contradiction(same, info, what, side)
      }
      const equal = firstOfHash.get(hashes[0]) ?? info
      if (seedOf(equal.entry) !== seed) {
        const what = `their ${side} seeds are ${seedOf(equal.entry)} and ${seed}, but their ${side} layers are equal`
        throw contradiction(equal, info, what, side)
      }
      firstOfSeed.set(seed, same)
      firstOfHash.set(hashes[0], equal)
    }
  }
}

function contradiction(
  a: GivenNetworkInfo,
  b: GivenNetworkInfo,
  what: string,
  side: Side,
): InputError {
  const [one, other] = [a, b].map(({ entry, checkpoints }) => {
    return `"${entry.name}" (${checkpoints[0].file})`
  })
  const remedy =
    side === 'low' ? 'the layers that are shared' : 'all layers that the low seed draws'
  const weights = side === 'low' ? a.low?.shapes : `all but lowLayers: ${a.high?.shapes}`
  return new InputError(
    `networks.files: ${one} and ${other}: ${what} (${quotable(weights ?? '', SHOWN_LETTERS)}); say the seeds that the files have, or name ` +
      `${remedy} (lowLayers)`,
  )
}

/** Letters of the names and shapes of weights that a message has. */
const SHOWN_LETTERS = 300

/** What of the stated design could not be held against weights, a line each, for the verdict. */
export function unverifiedDesign(given: readonly GivenNetworkInfo[]): string[] {
  const stated = given.filter(
    (info) => info.entry.low !== undefined && sharedLow(info).length === 0,
  )
  const [models, values] = [false, true].map((isValues) =>
    stated.filter(({ entry }) => (entry.values !== undefined) === isValues),
  )
  const said =
    'that networks of one low seed began with the same low layers was stated, not verified, for'
  return [
    ...(models.length === 0
      ? []
      : [
          `${said} ${listed(models)}: name them (lowLayers) and give a series (path with {epoch} or {step}) that begins with step 0`,
        ]),
    ...(values.length === 0 ? [] : [`${said} ${listed(values)}: values do not tell weights`]),
  ]
}

/** What of the courses of networks does not fit together, a line each, for the plan and the verdict. */
export function courseWarnings({ networks, data }: Pick<Plan, 'networks' | 'data'>): string[] {
  return [...differentEnds(networks), ...otherCurves(data.given ?? [])]
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

function listed(networks: readonly GivenNetworkInfo[]): string {
  return firstNames(networks.map(({ entry }) => entry.name))
}
