/** The graph of a superposition: it makes what a stage of masked evaluation adds up over subsets of players. */
import { bitCount } from '../../core/subset.js'
import type { Tensors } from '../../core/tensor.js'
import { sizeOf } from '../../core/tensor.js'
import { nodesAbove, withNames } from '../../graph/cut.js'
import { inferTypes } from '../../graph/infer.js'
import type { Graph, GraphInput, Node, Shape } from '../../graph/types.js'
import { BACKGROUND, type Players } from '../types.js'
import { constant, type StageGraph } from './stageGraph.js'
import type { Stage, TableLayout } from './stages.js'

/** Inputs of a superposition: the table of the stage before, or the sample and its baseline. */
export const MASK_TABLE = 'mask.table'
export const MASK_SAMPLE = 'mask.sample'
export const MASK_BASELINE = 'mask.baseline'

/** A stage that superposes. */
export type Superposition = Stage & { readonly join: { readonly kind: 'superpose' } }

/**
 * The graph that makes `mask.cells` of a superposition, [subsets, size]. An image for each subset T
 * carries the Möbius transform m_T(p) = Σ_{L⊆T} (−1)^{|T|−|L|} a_L(p) of the value a that is summed,
 * zero at positions that T does not meet, so that a_S = Σ_{T⊆S} m_T. The affine part f of the network
 * runs on each; the cells are f(m_∅) for the first and f(m_T) − f(0), the linear part, for the others.
 */
export function superposeGraph(graph: Graph, stage: Superposition, players: Players): StageGraph {
  const { from, subsets, table } = stage.join
  const types = inferTypes(graph)
  const shapeOf = (value: string) => types.get(value)?.shape.slice(1) ?? []
  const images =
    table === undefined
      ? playerImages(from, shapeOf(from), players)
      : tableImages(from, table, subsets)
  const part = nodesAbove({ ...graph, output: stage.start }, from)
  const linear = linearPart(part, from, shapeOf(from), shapeOf(stage.start), subsets.length)
  return {
    graph: {
      inputs: images.inputs,
      parameters: [
        ...parametersFrom({ ...images.constants, ...linear.constants }),
        ...part.parameters,
      ],
      nodes: [...images.nodes, ...part.nodes, ...linear.nodes],
      output: 'mask.linear',
    },
    constants: { ...images.constants, ...linear.constants },
  }
}

interface GraphPart {
  readonly inputs: readonly GraphInput[]
  readonly nodes: readonly Node[]
  readonly constants: Tensors
}

/** x_∅, then x − b on each player: how the masked value adds up over players, [n + 1, …shape]. */
function playerImages(from: string, shape: Shape, { n, map }: Players): GraphPart {
  const size = map.length
  const ofSample = new Float32Array((n + 1) * size)
  const ofBaseline = new Float32Array((n + 1) * size)
  for (let cell = 0; cell < size; cell++) {
    if (map[cell] === BACKGROUND) {
      ofSample[cell] = 1
    } else {
      ofBaseline[cell] = 1
      ofSample[(map[cell] + 1) * size + cell] = 1
      ofBaseline[(map[cell] + 1) * size + cell] = -1
    }
  }
  const row = (name: string): GraphInput => ({ name, shape: [1, size], dtype: 'float32' })
  return {
    inputs: [row(MASK_SAMPLE), row(MASK_BASELINE)],
    nodes: [
      binary('mask.kept', 'multiply', MASK_SAMPLE, 'mask.ofSample'),
      binary('mask.replaced', 'multiply', MASK_BASELINE, 'mask.ofBaseline'),
      binary('mask.both', 'add', 'mask.kept', 'mask.replaced'),
      { kind: 'reshape', name: from, inputs: ['mask.both'], shape: [n + 1, ...shape] },
    ],
    constants: {
      'mask.ofSample': { shape: [n + 1, size], data: ofSample },
      'mask.ofBaseline': { shape: [n + 1, size], data: ofBaseline },
    },
  }
}

/** The Möbius transform of a table [sets, positions, channels], [subsets, channels, H, W]. */
function tableImages(
  from: string,
  { shape, playersAt, colouring: { colours, count } }: TableLayout,
  subsets: Int32Array,
): GraphPart {
  const [channels, height, width] = shape
  const [sets, positions] = [2 ** count, playersAt.length]
  const signs = new Float32Array(subsets.length * sets)
  const met = new Float32Array(subsets.length * positions)
  for (const [image, subset] of subsets.entries()) {
    for (let part = subset; ; part = (part - 1) & subset) {
      signs[image * sets + colourSet(part, colours)] = bitCount(subset ^ part) & 1 ? -1 : 1
      if (part === 0) break
    }
    for (let position = 0; position < positions; position++) {
      if ((subset & ~playersAt[position]) === 0) met[image * positions + position] = 1
    }
  }
  return {
    inputs: [{ name: MASK_TABLE, shape: [sets, positions * channels], dtype: 'float32' }],
    nodes: [
      {
        kind: 'matrixProduct',
        name: 'mask.transformed',
        inputs: ['mask.signs', MASK_TABLE],
        transposeA: false,
        transposeB: false,
      },
      {
        kind: 'reshape',
        name: 'mask.positions',
        inputs: ['mask.transformed'],
        shape: [subsets.length, positions, channels],
      },
      binary('mask.meeting', 'multiply', 'mask.positions', 'mask.met'),
      {
        kind: 'transpose',
        name: 'mask.planes',
        inputs: ['mask.meeting'],
        permutation: [0, 2, 1],
      },
      {
        kind: 'reshape',
        name: from,
        inputs: ['mask.planes'],
        shape: [subsets.length, channels, height, width],
      },
    ],
    constants: {
      'mask.signs': { shape: [subsets.length, sets], data: signs },
      'mask.met': { shape: [subsets.length, positions, 1], data: met },
    },
  }
}

/** f(m_T) − f(0) from f(m_T), but for the first; f(0) is the same for all samples. */
function linearPart(
  part: Graph,
  from: string,
  fromShape: Shape,
  shape: Shape,
  subsets: number,
): Omit<GraphPart, 'inputs'> {
  const size = sizeOf(shape)
  const computed = new Set([from, ...part.nodes.map(({ name }) => name)])
  const ofZero = (name: string) => (computed.has(name) ? `zero.${name}` : name)
  const onZero = part.nodes.map((node) => withNames(node, ofZero))
  return {
    nodes: [
      ...onZero,
      { kind: 'reshape', name: 'mask.images', inputs: [part.output], shape: [subsets, size] },
      { kind: 'reshape', name: 'mask.zero', inputs: [ofZero(part.output)], shape: [1, size] },
      binary('mask.offset', 'multiply', 'mask.notFirst', 'mask.zero'),
      binary('mask.linear', 'subtract', 'mask.images', 'mask.offset'),
    ],
    constants: {
      [ofZero(from)]: { shape: [1, ...fromShape], data: new Float32Array(sizeOf(fromShape)) },
      'mask.notFirst': {
        shape: [subsets, 1],
        data: Float32Array.from({ length: subsets }, (_, subset) => Number(subset > 0)),
      },
    },
  }
}

function binary(
  name: string,
  operation: 'add' | 'subtract' | 'multiply',
  a: string,
  b: string,
): Node {
  return { kind: 'binary', name, operation, inputs: [a, b] }
}

function parametersFrom(constants: Tensors) {
  return Object.entries(constants).map(([name, { shape }]) => constant(name, shape))
}

function colourSet(subset: number, colours: readonly number[]): number {
  return colours.reduce((set, colour, player) => set | (((subset >>> player) & 1) << colour), 0)
}
