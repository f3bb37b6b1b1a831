/** From the `players` of a configuration to the parts of a sample that are masked together. */
import type { PlayersConfig } from '../../config/analysis.js'
import { inputPlayerCount } from '../../config/inputPlayers.js'
import { atPlace, InputError } from '../../core/errors.js'
import { sizeOf } from '../../core/tensor.js'
import type { PathOf } from '../../data/paths.js'
import type { Dataset } from '../../data/types.js'
import type { Graph } from '../../graph/types.js'
import type { MaskedSample } from '../evaluation/evaluate.js'
import { embeddingValue, layerValue } from '../evaluation/layerValue.js'
import type { Players } from '../types.js'
import { addInputPlayers, ownPlayers } from './inputPlayers.js'
import {
  chooseGridCells,
  type FeatureGroup,
  featurePlayers,
  type Grid,
  gridPlayers,
  parseGrid,
  playersOfGridCells,
  segmentPlayers,
  singleFeatures,
  type TrainingInputs,
} from './players.js'
import { readSegments } from './segmentsFile.js'
import type { Selection } from './selectCandidates.js'
import { eligibleTokens, tokenPlayers } from './tokens.js'
import { eligibleWords, partOf, wordPlayers } from './words.js'

/** Players as a configuration chooses them, the same for every network of a study. */
export interface PlacedPlayers {
  /** Number of players of every sample. */
  readonly n: number
  /** The value of a network that is masked: its input, its embedding or a layer's output. */
  at(graph: Graph): string
  /** Players of a sample, over a masked value of this shape and, where some are of further inputs, what is held beside it. */
  players(sample: Pick<MaskedSample, 'id' | 'input'>, shape: readonly number[]): Players
  /** Whether a sample has what the players need. */
  admits(input: Float32Array): boolean
}

type Placement = Omit<PlacedPlayers, 'admits'>

/**
 * Whether a sample has what the players need: a text needs as many words that can be players. Other
 * data always do.
 */
export function admitsSample(
  { layout, count }: PlayersConfig,
  data: Pick<Dataset, 'kind' | 'shape' | 'parts' | 'vocabulary'>,
): (input: Float32Array) => boolean {
  const { kind, vocabulary } = data
  if (kind === 'tokens') return (input) => eligibleWords(input, data).length >= count
  const isText = kind === 'text' && (layout === 'auto' || layout === 'tokens')
  if (!isText || vocabulary === undefined) return () => true
  return (input) => eligibleTokens(input, vocabulary).length >= count
}

/** Throws InputError when the players do not fit the data; `pathOf` finds the file of segments. */
export function placePlayers(config: PlayersConfig, data: Dataset, pathOf: PathOf): PlacedPlayers {
  const { n, at, players } = place(ownPlayers(config), data, pathOf)
  const withInputs = addInputPlayers(config, data)
  return {
    n: n + inputPlayerCount(config),
    at,
    players: (sample, shape) => withInputs(players(sample, shape)),
    admits: admitsSample(config, data),
  }
}

function place(config: PlayersConfig, data: Dataset, pathOf: PathOf): Placement {
  const layout = config.layout === 'auto' ? defaultLayout(data) : config.layout
  const selection = selectionOf(config)
  const training = { inputs: data.train.inputs, count: data.train.count }
  const hasGrid = layout === 'layer' ? data.kind === 'image' : parseGrid(layout) !== undefined
  if (config.margin !== undefined && !hasGrid) {
    throw new InputError(
      `players.margin leaves out cells at the border of a grid; layout ${layout} of ${data.kind} has none`,
    )
  }
  if (config.groups !== undefined && layout !== 'features') {
    throw new InputError(
      `players.groups are features that come and go together, and these are ${data.kind} data`,
    )
  }
  if (layout === 'tokens') return tokenLayout(config, data)
  if (data.kind === 'tokens') {
    if (layout === 'layer') return wordLayout(config, data, (shape) => innerCells(shape, data))
    throw new InputError(
      `players.layout ${layout} does not fit token ids, whose players are words: use tokens, or layer`,
    )
  }
  if (layout === 'layer') return layerLayout(config, data, selection, training)
  if (layout === 'segments') {
    if (config.file === undefined) {
      throw new InputError(
        'players.layout segments needs players.file, a list of pixels per player',
      )
    }
    const file = pathOf(config.file)
    const segments = readSegments(file, data.shape)
    return atInput(atPlace(file, () => segmentPlayers(data.shape, segments)))
  }
  if (layout === 'features') return atInput(featureLayout(config, data, selection, training))
  const grid = parseGrid(layout)
  if (grid === undefined) throw new InputError(`unknown players.layout "${layout}"`)
  return atInput(gridPlayers(data.shape, grid, config.count, selection, training, config.margin))
}

function defaultLayout({ kind }: Dataset): string {
  return { image: 'grid4x4', tabular: 'features', text: 'tokens', tokens: 'tokens' }[kind]
}

function selectionOf({ select, seed, list }: PlayersConfig): Selection {
  if (select === 'random') return { by: 'random', seed }
  if (select !== 'list') return { by: select }
  if (list === undefined) throw new InputError('players.select list needs players.list')
  return { by: 'listed', indices: list }
}

