/**
 * The Schur transform of n players as a cascade of Clebsch–Gordan steps, laid out for the kernel.
 *
 * Any matrix over subsets that commutes with every relabelling of the players is block-diagonal in
 * the Schur basis of n coupled spins ½ (bit set = spin up), by Schur–Weyl duality: ⊕_j K_j ⊗ I, where
 * j runs over the total spins n/2, n/2 − 1, …, each K_j has 2j + 1 ≤ n + 1 rows, and the same K_j
 * serves every path (way to couple to spin j). The transform is orthogonal and costs O(n 2^n).
 * Source of the coefficients: the coupling of a spin j with a spin ½ in any text on angular momentum
 * (Edmonds 1957, table 5.2); Bacon, Chuang & Harrow, "Efficient quantum circuits for Schur and
 * Clebsch–Gordan transforms" (PRL 97, 170502, 2006) for the cascade.
 *
 * Layout after `level` bits: blocks by descending spin; within one, [U][path][remaining bits], where
 * U = 0 … 2j counts ups. Bits are coupled from the highest player down.
 */

/** One spin at one level of the cascade. Spins are kept doubled, so that they are whole numbers. */
export interface SpinBlock {
  readonly twoJ: number
  readonly paths: number
  /** Index of its first entry. */
  readonly offset: number
}

/**
 * plus = cos · up + sin · down, minus = cos · down − sin · up: spin j with U ups and the bit set, and
 * with U + 1 ups and the bit clear, become U + 1 ups of spin j + ½ and U ups of spin j − ½. Indices
 * are of the first path; source paths are 2 · width apart, target paths width.
 */
interface Rotation {
  readonly up: number
  readonly down: number
  readonly plus: number
  readonly minus: number
  readonly paths: number
  readonly cosine: number
  readonly sine: number
}

/** No ups and the bit clear, or all ups and the bit set: one source, one target. */
interface Copy {
  readonly from: number
  readonly to: number
  readonly paths: number
}

/** The step from `level` bits to one more. */
interface CascadeStep {
  readonly rotations: readonly Rotation[]
  readonly copies: readonly Copy[]
}

/** The first n − 1 steps for n players; the last bit stays inside the blocks. */
interface Cascade {
  readonly steps: readonly CascadeStep[]
  /** Blocks after n − 1 bits: [U][path][last bit], so that each path has 2 · (2j + 1) entries. */
  readonly blocks: readonly SpinBlock[]
}

/** Spins of `level` out of n bits, with their numbers of paths and places. */
export function spinBlocks(n: number, level: number): SpinBlock[] {
  const blocks: SpinBlock[] = []
  let offset = 0
  for (let twoJ = level; twoJ >= 0; twoJ -= 2) {
    const paths = pathCount(level, twoJ)
    blocks.push({ twoJ, paths, offset })
    offset += (twoJ + 1) * paths * 2 ** (n - level)
  }
  return blocks
}

/** Number of ways to couple `level` spins ½ to spin twoJ / 2 (ballot numbers). */
function pathCount(level: number, twoJ: number): number {
  if (twoJ < 0 || twoJ > level) return 0
  if (level === 0) return 1
  return pathCount(level - 1, twoJ - 1) + pathCount(level - 1, twoJ + 1)
}

/** Lays out the cascade of n ≥ 1 players. */
export function cascade(n: number): Cascade {
  const steps = Array.from({ length: n - 1 }, (_, level) => cascadeStep(n, level))
  return { steps, blocks: spinBlocks(n, n - 1) }
}

function cascadeStep(n: number, level: number): CascadeStep {
  const width = 2 ** (n - level - 1)
  const targets = spinBlocks(n, level + 1)
  const rotations: Rotation[] = []
  const copies: Copy[] = []
  for (const { twoJ, paths, offset } of spinBlocks(n, level)) {
    const down = (U: number) => offset + U * paths * 2 * width
    const up = (U: number) => down(U) + width
    const higher = targets.find((block) => block.twoJ === twoJ + 1) as SpinBlock
    const lower = targets.find((block) => block.twoJ === twoJ - 1)
    // Paths of a target: first those that came up to it, then those that came down.
    const plus = (U: number) => higher.offset + U * higher.paths * width
    const minus = (U: number) =>
      lower === undefined ? 0 : lower.offset + (U * lower.paths + lower.paths - paths) * width
    copies.push({ from: down(0), to: plus(0), paths })
    copies.push({ from: up(twoJ), to: plus(twoJ + 1), paths })
    for (let U = 0; U < twoJ; U++) {
      const cosine = Math.sqrt((U + 1) / (twoJ + 1))
      const sine = Math.sqrt((twoJ - U) / (twoJ + 1))
      const places = { up: up(U), down: down(U + 1), plus: plus(U + 1), minus: minus(U) }
      rotations.push({ ...places, paths, cosine, sine })
    }
  }
  return { rotations, copies }
}
