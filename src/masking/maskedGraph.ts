import { sizeOf } from '../core/tensor.js'
import { BATCH, type Graph, type Node, type Shape } from '../graph/types.js'
import { nodesAbove } from './cutGraph.js'
import { BACKGROUND, type Players } from './types.js'

/** Names of the inputs that masking adds to a graph. */
export const MASK_ROWS = 'mask.rows'
export const MASK_CELLS = 'mask.cells'

/**
 * A network that masks inside the graph. Its value `masked`, of shape [batch, ...shape], is replaced
 * by x_S for every coalition S of the batch:
 *
 *   x_S = rows · cells,  rows [batch, 2n + 1],  cells [2n + 1, size]
 *
 * where cells holds x on player i (row i), the baseline on player i (row n + i) and x on the
 * background (row 2n), and zeros elsewhere; rows holds the bits of S, their complements and a 1. Each
 * cell is a sum with one non-zero term, so x_S is x or the baseline bit for bit.
 *
 * `mask.cells` is made once a sample by {@link maskCells}, `mask.rows` once a study by
 * {@link maskRows}; an input that the rest of the network still reads stays an input.
 */
export function maskedGraph(graph: Graph, masked: string, shape: Shape, n: number): Graph {
  const upper = nodesAbove(graph, masked)
  const size = sizeOf(shape)
  const prefix: Node[] = [
    {
      kind: 'matrixProduct',
      name: 'mask.flat',
      inputs: [MASK_ROWS, MASK_CELLS],
      transposeA: false,
      transposeB: false,
    },
    { kind: 'reshape', name: masked, inputs: ['mask.flat'], shape: [BATCH, ...shape] },
  ]
  return {
    ...upper,
    inputs: [
      { name: MASK_ROWS, shape: [BATCH, 2 * n + 1], dtype: 'float32' },
      { name: MASK_CELLS, shape: [2 * n + 1, size], dtype: 'float32' },
      ...upper.inputs,
    ],
    nodes: [...prefix, ...upper.nodes],
  }
}

/** Rows of {@link maskedGraph} for coalitions, [coalitions, 2n + 1]. */
export function maskRows(coalitions: ArrayLike<number>, n: number): Float32Array {
  const width = 2 * n + 1
  const rows = new Float32Array(coalitions.length * width)
  for (let row = 0; row < coalitions.length; row++) {
    for (let player = 0; player < n; player++) {
      const kept = (coalitions[row] >>> player) & 1
      rows[row * width + player] = kept
      rows[row * width + n + player] = 1 - kept
    }
    rows[row * width + 2 * n] = 1
  }
  return rows
}

/** Cells of {@link maskedGraph} for one sample x and its baseline, [2n + 1, size]. */
export function maskCells(
  x: Float32Array,
  baseline: Float32Array,
  { n, map }: Pick<Players, 'n' | 'map'>,
): Float32Array {
  const size = x.length
  const cells = new Float32Array((2 * n + 1) * size)
  for (let cell = 0; cell < size; cell++) {
    const player = map[cell]
    if (player === BACKGROUND) {
      cells[2 * n * size + cell] = x[cell]
    } else {
      cells[player * size + cell] = x[cell]
      cells[(n + player) * size + cell] = baseline[cell]
    }
  }
  return cells
}
