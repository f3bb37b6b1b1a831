/** Inputs of the shown samples, from the data set, kept beside the report for when it is gone. */

import { largest, smallest } from '../../core/extremes.js'
import type { PathOf } from '../../data/paths.js'
import { sampleAt } from '../../data/rows.js'
import type { Dataset } from '../../data/types.js'
import { placePlayers, shapeWithoutNetwork } from '../../masking/players/configurePlayers.js'
import { namesIn, partOf } from '../../masking/players/words.js'
import type { Players } from '../../masking/types.js'
import type { Plan } from '../../plan/types.js'
import type { Drawing, DrawnCell, SampleDetail } from '../../report/types.js'

/** What is stored of one sample. Pixels and players are base64 and a list. */
interface StoredDrawing {
  readonly names: readonly string[]
  readonly drawing:
    | {
        readonly kind: 'image'
        readonly width: number
        readonly height: number
        readonly pixels: string
        readonly players: readonly number[]
      }
    | Exclude<Drawing, { kind: 'image' }>
}

/** Content of `report/drawings.json`. */
export interface DrawingFile {
  readonly classes: readonly string[]
  readonly samples: Readonly<Record<string, StoredDrawing>>
}

/** Draws the inputs of these samples. Throws InputError when the players do not fit the data. */
export function drawSamples(
  samples: readonly number[],
  dataset: Dataset,
  plan: Pick<Plan, 'config'>,
  pathOf: PathOf,
): DrawingFile {
  const { split } = plan.config.analysis.samples
  const placed = placePlayers(plan.config.analysis.players, dataset, pathOf)
  const shape = shapeWithoutNetwork(plan.config.analysis.players, dataset)
  const drawn = [...new Set(samples)].flatMap((id): [string, StoredDrawing][] => {
    const row = dataset[split].ids.indexOf(id)
    if (row < 0) return []
    const sample = sampleAt(dataset[split], row)
    const players = placed.players(sample, shape)
    const drawing = drawingOf(sample.input, dataset, players)
    return [[String(id), { names: players.names, drawing }]]
  })
  return { classes: dataset.classes, samples: Object.fromEntries(drawn) }
}

function drawingOf(
  input: Float32Array,
  dataset: Dataset,
  { map }: Players,
): StoredDrawing['drawing'] {
  if (dataset.kind === 'image') {
    const [, height, width] = dataset.shape
    const pixels = Buffer.from(rgb(input, dataset)).toString('base64')
    return { kind: 'image', width, height, pixels, players: [...map.subarray(0, height * width)] }
  }
  if (dataset.kind === 'text') {
    const cells = [...input].flatMap((token, at): DrawnCell[] =>
      token === 0
        ? []
        : [{ name: `word ${at + 1}`, value: dataset.vocabulary?.[token] ?? '?', player: map[at] }],
    )
    return { kind: 'text', cells }
  }
  if (dataset.kind === 'tokens') {
    const words = partOf(dataset, 'words')
    const ids = partOf(dataset, 'ids')
    const name = namesIn(input, dataset)
    const cells = [...input.subarray(words.start, words.start + words.shape[0])].flatMap(
      (word, at, all): DrawnCell[] => {
        const own = all.indexOf(word)
        if (word < 0 || own !== at) return []
        const id = input[ids.start + at]
        return [
          {
            name: `word ${word + 1}`,
            value: name?.(at) ?? `id ${id}`,
            player: map[ids.start + at],
          },
        ]
      },
    )
    return { kind: 'text', cells }
  }
  const board = dataset.source === 'tic-tac-toe'
  const cells = Array.from(input, (value, feature): DrawnCell => {
    const raw = rawValue(value, feature, dataset)
    const name = dataset.features?.[feature] ?? `f${feature}`
    return {
      name,
      value: board ? boardMark(raw) : String(Number(raw.toPrecision(4))),
      player: map[feature],
    }
  })
  return { kind: board ? 'board' : 'row', cells }
}

function boardMark(value: number): string {
  return value > 0 ? '×' : value < 0 ? '○' : ''
}

function rawValue(value: number, channel: number, { standardization }: Dataset): number {
  if (standardization === undefined) return value
  return value * standardization.std[channel] + standardization.mean[channel]
}

/** Bytes of an image [C, H, W]: one channel is grey; values beyond 0 … 1 are stretched to it. */
function rgb(input: Float32Array, dataset: Dataset): Uint8Array {
  const [channels, height, width] = dataset.shape
  const plane = height * width
  const raw = input.map((value, at) => rawValue(value, Math.floor(at / plane), dataset))
  const low = smallest(raw, 0)
  const high = largest(raw, 1)
  const bytes = new Uint8Array(plane * 3)
  for (let at = 0; at < plane; at++) {
    for (let colour = 0; colour < 3; colour++) {
      const value = raw[Math.min(colour, channels - 1) * plane + at]
      bytes[3 * at + colour] = Math.round((255 * (value - low)) / (high - low))
    }
  }
  return bytes
}

/** Samples with their drawings, names of players and names of classes, as far as they are stored. */
export function withDrawings(details: readonly SampleDetail[], file: DrawingFile): SampleDetail[] {
  const className = (label: string) => file.classes[Number(label)] ?? label
  return details.map((detail) => {
    const stored = file.samples[String(detail.sample)]
    return {
      ...detail,
      label: className(detail.label),
      givenLabel: className(detail.givenLabel),
      prediction: className(detail.prediction),
      ...(stored === undefined
        ? {}
        : { playerNames: stored.names, drawing: drawingFrom(stored.drawing) }),
    }
  })
}

function drawingFrom(stored: StoredDrawing['drawing']): Drawing {
  if (stored.kind !== 'image') return stored
  return {
    ...stored,
    pixels: Buffer.from(stored.pixels, 'base64'),
    players: Int32Array.from(stored.players),
  }
}
