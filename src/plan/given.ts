/** Networks from elsewhere as members of a study. */
import type { GivenNetworkConfig } from '../config/networks.js'
import type { ExperimentConfig } from '../config/schema.js'
import { InputError } from '../core/errors.js'
import { firstNames } from '../core/firstNames.js'
import { groupBy } from '../core/groupBy.js'
import { contentId, type Json } from '../core/hash.js'
import { ARTIFACT_VERSION } from './artifactVersion.js'
import type { DataInfo, GivenNetwork, GivenNetworkInfo, GivenSpec } from './types.js'

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
    id: contentId({ version: ARTIFACT_VERSION, given: spec } as unknown as Json),
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

/** Hashes of the low layers at the checkpoints at which networks of one low seed must have equal ones. */
function sharedLayers({ entry, checkpoints, low }: GivenNetworkInfo): readonly string[] {
  if (low === undefined || entry.regime !== 'init') return low?.hashes ?? []
  // A single file, or a series that does not begin at step 0, does not tell what training began with.
  const isStart = checkpoints.length > 1 && checkpoints[0].step === 0
  return isStart ? low.hashes.slice(0, 1) : []
}

/**
 * Holds every stated "same low layers" and "other low layers" against the bytes of the named weights: at step 0 under
 * `init`, at every checkpoint where low layers are frozen.
 */
function checkStatedLayers(given: readonly GivenNetworkInfo[]): void {
  const known = given
    .filter(({ entry }) => entry.low !== undefined)
    .map((info) => ({ info, hashes: sharedLayers(info) }))
    .filter(({ hashes }) => hashes.length > 0)
  for (const [index, { info: a, hashes }] of known.entries()) {
    for (const { info: b, hashes: others } of known.slice(index + 1)) {
      if (a.entry.regime !== b.entry.regime || a.low?.shapes !== b.low?.shapes) continue
      const isSaid = a.entry.low === b.entry.low
      if (isSaid && new Set([...hashes, ...others]).size > 1) {
        throw contradiction(a, b, `both have low seed ${a.entry.low}, but their low layers differ`)
      }
      if (!isSaid && hashes[0] === others[0]) {
        throw contradiction(
          a,
          b,
          `their low seeds are ${a.entry.low} and ${b.entry.low}, but their low layers are equal`,
        )
      }
    }
  }
}

function contradiction(a: GivenNetworkInfo, b: GivenNetworkInfo, what: string): InputError {
  const [one, other] = [a, b].map(({ entry, checkpoints }) => {
    return `"${entry.name}" (${checkpoints[0].file})`
  })
  return new InputError(
    `networks.files: ${one} and ${other}: ${what} (${a.low?.shapes}); say the seeds that the files have, or name the ` +
      'layers that are shared (lowLayers)',
  )
}

/** What of the stated design could not be held against weights, a line each, for the verdict. */
export function unverifiedDesign(given: readonly GivenNetworkInfo[]): string[] {
  const stated = given.filter(
    (info) => info.entry.low !== undefined && sharedLayers(info).length === 0,
  )
  const [models, values] = [false, true].map((isValues) =>
    stated.filter(({ entry }) => (entry.values !== undefined) === isValues),
  )
  const said =
    'that networks of one low seed began with the same low layers was stated, not verified, for'
  return [
    ...(models.length === 0
      ? []
      : [`${said} ${listed(models)}: name them (lowLayers) and give the checkpoint of step 0`]),
    ...(values.length === 0 ? [] : [`${said} ${listed(values)}: values do not tell weights`]),
  ]
}

function listed(networks: readonly GivenNetworkInfo[]): string {
  return firstNames(networks.map(({ entry }) => entry.name))
}
