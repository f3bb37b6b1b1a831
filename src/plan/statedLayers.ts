/** What is stated of the layers of networks from elsewhere, and what their weights say to it. */
import type { GivenNetworkConfig } from '../config/networks.js'
import { InputError } from '../core/errors.js'
import { firstNames } from '../core/firstNames.js'
import { getOrMake } from '../core/getOrMake.js'
import { groupBy } from '../core/groupBy.js'
import { quotable } from '../core/quote.js'
import type { Side } from '../regimes/types.js'
import type { GivenNetworkInfo, StudyNetwork } from './types.js'

/** What counts as low in a network from elsewhere. */
export type StatedCut = Pick<StudyNetwork, 'lowBlocks' | 'cut'>

/**
 * What counts as low in each of these networks. One that names no low layers is cut as the first of its architecture and
 * regime that does: they are crossed. The same weights are the same layers, whatever they are called (`conv1`, or `conv1.weight`
 * and `conv1.bias`); as many others are another cut.
 */
export function statedCuts(given: readonly GivenNetworkInfo[]): StatedCut[] {
  const named = given.filter(({ entry }) => entry.lowLayers !== undefined)
  const layersOf = new Map<string | undefined, readonly string[]>()
  const crossedWith = new Map<string, GivenNetworkInfo>()
  for (const info of named) {
    getOrMake(layersOf, info.low?.shapes, () => [...(info.entry.lowLayers ?? [])].sort())
    getOrMake(crossedWith, placeOf(info), () => info)
  }
  // Networks without seeds are in no grid.
  const contested = new Set<string>()
  const labels = new Map<string, string>()
  for (const { entry, low } of named) {
    if (entry.low === undefined) continue
    const layers = layersOf.get(low?.shapes) ?? []
    const label = layers.join('+')
    const many = JSON.stringify([entry.architecture, layers.length])
    const first = getOrMake(labels, many, () => label)
    if (first !== label) contested.add(first).add(label)
  }
  return given.map((info) => {
    const from = info.entry.lowLayers === undefined ? crossedWith.get(placeOf(info)) : info
    if (from === undefined) return { lowBlocks: [], cut: undefined }
    const layers = layersOf.get(from.low?.shapes) ?? []
    const label = layers.join('+')
    return { lowBlocks: layers, cut: contested.has(label) ? label : layers.length }
  })
}

function placeOf({ entry }: GivenNetworkInfo): string {
  return JSON.stringify([entry.architecture, entry.regime])
}

/** What an architecture is called of which nothing is said. */
const UNNAMED = 'onnx'

/** Which networks are not crossed, where that may not be meant: a line each. */
export function notCrossed(given: readonly GivenNetworkInfo[]): string[] {
  const stated = given.filter(({ entry }) => entry.low !== undefined)
  const cuts = statedCuts(given)
  const named = given.flatMap((info, index) => {
    const { cut } = cuts[index]
    return stated.includes(info) && typeof cut === 'string' ? [{ info, cut }] : []
  })
  const lines = [...groupBy(named, ({ info }) => info.entry.architecture)].flatMap(
    ([architecture, own]) => {
      const places = [...groupBy(own, ({ cut }) => cut)]
      if (places.length < 2) return []
      const told = places.map(([cut, of]) => `${cut}: ${listed(of.map(({ info }) => info))}`)
      return (
        `networks of architecture ${architecture} name different low layers (${told.join('; ')}) and are crossed with those ` +
        'alone that name the same'
      )
    },
  )
  const unnamed = stated.filter(({ entry }) => entry.architecture === UNNAMED)
  const others = [...new Set(stated.map(({ entry }) => entry.architecture))].filter(
    (name) => name !== UNNAMED,
  )
  if (unnamed.length > 0 && others.length > 0) {
    lines.push(
      `nothing is said of the architecture of ${listed(unnamed)}, which are crossed with none of ${firstNames(others)}: say it where it is the same`,
    )
  }
  return lines
}

