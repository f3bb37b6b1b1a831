/** Defaults of a configuration that follow from its other keys, or from the data. */
import { isObject } from '../core/isObject.js'
import { MAX_PLAYERS } from '../core/subset.js'
import type { PlayersConfig } from './analysis.js'
import { featureCount } from './checks/shared.js'
import { inputPlayerCount } from './inputPlayers.js'
import { valueAt } from './problems.js'
import type { ExperimentConfig } from './schema.js'

/**
 * Defaults that follow from other keys: the study's name; all features of a known table (or all that
 * are listed or grouped) as players; batch and samples no larger than the data; the output that
 * suits a binary head; and the references that the score nongeneralizable needs.
 */
export function withComputedDefaults(value: unknown, study: string): unknown {
  if (!isObject(value)) return value
  const data = isObject(value.data) ? value.data : {}
  const computed: [string[], unknown][] = [
    [['training', 'batchSize'], lesserOf(128, data.train)],
    [
      ['analysis', 'samples', 'count'],
      chosenSamples(value) ?? lesserOf(200, ofSplit(value, data, 0)),
    ],
    [['analysis', 'samples', 'testCount'], lesserOf(50, ofSplit(value, data, 1))],
    [['analysis', 'players', 'count'], usualPlayers(value, data)],
    [
      ['analysis', 'output'],
      valueAt(value, ['model', 'head']) === 'binary' ? 'binary-v0' : undefined,
    ],
    [
      ['confusing', 'references'],
      valueAt(value, ['confusing', 'score']) === 'nongeneralizable' ? {} : undefined,
    ],
  ]
  const base: unknown = { study, ...value }
  return computed.reduce((filled, [path, usual]) => fill(filled, path, usual), base)
}

/** What the data turned out to have. */
interface AvailableData {
  /** Training samples. */
  readonly train: number
  readonly test: number
  /** Texts that are not too short for the players, where samples are texts. */
  readonly admitted?: Readonly<Record<'train' | 'test', number>>
  /** Columns, of tables. */
  readonly features?: number
}

/**
 * The configuration with no more analysed samples, and no more players of a table, than the data turned out to have,
 * unless their number was written, or follows from which they are. `written` is the configuration without defaults.
 */
export function withinData(
  config: ExperimentConfig,
  written: unknown,
  available: AvailableData,
): ExperimentConfig {
  return withinFeatures(withinSamples(config, written, available), written, available)
}

function withinFeatures(
  config: ExperimentConfig,
  written: unknown,
  { features }: AvailableData,
): ExperimentConfig {
  const { players } = config.analysis
  if (valueAt(written, ['analysis', 'players', 'count']) !== undefined) return config
  if (players.list !== undefined || players.groups !== undefined) return config
  const available = features === undefined ? undefined : features + inputPlayerCount(players)
  const count = lesserOf(players.count, available) ?? players.count
  return { ...config, analysis: { ...config.analysis, players: { ...players, count } } }
}

function withinSamples(
  config: ExperimentConfig,
  written: unknown,
  { admitted, ...available }: AvailableData,
): ExperimentConfig {
  const { samples } = config.analysis
  const isOpen = (key: string) => valueAt(written, ['analysis', 'samples', key]) === undefined
  const isDrawn = isOpen('count') && samples.first === undefined && samples.ids === undefined
  const there = admitted ?? available
  const other = samples.split === 'train' ? 'test' : 'train'
  // Where none is too short the panel of the other split is as large as that is, whatever its number says.
  const areShort = admitted !== undefined && admitted[other] < available[other]
  const changes = {
    ...(isDrawn ? { count: lesserOf(samples.count, there[samples.split]) } : {}),
    ...(areShort && isOpen('testCount')
      ? { testCount: lesserOf(samples.testCount, admitted[other]) }
      : {}),
  }
  const known = Object.entries(changes).filter(([, value]) => value !== undefined)
  if (known.length === 0) return config
  const within = { ...samples, ...Object.fromEntries(known) }
  return { ...config, analysis: { ...config.analysis, samples: within } }
}

type Mapping = Readonly<Record<string, unknown>>

function ofSplit(value: Mapping, data: Mapping, which: 0 | 1): unknown {
  const onTest = valueAt(value, ['analysis', 'samples', 'split']) === 'test'
  return onTest === (which === 0) ? data.test : data.train
}

/** How many samples are named, or are the first ones; undefined where they are drawn, or named in a file. */
function chosenSamples(value: Mapping): number | undefined {
  const { first, ids } = (valueAt(value, ['analysis', 'samples']) ?? {}) as Mapping
  if (Array.isArray(ids)) return ids.length || undefined
  return typeof first === 'number' ? first : undefined
}

/** The usual number, or what the data have if that is less; undefined if the usual one is right. */
function lesserOf(usual: number, available: unknown): number | undefined {
  const isCount = Number.isInteger(available) && (available as number) > 0
  return isCount && (available as number) < usual ? (available as number) : undefined
}

function usualPlayers(value: Mapping, data: Mapping): number | undefined {
  const players = valueAt(value, ['analysis', 'players'])
  if (isObject(players)) {
    // What is no count yet because it is written wrong becomes none.
    const beside = isObject(players.inputs) ? inputPlayerCount(players as PlayersConfig) : 0
    if (Array.isArray(players.list)) return players.list.length + beside || undefined
    if (isObject(players.groups)) return Object.keys(players.groups).length + beside || undefined
  }
  const features = featureCount(data)
  return features === undefined ? undefined : Math.min(features, MAX_PLAYERS)
}

/** The value with `usual` at a path where nothing is given; other shapes are left as they are. */
function fill(value: unknown, path: readonly string[], usual: unknown): unknown {
  if (usual === undefined || !(isObject(value) || value === undefined)) return value
  const [key, ...rest] = path
  const held = value?.[key]
  if (rest.length === 0) return held === undefined ? { ...value, [key]: usual } : value
  return { ...value, [key]: fill(held, rest, usual) }
}
