/**
 * Linear solves with the matrix K = AAᵀ + BBᵀ + wI of the split, in O(n² 2^n) and without any array
 * of size 4^n.
 *
 * K commutes with every relabelling of the players. By Schur–Weyl duality it is therefore
 * block-diagonal in the Schur basis of n coupled spins ½ (bit set = spin up): K = ⊕_j K_j ⊗ I, where
 * j runs over the total spins n/2, n/2 − 1, …, each K_j has 2j + 1 ≤ n + 1 rows, and the same K_j
 * serves every path (way to couple to spin j). The orthogonal Schur transform is a cascade of n
 * Clebsch–Gordan steps. Source of the coefficients: the coupling of a spin j with a spin ½ in any
 * text on angular momentum (Edmonds 1957, table 5.2); Bacon, Chuang & Harrow, "Efficient quantum
 * circuits for Schur and Clebsch–Gordan transforms" (PRL 97, 170502, 2006) for the cascade.
 *
 * Layout of a transformed table: blocks by descending spin; within one, [U][path], where U = 0 … 2j
 * counts ups. Halfway, after k of n bits, a block is [U][path][remaining bits].
 */

/** One spin of one level of the cascade. Spins are kept doubled, so that they are whole numbers. */
interface SpinBlock {
  readonly twoJ: number
  readonly paths: number
  /** Where its table begins. */
  readonly offset: number
}

/** The Schur basis of n players. */
export interface SchurBasis {
  readonly n: number
  /** levels[k]: blocks after k of n bits have been coupled. */
  readonly levels: readonly (readonly SpinBlock[])[]
}

/** Lays out the blocks of every level of the cascade. */
export function schurBasis(n: number): SchurBasis {
  const levels: SpinBlock[][] = [[{ twoJ: 0, paths: 1, offset: 0 }]]
  for (let level = 1; level <= n; level++) {
    const before = levels[level - 1]
    const pathsOf = (twoJ: number) => before.find((block) => block.twoJ === twoJ)?.paths ?? 0
    const blocks: SpinBlock[] = []
    let offset = 0
    for (let twoJ = level; twoJ >= 0; twoJ -= 2) {
      const paths = pathsOf(twoJ - 1) + pathsOf(twoJ + 1)
      blocks.push({ twoJ, paths, offset })
      offset += (twoJ + 1) * paths * 2 ** (n - level)
    }
    levels.push(blocks)
  }
  return { n, levels }
}

/** One half of a Clebsch–Gordan step: out[U] = a(U)·up[U − shift] + b(U)·down[U + 1 − shift]. */
interface Coupling {
  readonly from: SpinBlock
  readonly to: SpinBlock
  /** First path of `to` that this coupling fills. */
  readonly firstPath: number
  readonly shift: 0 | 1
  readonly up: (U: number) => number
  readonly down: (U: number) => number
}

/** The couplings of one step: spin j goes to j + ½ (`shift` 1) and j − ½ (`shift` 0). */
function couplings({ levels }: SchurBasis, level: number): Coupling[] {
  const steps: Coupling[] = []
  for (const to of levels[level + 1]) {
    const lower = levels[level].find((block) => block.twoJ === to.twoJ - 1)
    const higher = levels[level].find((block) => block.twoJ === to.twoJ + 1)
    if (lower !== undefined) {
      const size = lower.twoJ + 1
      steps.push({
        from: lower,
        to,
        firstPath: 0,
        shift: 1,
        up: (U) => Math.sqrt(U / size),
        down: (U) => Math.sqrt((size - U) / size),
      })
    }
    if (higher !== undefined) {
      const size = higher.twoJ + 1
      steps.push({
        from: higher,
        to,
        firstPath: lower?.paths ?? 0,
        shift: 0,
        up: (U) => -Math.sqrt((higher.twoJ - U) / size),
        down: (U) => Math.sqrt((U + 1) / size),
      })
    }
  }
  return steps
}

/**
 * A compiled step: rows of five numbers (source of up, source of down, target, a, b), one for each
 * (coupling, U, path), each over `width` consecutive remaining bits.
 */
interface CompiledStep {
  readonly width: number
  readonly upAt: Int32Array
  readonly downAt: Int32Array
  readonly toAt: Int32Array
  readonly a: Float64Array
  readonly b: Float64Array
}

function compileStep(basis: SchurBasis, level: number): CompiledStep {
  const width = 2 ** (basis.n - level - 1)
  const rows: [number, number, number, number, number][] = []
  for (const { from, to, firstPath, shift, up, down } of couplings(basis, level)) {
    for (let U = 0; U <= to.twoJ; U++) {
      for (let path = 0; path < from.paths; path++) {
        // A term whose source does not exist has coefficient 0 and reads the other term's source.
        const upU = U - shift
        const downU = U + 1 - shift
        const a = upU >= 0 && upU <= from.twoJ ? up(U) : 0
        const b = downU >= 0 && downU <= from.twoJ ? down(U) : 0
        const source = (row: number) => from.offset + (row * from.paths + path) * 2 * width
        const upAt = source(a === 0 ? downU : upU) + width
        const downAt = source(b === 0 ? upU : downU)
        const toAt = to.offset + (U * to.paths + firstPath + path) * width
        rows.push([upAt, downAt, toAt, a, b])
      }
    }
  }
  const column = (at: number) => rows.map((row) => row[at])
  return {
    width,
    upAt: Int32Array.from(column(0)),
    downAt: Int32Array.from(column(1)),
    toAt: Int32Array.from(column(2)),
    a: Float64Array.from(column(3)),
    b: Float64Array.from(column(4)),
  }
}

function stepForward(step: CompiledStep, source: Float64Array, target: Float64Array): void {
  const { width, upAt, downAt, toAt, a, b } = step
  for (let row = 0; row < toAt.length; row++) {
    const [fromUp, fromDown, to, au, bd] = [upAt[row], downAt[row], toAt[row], a[row], b[row]]
    for (let r = 0; r < width; r++) {
      target[to + r] = au * source[fromUp + r] + bd * source[fromDown + r]
    }
  }
}

/** The transpose of {@link stepForward}, which is its inverse. `source` is zeroed first. */
function stepBackward(step: CompiledStep, target: Float64Array, source: Float64Array): void {
  const { width, upAt, downAt, toAt, a, b } = step
  source.fill(0)
  for (let row = 0; row < toAt.length; row++) {
    const [fromUp, fromDown, to, au, bd] = [upAt[row], downAt[row], toAt[row], a[row], b[row]]
    for (let r = 0; r < width; r++) {
      const value = target[to + r]
      source[fromUp + r] += au * value
      source[fromDown + r] += bd * value
    }
  }
}

/** The Schur transform of n players, compiled. Both directions work in place, shape [2^n]. */
export interface SchurTransform {
  readonly basis: SchurBasis
  forward(table: Float64Array): void
  backward(table: Float64Array): void
}

/** Compiles the transform: O(n 2^n) a call afterwards. */
export function schurTransform(n: number): SchurTransform {
  const basis = schurBasis(n)
  const steps = Array.from({ length: n }, (_, level) => compileStep(basis, level))
  const spare = new Float64Array(2 ** n)
  const run = (table: Float64Array, order: CompiledStep[], step: typeof stepForward) => {
    let [from, to]: Float64Array[] = [table, spare]
    for (const compiled of order) {
      step(compiled, from, to)
      ;[from, to] = [to, from]
    }
    if (from !== table) table.set(from)
  }
  const reversed = steps.slice().reverse()
  return {
    basis,
    forward: (table) => run(table, steps, stepForward),
    backward: (table) => run(table, reversed, stepBackward),
  }
}