/** Throws InputError on the same bytes with other seeds. They are one network, whose layers cannot have two seeds: a path was copied. (Before training, orders may differ.) */
export function checkSameFiles(given: readonly GivenNetworkInfo[]): void {
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
 * checkpoint where they are frozen, high ones (all others) at step 0 within an architecture. Throws InputError where they
 * contradict it, as layers of other shapes do wherever they are from.
 */
export function checkStatedLayers(given: readonly GivenNetworkInfo[]): void {
  const stated = given.filter(({ entry }) => entry.low !== undefined)
  checkShapes(stated)
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

/** Weights of one architecture and of the same names cannot be of one seed, and of other shapes. */
function checkShapes(stated: readonly GivenNetworkInfo[]): void {
  const known = stated.filter(({ low }) => low !== undefined)
  const alike = ({ entry, low }: GivenNetworkInfo) => {
    const weights = low?.shapes.split(', ').map((shape) => shape.split(' ')[0])
    return JSON.stringify([entry.architecture, weights, entry.low])
  }
  for (const [first, ...others] of groupBy(known, alike).values()) {
    const other = others.find(({ low }) => low?.shapes !== first.low?.shapes)
    if (other === undefined) continue
    throw new InputError(
      `networks.files: ${nameWithFile(first)} and ${nameWithFile(other)}: both have low seed ${first.entry.low}, but their low layers have other ` +
        `shapes (${shown(first.low)}; ${shown(other.low)}); say the seeds that the files have, or give each its own architecture`,
    )
  }
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
      checkSteady(info, hashes, side)
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

/** Throws InputError where layers change between checkpoints that must have the same. */
function checkSteady(info: GivenNetworkInfo, hashes: readonly string[], side: Side): void {
  const { entry, checkpoints } = info
  const at = hashes.findIndex((hash) => hash !== hashes[0])
  if (at < 0) return
  throw new InputError(
    `networks.files: "${entry.name}": its ${side} layers are others in ${checkpoints[at].file} than in ${checkpoints[0].file}, but its regime ` +
      `${entry.regime} freezes them; say regime: init, or name the layers that are frozen (lowLayers: ${shown(info.low)})`,
  )
}

function contradiction(
  a: GivenNetworkInfo,
  b: GivenNetworkInfo,
  what: string,
  side: Side,
): InputError {
  const remedy =
    side === 'low' ? 'the layers that are shared' : 'all layers that the low seed draws'
  const weights = side === 'low' ? shown(a.low) : shown(a.high, 'all but lowLayers: ')
  return new InputError(
    `networks.files: ${nameWithFile(a)} and ${nameWithFile(b)}: ${what} (${weights}); say the seeds that the files have, or name ` +
      `${remedy} (lowLayers)${a.low?.renamed === undefined ? '' : `; some have names that an exporter gave them: ${UNFOLDED}`}`,
  )
}

function nameWithFile({ entry, checkpoints }: GivenNetworkInfo): string {
  return `"${entry.name}" (${checkpoints[0].file})`
}

/** Letters of the names and shapes of weights that a message has. */
const SHOWN_LETTERS = 300

/** Names and shapes of weights, for a message. */
function shown(weights: { readonly shapes: string } | undefined, before = ''): string {
  return quotable(before + (weights?.shapes ?? ''), SHOWN_LETTERS)
}

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

/** Networks of which some weights have no names of layers, so that it is not known whether they are low ones. */
export function renamedWeights(given: readonly GivenNetworkInfo[]): string[] {
  const renamed = given.filter(({ low }) => low?.renamed !== undefined)
  if (renamed.length === 0) return []
  const names = firstNames(renamed[0].low?.renamed ?? [])
  return [
    `weights of ${listed(renamed)} have names that an exporter gave them (${names}): they count as high ones, and were not checked where they are ` +
      `of the low layers; ${UNFOLDED}`,
  ]
}

/** How weights keep the names of their layers. */
const UNFOLDED =
  'export without constant folding (PyTorch: do_constant_folding=False, or dynamo=True with optimize=False)'

function listed(networks: readonly GivenNetworkInfo[]): string {
  return firstNames(networks.map(({ entry }) => entry.name))
}
