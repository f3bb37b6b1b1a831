/** Turns one stage of masked evaluation into a graph that an engine can run. */
import type { Tensors } from '../../core/tensor.js'
import { sizeOf } from '../../core/tensor.js'
import { nodesAbove } from '../../graph/cut.js'
import { inferTypes } from '../../graph/infer.js'
import { BATCH, type Graph, type Node, type Parameter, type Shape } from '../../graph/types.js'
import type { Stage, TableLayout } from './stages.js'

/** Names of the inputs that masking adds to a graph. */
export const MASK_ROWS = 'mask.rows'
export const MASK_CELLS = 'mask.cells'
const MASK_WEIGHTS = 'mask.weights'
const MASK_POSITIONS = 'mask.positions'

/** A stage as a graph, with the constants that it adds to the network's parameters. */
export interface StageGraph {
  readonly graph: Graph
  readonly constants: Tensors
}

/**
 * The graph of one stage: masking happens inside it. Its inputs say which coalitions to run,
 * `mask.rows` [batch, …], and what of, `mask.cells`; see {@link stageRows} and the join's maker of
 * cells. The value of a last stage is the network's output [batch, width], that of any other a table
 * for the next stage, [batch, positions, channels].
 */
export function stageGraph(graph: Graph, stage: Stage, n: number): StageGraph {
  const types = inferTypes(graph)
  const shapeOf = (value: string) => types.get(value)?.shape.slice(1) ?? []
  const between = nodesAbove({ ...graph, output: stage.to }, stage.start)
  const join = joinNodes(stage, shapeOf(stage.start), n)
  const isLast = stage.to === graph.output
  const table = isLast ? [] : tableNodes(stage.to, shapeOf(stage.to))
  return {
    graph: {
      inputs: [...join.inputs, ...between.inputs],
      parameters: [...join.parameters, ...between.parameters],
      nodes: [...join.nodes, ...between.nodes, ...table],
      output: isLast ? stage.to : 'mask.table',
    },
    constants: join.constants,
  }
}

type JoinGraph = Pick<Graph, 'inputs' | 'nodes' | 'parameters'> & { readonly constants: Tensors }

function joinNodes({ join, start }: Stage, shape: Shape, n: number): JoinGraph {
  if (join.kind === 'gather') return lookUp(join.table, start, n)
  const rows = join.kind === 'mask' ? 2 * n + 1 : join.subsets.length
  return {
    inputs: [
      { name: MASK_ROWS, shape: [BATCH, rows], dtype: 'float32', isBinary: true },
      { name: MASK_CELLS, shape: [rows, sizeOf(shape)], dtype: 'float32' },
    ],
    nodes: [
      matrixProduct('mask.flat', MASK_ROWS, MASK_CELLS),
      { kind: 'reshape', name: start, inputs: ['mask.flat'], shape: [BATCH, ...shape] },
    ],
    parameters: [],
    constants: {},
  }
}

/**
 * Picks each position p of a coalition S from the table [sets · positions, channels] of the stage
 * before: row (colours of S ∩ playersAt(p)) · positions + p, as Σ_i bit_i · weight[i, p] + p.
 */
function lookUp({ shape, playersAt, colouring }: TableLayout, start: string, n: number): JoinGraph {
  const [channels, height, width] = shape
  const positions = playersAt.length
  const weights = new Float32Array(n * positions)
  for (let player = 0; player < n; player++) {
    for (let position = 0; position < positions; position++) {
      const met = (playersAt[position] >>> player) & 1
      weights[player * positions + position] = met * 2 ** colouring.colours[player] * positions
    }
  }
  const ramp = Float32Array.from({ length: positions }, (_, position) => position)
  const sets = 2 ** colouring.count
  return {
    inputs: [
      { name: MASK_ROWS, shape: [BATCH, n], dtype: 'float32', isBinary: true },
      { name: MASK_CELLS, shape: [sets * positions, channels], dtype: 'float32' },
    ],
    nodes: [
      matrixProduct('mask.sets', MASK_ROWS, MASK_WEIGHTS),
      { kind: 'binary', name: 'mask.sum', operation: 'add', inputs: ['mask.sets', MASK_POSITIONS] },
      { kind: 'cast', name: 'mask.ids', dtype: 'int32', inputs: ['mask.sum'] },
      { kind: 'embedding', name: 'mask.found', inputs: ['mask.ids', MASK_CELLS] },
      { kind: 'transpose', name: 'mask.planes', permutation: [0, 2, 1], inputs: ['mask.found'] },
      {
        kind: 'reshape',
        name: start,
        shape: [BATCH, channels, height, width],
        inputs: ['mask.planes'],
      },
    ],
    parameters: [constant(MASK_WEIGHTS, [n, positions]), constant(MASK_POSITIONS, [1, positions])],
    constants: {
      [MASK_WEIGHTS]: { shape: [n, positions], data: weights },
      [MASK_POSITIONS]: { shape: [1, positions], data: ramp },
    },
  }
}

/** Turns a feature map [batch, channels, height, width] into rows of a table. */
function tableNodes(value: string, [channels, height, width]: Shape): Node[] {
  const flat = [BATCH, channels, height * width]
  return [
    { kind: 'reshape', name: 'mask.flatTable', inputs: [value], shape: flat },
    { kind: 'transpose', name: 'mask.table', permutation: [0, 2, 1], inputs: ['mask.flatTable'] },
  ]
}

function matrixProduct(name: string, a: string, b: string): Node {
  return { kind: 'matrixProduct', name, inputs: [a, b], transposeA: false, transposeB: false }
}

export function constant(name: string, shape: Shape): Parameter {
  return { name, shape, trainable: false, init: { kind: 'constant', value: 0 } }
}

/**
 * `mask.rows` of a stage for all its coalitions, [coalitions, width]. For a mask the bits of S, their
 * complements and a 1; for a look-up the bits; for a superposition a 1 for each subset T ⊆ S.
 */
export function stageRows({ join, coalitions }: Stage, n: number): Float32Array {
  switch (join.kind) {
    case 'mask':
      return rowsOf(coalitions, 2 * n + 1, (coalition, column) => {
        if (column === 2 * n) return 1
        return column < n ? (coalition >>> column) & 1 : 1 - ((coalition >>> (column - n)) & 1)
      })
    case 'gather':
      return rowsOf(coalitions, n, (coalition, player) => (coalition >>> player) & 1)
    case 'superpose': {
      const { subsets } = join
      return rowsOf(coalitions, subsets.length, (coalition, column) =>
        Number((subsets[column] & ~coalition) === 0),
      )
    }
  }
}

function rowsOf(
  coalitions: Int32Array,
  width: number,
  entry: (coalition: number, column: number) => number,
): Float32Array {
  const rows = new Float32Array(coalitions.length * width)
  for (let row = 0; row < coalitions.length; row++) {
    for (let column = 0; column < width; column++) {
      rows[row * width + column] = entry(coalitions[row], column)
    }
  }
  return rows
}