function atInput(players: Players): Placement {
  return { n: players.n, at: (graph) => graph.inputs[0].name, players: () => players }
}

function featureLayout(
  config: PlayersConfig,
  data: Dataset,
  selection: Selection,
  training: TrainingInputs,
): Players {
  if (data.kind !== 'tabular') {
    throw new InputError(`players.layout features needs tabular data; these are ${data.kind} data`)
  }
  const [count] = data.shape
  const groups =
    config.groups === undefined
      ? singleFeatures(count, data.features)
      : Object.entries(config.groups).map(([name, members]) => featureGroup(name, members, data))
  return featurePlayers(count, groups, config.count, selection, training)
}

function featureGroup(
  name: string,
  members: readonly (string | number)[],
  data: Dataset,
): FeatureGroup {
  // Of columns that have numbers for names, as pandas writes them, a number is the name.
  const areNumbered = data.features?.some((feature) => /^\d+$/.test(feature)) === true
  const features = members.map((member) => {
    if (typeof member === 'number' && !areNumbered) return member
    const index = data.features?.indexOf(String(member)) ?? -1
    if (index >= 0) return index
    throw new InputError(
      `players.groups.${name}: no feature "${member}"; there are ${data.features?.join(', ') ?? 'no names'}`,
    )
  })
  return { name, features }
}

/** The cells that are masked, and those of a token among them. */
interface TokenCells {
  readonly size: number
  readonly cellsAt: (at: number) => readonly number[]
}

/** Words of rows of token ids, which models from elsewhere take. */
function wordLayout(
  config: PlayersConfig,
  data: Dataset,
  cells: (shape: readonly number[]) => TokenCells,
): Placement {
  return {
    n: config.count,
    at: () => {
      throw new InputError(
        'networks that lowlayer trains take texts (data.source text), not token ids',
      )
    },
    players: ({ id, input }, shape) => wordPlayers(input, data, config, id, cells(shape)),
  }
}

/** Of a row, a token's id and its attention, of which the baseline changes one. */
function rowCells(data: Dataset): TokenCells {
  const [ids, attention] = [partOf(data, 'ids'), partOf(data, 'attention')]
  return {
    size: sizeOf(data.shape),
    cellsAt: (at) => [ids.start + at, attention.start + at],
  }
}

/** Of an inner value [T, E], all that is one token's. Throws InputError for another shape. */
function innerCells(shape: readonly number[], data: Dataset): TokenCells {
  const [tokens] = partOf(data, 'ids').shape
  const [length, width] = shape
  if (shape.length !== 2 || length !== tokens) {
    throw new InputError(
      `players of layout "layer" are words of ${tokens} tokens, [${tokens}, width] of a text, but what is masked has shape ` +
        `[${shape.join(', ')}]: name another players.layer`,
    )
  }
  return {
    size: tokens * width,
    cellsAt: (at) => Array.from({ length: width }, (_, cell) => at * width + cell),
  }
}

/**
 * A shape of what is masked in which players show that networks may mask at shapes of their own: one cell a token of
 * texts, the cells of images, which those of their feature maps are chosen on.
 */
export function shapeWithoutNetwork(
  { layout }: PlayersConfig,
  data: Pick<Dataset, 'kind' | 'shape' | 'parts'>,
): readonly number[] {
  if (data.kind === 'text') return [...data.shape, 1]
  return data.kind === 'tokens' && layout === 'layer'
    ? [...partOf(data, 'ids').shape, 1]
    : data.shape
}

/** Tokens differ from text to text; masking replaces their embeddings [T, E], or the cells of their words. */
function tokenLayout(config: PlayersConfig, data: Dataset): Placement {
  if (data.kind === 'tokens') return wordLayout(config, data, () => rowCells(data))
  const { count, seed } = config
  const words = data.vocabulary
  if (data.kind !== 'text' || words === undefined) {
    throw new InputError(`players.layout tokens needs texts; these are ${data.kind} data`)
  }
  return {
    n: count,
    at: embeddingValue,
    players({ id, input }, [, width]) {
      const players = tokenPlayers(input, words, count, seed, id)
      const map = Int32Array.from({ length: input.length * width }, (_, cell) => {
        return players.map[Math.floor(cell / width)]
      })
      return { ...players, map }
    },
  }
}

/**
 * Cells of an inner feature map. They are chosen on the input images, under the same grid, so that
 * networks with different layers have the same players.
 */
function layerLayout(
  config: PlayersConfig,
  data: Dataset,
  selection: Selection,
  training: TrainingInputs,
): Placement {
  const { layer } = config
  if (layer === undefined)
    throw new InputError('players.layout layer needs players.layer, its name')
  const grid = parseGrid(config.layerGrid) as Grid
  const chosen = chooseGridCells(data.shape, grid, config.count, selection, training, config.margin)
  const byShape = new Map<string, Players>()
  return {
    n: config.count,
    at: (graph) => layerValue(graph, layer),
    players(_sample, shape) {
      const key = shape.join()
      const players = byShape.get(key) ?? playersOfGridCells(shape, grid, chosen, 'layer')
      byShape.set(key, players)
      return players
    },
  }
}
