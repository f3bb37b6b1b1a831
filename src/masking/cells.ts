import type { TableLayout } from './stages.js'
import { BACKGROUND, type Players } from './types.js'

/**
 * `mask.cells` of a mask, [2n + 1, size]: x on player i (row i), the baseline on player i (row n + i)
 * and x on the background (last row), zeros elsewhere. In rows · cells each cell is a sum with one
 * non-zero term, so that x_S is x or the baseline bit for bit.
 */
export function maskCells(
  x: Float32Array,
  baseline: Float32Array,
  { n, map }: Players,
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

/**
 * The masked value as a sum over players: x_∅ first, then x − b on each player, and a last image of
 * zeros; [n + 2, size].
 */
export function playerImages(
  x: Float32Array,
  baseline: Float32Array,
  { n, map }: Players,
): Float32Array {
  const size = x.length
  const images = new Float32Array((n + 2) * size)
  for (let cell = 0; cell < size; cell++) {
    const player = map[cell]
    images[cell] = player === BACKGROUND ? x[cell] : baseline[cell]
    if (player !== BACKGROUND) images[(player + 1) * size + cell] = x[cell] - baseline[cell]
  }
  return images
}

/**
 * A table [sets, positions, channels] as a sum over subsets of players: image T holds the Möbius
 * transform m_T(p) = Σ_{L⊆T} (−1)^{|T|−|L|} a_L(p) at positions whose reach includes T and 0 at the
 * others, so that a_S = Σ_{T⊆S} m_T. A last image of zeros follows; [subsets + 1, channels, H, W].
 * The table is overwritten.
 */
export function subsetImages(
  table: Float32Array,
  { shape: [channels], reach, colouring }: TableLayout,
  subsets: Int32Array,
): Float32Array {
  const positions = reach.length
  const size = positions * channels
  transformSets(table, colouring.count, size)
  const images = new Float32Array((subsets.length + 1) * size)
  for (const [image, subset] of subsets.entries()) {
    const row = colourSet(subset, colouring.colours) * size
    for (let position = 0; position < positions; position++) {
      if ((subset & ~reach[position]) !== 0) continue
      const from = row + position * channels
      const to = image * size + position
      for (let c = 0; c < channels; c++) images[to + c * positions] = table[from + c]
    }
  }
  return images
}

/** Möbius transform over the first axis [2^count, size], in place. */
function transformSets(table: Float32Array, count: number, size: number): void {
  for (let bit = 1; bit < 2 ** count; bit *= 2) {
    for (let set = 0; set < 2 ** count; set++) {
      if ((set & bit) === 0) continue
      const upper = set * size
      const lower = (set - bit) * size
      for (let index = 0; index < size; index++) table[upper + index] -= table[lower + index]
    }
  }
}

function colourSet(subset: number, colours: readonly number[]): number {
  return colours.reduce((set, colour, player) => set | (((subset >>> player) & 1) << colour), 0)
}

/**
 * `mask.cells` of a superposition from what an affine part f of the network makes of the images:
 * f(m_∅) for the first and f(m_T) − f(0), the linear part, for the others; `outputs` is overwritten.
 */
export function linearParts(outputs: Float32Array, subsets: number): Float32Array {
  const size = outputs.length / (subsets + 1)
  const zero = subsets * size
  for (let subset = 1; subset < subsets; subset++) {
    for (let cell = 0; cell < size; cell++) outputs[subset * size + cell] -= outputs[zero + cell]
  }
  return outputs.subarray(0, zero)
}
