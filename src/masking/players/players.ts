/** Players of images and tables: cells of a grid, pixel segments, features and groups of features. */
import { InputError } from '../../core/errors.js'
import { sizeOf } from '../../core/tensor.js'
import type { Players } from '../types.js'
import { checkPlayerCount, playersFromCells } from './checks.js'
import {
  type Candidates,
  cellVariance,
  type Selection,
  selectCandidates,
} from './selectCandidates.js'

/** A grid laid over images: rows × columns cells as equal as whole pixels allow. */
export interface Grid {
  readonly rows: number
  readonly columns: number
}

/** The training inputs [count, ...shape] that 'variance' ranks by. */
export interface TrainingInputs {
  readonly inputs: Float32Array
  readonly count: number
}

const gridName = /^grid(\d+)x(\d+)$/

/** Reads a layout such as `grid4x4` (rows × columns); undefined when it names no grid. */
export function parseGrid(layout: string): Grid | undefined {
  const match = gridName.exec(layout)
  return match === null ? undefined : { rows: Number(match[1]), columns: Number(match[2]) }
}

/**
 * The grid cells that become players, ascending. 'variance' ranks a cell by the mean over its pixels
 * and channels of the training-set variance (docs/method.md, "Players"; our choice), 'centre' by the
 * distance of its middle from the image's. Cells less than `margin` cells away from the border of the grid are
 * never players. Throws InputError for shapes that are no image, grids finer than the pixels, or too many players.
 */
export function chooseGridCells(
  shape: readonly number[],
  grid: Grid,
  count: number,
  selection: Selection,
  training?: TrainingInputs,
  margin = 0,
): number[] {
  checkPlayerCount(count)
  const cells = gridCells(shape, grid)
  const inner = innerCells(grid, margin)
  const distances = gridDistances(grid)
  const candidates: Candidates = {
    count: inner.length,
    noun: `${margin === 0 ? '' : 'inner '}cells of the ${grid.rows}×${grid.columns} grid`,
    variance:
      selection.by === 'variance'
        ? groupVariance(
            inner.map((cell) => cells[cell]),
            sizeOf(shape),
            training,
          )
        : undefined,
    distance: Float64Array.from(inner, (cell) => distances[cell]),
  }
  const chosen = selectCandidates(candidates, count, onCandidates(selection, inner, margin))
  return chosen.map((index) => inner[index])
}

/** The cells of a grid that are at least `margin` cells away from its border, row-major. */
function innerCells({ rows, columns }: Grid, margin: number): number[] {
  const isInner = (at: number, extent: number) => at >= margin && at < extent - margin
  return [...Array(rows * columns).keys()].filter(
    (cell) => isInner(Math.floor(cell / columns), rows) && isInner(cell % columns, columns),
  )
}

/** A selection among inner cells; listed cells are counted over the whole grid. */
function onCandidates(selection: Selection, inner: readonly number[], margin: number): Selection {
  if (selection.by !== 'listed' || margin === 0) return selection
  const indices = selection.indices.map((cell) => {
    const index = inner.indexOf(cell)
    if (index >= 0) return index
    throw new InputError(
      `listed cell ${cell} cannot be a player: players.margin ${margin} leaves cells ${inner.join(', ')}`,
    )
  })
  return { by: 'listed', indices }
}

/** Players from the cells of a grid over images, chosen as {@link chooseGridCells} says. */
export function gridPlayers(
  shape: readonly number[],
  grid: Grid,
  count: number,
  selection: Selection,
  training?: TrainingInputs,
  margin = 0,
): Players {
  const chosen = chooseGridCells(shape, grid, count, selection, training, margin)
  return playersOfGridCells(shape, grid, chosen)
}

/**
 * Players from chosen cells of a grid over images or feature maps of shape [C, H, W]; all other cells
 * are background. Pixel (y, x) lies in grid row ⌊y·rows/H⌋ and column ⌊x·columns/W⌋.
 */
export function playersOfGridCells(
  shape: readonly number[],
  grid: Grid,
  chosen: readonly number[],
  kind: 'grid' | 'layer' = 'grid',
): Players {
  if (kind === 'layer' && shape.length !== 3) {
    throw new InputError(
      `players of layout "layer" are cells of a feature map [channels, height, width], but what is masked has shape [${shape.join(', ')}]: name another players.layer`,
    )
  }
  const cells = gridCells(shape, grid, kind)
  const names = chosen.map((cell) => `r${Math.floor(cell / grid.columns)}c${cell % grid.columns}`)
  const owned = chosen.map((cell) => cells[cell])
  return playersFromCells(kind, owned, names, sizeOf(shape), chosen)
}

