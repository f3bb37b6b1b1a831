/** Follows the players up a network: which of them each position of a feature map can depend on. */
import type { ValueTypes } from '../../graph/infer.js'
import type { Convolution } from '../../graph/operators/convolution.js'
import type { Pooling } from '../../graph/operators/pooling.js'
import type { Graph, Node, Shape } from '../../graph/types.js'
import { BACKGROUND, type Players } from '../types.js'

/**
 * Which players each position of a feature map depends on. A value of shape [batch, C, H, W] has one
 * coalition mask for each of its H·W positions (the union over channels): masking any other player
 * cannot change it. Values that mix positions (dense layers, attention) are not in the map.
 */
type PlayersByValue = ReadonlyMap<string, Int32Array>

/**
 * Follows the players of the masked value, of shape [C, H, W], up the network. Exact for
 * convolutions and pooling (windows), element by element for activations, normalisation and sums;
 * every other operator ends the map.
 */
export function playersByValue(
  graph: Graph,
  types: ValueTypes,
  masked: string,
  { map }: Pick<Players, 'map'>,
): PlayersByValue {
  const shapes = new Map([...types].map(([name, { shape }]) => [name, shape]))
  const known = new Map<string, Int32Array>()
  const dependent = new Set([masked])
  const shape = shapes.get(masked) ?? []
  if (shape.length === 4) known.set(masked, positionsOf(map, shape))
  for (const node of graph.nodes) {
    const sources = node.inputs.filter((input) => dependent.has(input))
    if (sources.length === 0) continue
    dependent.add(node.name)
    const playersAt = nodePlayers(node, sources, known, shapes)
    if (playersAt !== undefined) known.set(node.name, playersAt)
  }
  return known
}

/** Players of every position of a masked value, over all channels. */
function positionsOf(map: Int32Array, [, channels, height, width]: Shape): Int32Array {
  const positions = new Int32Array(height * width)
  for (let cell = 0; cell < channels * positions.length; cell++) {
    if (map[cell] !== BACKGROUND) positions[cell % positions.length] |= 1 << map[cell]
  }
  return positions
}

/** `sources` are the inputs that depend on the masked value. */
function nodePlayers(
  node: Node,
  sources: readonly string[],
  known: ReadonlyMap<string, Int32Array>,
  shapes: ReadonlyMap<string, Shape>,
): Int32Array | undefined {
  const ofSources = sources.map((source) => known.get(source))
  const [first] = ofSources
  if (first === undefined || ofSources.includes(undefined)) return undefined
  const input = shapes.get(sources[0]) ?? []
  const output = shapes.get(node.name) ?? []
  switch (node.kind) {
    case 'convolution':
      return sources.length === 1 && sources[0] === node.inputs[0]
        ? windowReach(first, input, output, convolutionWindow(node, shapes))
        : undefined
    case 'pooling':
      return windowReach(first, input, output, poolingWindow(node))
    case 'identityShortcut':
      return windowReach(first, input, output, { kernel: [1, 1], stride: node.stride, padding: 0 })
    case 'activation':
    case 'affine':
    case 'dropout':
    case 'squareRoot':
      return first
    case 'batchNorm':
      return node.fromBatch || sources.length > 1 ? undefined : first
    case 'binary':
      return binaryPlayers(ofSources as Int32Array[], sources, node.name, shapes)
    default:
      return undefined
  }
}

/** The window of inputs that an output position reads: from position·stride − padding on. */
interface Window {
  readonly kernel: readonly [number, number]
  readonly stride: number
  readonly padding: number
}

function convolutionWindow(node: Convolution, shapes: ReadonlyMap<string, Shape>): Window {
  const [, , height, width] = shapes.get(node.inputs[1]) ?? []
  return { kernel: [height, width], stride: node.stride, padding: node.padding }
}

function poolingWindow({ size }: Pooling): Window {
  return { kernel: [size, size], stride: size, padding: 0 }
}

function windowReach(
  playersAt: Int32Array,
  [, , inHeight, inWidth]: Shape,
  [, , outHeight, outWidth]: Shape,
  { kernel, stride, padding }: Window,
): Int32Array {
  const result = new Int32Array(outHeight * outWidth)
  for (let position = 0; position < result.length; position++) {
    const top = Math.floor(position / outWidth) * stride - padding
    const left = (position % outWidth) * stride - padding
    for (let y = Math.max(0, top); y < Math.min(inHeight, top + kernel[0]); y++) {
      for (let x = Math.max(0, left); x < Math.min(inWidth, left + kernel[1]); x++) {
        result[position] |= playersAt[y * inWidth + x]
      }
    }
  }
  return result
}

/** Sums and the like of equal feature maps, or of one map and something without players. */
function binaryPlayers(
  ofSources: readonly Int32Array[],
  sources: readonly string[],
  name: string,
  shapes: ReadonlyMap<string, Shape>,
): Int32Array | undefined {
  const shape = shapes.get(name)?.join()
  if (sources.some((source) => shapes.get(source)?.join() !== shape)) return undefined
  return ofSources[0].map((mask, position) =>
    ofSources.reduce((union, playersAt) => union | playersAt[position], mask),
  )
}