/** So few columns of so many channels are rather the channels of an image whose axes are in another order. */
const MOST_CHANNELS = 4

/** The tensor cells (all channels) of every grid cell, row-major. */
function gridCells(
  shape: readonly number[],
  grid: Grid,
  kind: 'grid' | 'layer' = 'grid',
): number[][] {
  const [channels, height, width] = shape
  if (shape.length !== 3) {
    throw new InputError(
      `a grid of players needs images [C, H, W], but a sample has shape [${shape.join(', ')}]: ` +
        'use layout "features"',
    )
  }
  const { rows, columns } = grid
  if (rows < 1 || columns < 1 || rows > height || columns > width) {
    const looksLast = width <= MOST_CHANNELS && width < Math.min(channels, height)
    const key = kind === 'layer' ? 'networks.files[].layerLayout' : 'data.layout'
    const hint = looksLast
      ? `: [${shape.join(', ')}] is read as ${channels} channels first; if the ${width} are the channels, say ${key}: nhwc`
      : '; a coarser one: analysis.players.layout, of an inner layer analysis.players.layerGrid'
    throw new InputError(
      `a ${rows}×${columns} grid does not fit ${kind === 'layer' ? 'maps' : 'images'} of ${height}×${width} pixels${hint}`,
    )
  }
  const cells = Array.from({ length: rows * columns }, (): number[] => [])
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      const row = Math.floor((y * rows) / height)
      for (let x = 0; x < width; x++) {
        const column = Math.floor((x * columns) / width)
        cells[row * columns + column].push((channel * height + y) * width + x)
      }
    }
  }
  return cells
}

/** Squared distance of every grid cell's middle from the image's middle, in image sides. */
function gridDistances({ rows, columns }: Grid): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, cell) => {
    const y = (Math.floor(cell / columns) + 0.5) / rows - 0.5
    const x = ((cell % columns) + 0.5) / columns - 0.5
    return y * y + x * x
  })
}

/** Mean training-set variance over the cells of each group. */
function groupVariance(
  groups: readonly (readonly number[])[],
  size: number,
  training?: TrainingInputs,
): Float64Array | undefined {
  if (training === undefined) return undefined
  const variance = cellVariance(training.inputs, training.count, size)
  return Float64Array.from(groups, (group) => {
    return group.reduce((sum, cell) => sum + variance[cell], 0) / group.length
  })
}

/** A named group of input features that come and go together. */
export interface FeatureGroup {
  readonly name: string
  readonly features: readonly number[]
}

/**
 * Players of tabular data: one a group of features, or one a feature when no groups are given. When
 * there are more groups than players, `selection` chooses and the rest is background.
 */
export function featurePlayers(
  featureCount: number,
  groups: readonly FeatureGroup[],
  count: number,
  selection: Selection,
  training?: TrainingInputs,
): Players {
  checkPlayerCount(count)
  const cells = groups.map((group) => group.features)
  const candidates: Candidates = {
    count: groups.length,
    noun: 'features or groups of features',
    variance:
      selection.by === 'variance' ? groupVariance(cells, featureCount, training) : undefined,
  }
  const chosen = selectCandidates(candidates, count, selection)
  const names = chosen.map((group) => groups[group].name)
  return playersFromCells(
    'features',
    chosen.map((group) => cells[group]),
    names,
    featureCount,
    chosen,
  )
}

/** One group a feature, named by `names` or by position. */
export function singleFeatures(featureCount: number, names?: readonly string[]): FeatureGroup[] {
  return Array.from({ length: featureCount }, (_, feature) => ({
    name: names?.[feature] ?? `f${feature}`,
    features: [feature],
  }))
}

/**
 * Players from pixel segments over images [C, H, W]: segments[i] lists pixels y·W + x of player i;
 * all channels of a pixel go together and pixels in no segment are background.
 */
export function segmentPlayers(
  shape: readonly number[],
  segments: readonly (readonly number[])[],
): Players {
  if (shape.length !== 3) {
    throw new InputError(
      `segments need images [C, H, W], not samples of shape [${shape.join(', ')}]`,
    )
  }
  const [channels, height, width] = shape
  const names = segments.map((_, player) => `s${player}`)
  const plane = playersFromCells('segments', segments, names, height * width)
  const map = new Int32Array(channels * height * width)
  for (let channel = 0; channel < channels; channel++) map.set(plane.map, channel * height * width)
  return { ...plane, map }
}
