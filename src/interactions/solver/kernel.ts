/**
 * The WebAssembly kernel of one number of players: its memory, its tables, and the blocks of K.
 * Notation: certified.ts. The inner loop is assembly/kernel.ts; `npm run build:kernel` compiles it into kernelBinary.ts.
 */
import { kernelBinary } from './kernelBinary.js'
import { applyNormalMatrix, invertShifted } from './normalMatrix.js'
import { cascade, type SpinBlock } from './schur.js'

/** What is used of the runtime's WebAssembly, which the types of Node 20 leave out. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer }
  Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/** What assembly/kernel.ts exports. Addresses are in bytes. */
interface KernelExports {
  configure(n: number, ...addresses: number[]): void
  step(rho: number, noiseScale: number, noiseLimit: number, since: number): number
  solve(records: number): void
  forward(): number
  backward(start: number): void
}

/** A kernel and views of its tables. Pairs are [AND, OR] a subset: shape [2^n, 2]. */
export interface SplitKernel {
  readonly n: number
  /** v(S), shape [2^n]. */
  readonly values: Float64Array
  /** Pairs of weights; +∞ where there is no column. */
  readonly weights: Float64Array
  /** Pairs s, and the anchor of the current restart. */
  readonly iterate: Float64Array
  readonly anchor: Float64Array
  /** The noise block of s and of the anchor, shape [2^n]. */
  readonly noiseIterate: Float64Array
  readonly noiseAnchor: Float64Array
  /** μ of the last iteration, shape [2^n]: −ρμ estimates the dual optimum. */
  readonly multiplier: Float64Array
  /** Inverts the blocks of K for a weight ω of the noise. */
  setNoiseWeight(weight: number): void
  /**
   * One iteration, the `since`-th after a restart (from 1), at step size ρ; noiseScale = √ω and
   * noiseLimit = δ/√ω, both 0 without noise. Returns the norm of the fixed-point residual.
   */
  step(rho: number, noiseScale: number, noiseLimit: number, since: number): number
  /** Solves K μ = b for the b in `multiplier`, in its place, with the weight ω that was set last. */
  solve(): void
  /** Solves (AAᵀ + BBᵀ) μ = b likewise. */
  solveWithoutNoise(): void
}

/** A cursor that hands out 16-byte aligned pieces of memory. */
function allocator() {
  let next = 1024
  return (bytes: number): number => {
    const at = next
    next += Math.ceil(bytes / 16) * 16
    return at
  }
}

const ROTATION_BYTES = 40
const COPY_BYTES = 16
const LEVEL_BYTES = 16
const BLOCK_BYTES = 16
const PAGE_BYTES = 65_536
const FLOAT_BYTES = 8

let compiled: object | undefined

/** The kernel's code, compiled once a process. */
function kernelModule(): object {
  compiled ??= new WebAssembly.Module(Buffer.from(kernelBinary, 'base64'))
  return compiled
}

/** Makes the kernel of n ≥ 1 players: O(n⁴ 2^n) once, for the blocks of K. */
export function createKernel(n: number): SplitKernel {
  const size = 2 ** n
  const layout = cascade(n)
  const allocate = allocator()
  const table = () => allocate(size * FLOAT_BYTES)
  const pairTable = () => allocate(2 * size * FLOAT_BYTES)
  const at = {
    values: table(),
    weights: pairTable(),
    iterate: pairTable(),
    anchor: pairTable(),
    noiseIterate: table(),
    noiseAnchor: table(),
    multiplier: table(),
    pairs: pairTable(),
    spare: table(),
    levels: allocate(layout.steps.length * LEVEL_BYTES),
    blocks: allocate(layout.blocks.length * BLOCK_BYTES),
  }
  const blocksWithoutNoise = allocate(layout.blocks.length * BLOCK_BYTES)
  const records = layout.steps.map(({ rotations, copies }) => ({
    rotations: allocate(rotations.length * ROTATION_BYTES),
    copies: allocate(copies.length * COPY_BYTES),
  }))
  const allocateInverses = () =>
    layout.blocks.map(({ twoJ }) => allocate((2 * (twoJ + 1)) ** 2 * FLOAT_BYTES))
  const inverses = { withNoise: allocateInverses(), without: allocateInverses() }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(allocate(0) / PAGE_BYTES) })
  const { exports } = new WebAssembly.Instance(kernelModule(), { env: { memory, abort } })
  const kernel = exports as KernelExports
  const view = new DataView(memory.buffer)
  layout.steps.forEach((step, level) => {
    const { rotations, copies } = records[level]
    const header = at.levels + level * LEVEL_BYTES
    const counts = [rotations, step.rotations.length, copies, step.copies.length]
    writeIntegers(view, header, counts)
    step.rotations.forEach(({ up, down, plus, minus, paths, cosine, sine }, index) => {
      const record = rotations + index * ROTATION_BYTES
      const places = [up, down, plus, minus].map((place) => place * FLOAT_BYTES)
      writeIntegers(view, record, [...places, paths, 0])
      view.setFloat64(record + 24, cosine, true)
      view.setFloat64(record + 32, sine, true)
    })
    step.copies.forEach(({ from, to, paths }, index) => {
      const record = copies + index * COPY_BYTES
      writeIntegers(view, record, [from * FLOAT_BYTES, to * FLOAT_BYTES, paths, 0])
    })
  })
  layout.blocks.forEach(({ twoJ, paths, offset }, index) => {
    const place = [offset * FLOAT_BYTES, paths, twoJ + 1]
    const record = index * BLOCK_BYTES
    writeIntegers(view, at.blocks + record, [...place, inverses.withNoise[index]])
    writeIntegers(view, blocksWithoutNoise + record, [...place, inverses.without[index]])
  })
  kernel.configure(n, ...Object.values(at), layout.blocks.length)
  const floats = (address: number, count: number) => new Float64Array(memory.buffer, address, count)
  const normalBlocks = computeBlocks(kernel, floats, layout.blocks, at.multiplier, size)
  const invert = (weight: number, addresses: readonly number[]): void => {
    layout.blocks.forEach(({ twoJ }, index) => {
      const extent = 2 * (twoJ + 1)
      const inverse = invertShifted(normalBlocks[index], extent, weight)
      floats(addresses[index], extent * extent).set(columnsOfPairs(inverse, extent))
    })
  }
  invert(0, inverses.without)
  return {
    n,
    values: floats(at.values, size),
    weights: floats(at.weights, 2 * size),
    iterate: floats(at.iterate, 2 * size),
    anchor: floats(at.anchor, 2 * size),
    noiseIterate: floats(at.noiseIterate, size),
    noiseAnchor: floats(at.noiseAnchor, size),
    multiplier: floats(at.multiplier, size),
    step: kernel.step,
    solve: () => kernel.solve(at.blocks),
    solveWithoutNoise: () => kernel.solve(blocksWithoutNoise),
    setNoiseWeight: (weight) => invert(weight, inverses.withNoise),
  }
}

function abort(): never {
  throw new Error('the solver kernel aborted')
}

function writeIntegers(view: DataView, address: number, integers: readonly number[]): void {
  integers.forEach((integer, index) => {
    view.setUint32(address + 4 * index, integer, true)
  })
}

/** Blocks of K without noise, one a spin: K applied to the basis vectors of the spin's first path. */
function computeBlocks(
  kernel: KernelExports,
  floats: (address: number, count: number) => Float64Array,
  blocks: readonly SpinBlock[],
  multiplier: number,
  size: number,
): Float64Array[] {
  const table = floats(multiplier, size)
  table.fill(0)
  // Where the cascade leaves a table depends on n alone.
  const end = kernel.forward()
  const coupled = floats(end, size)
  return blocks.map(({ twoJ, paths, offset }) => {
    const extent = 2 * (twoJ + 1)
    const index = (entry: number) => offset + (entry >> 1) * 2 * paths + (entry & 1)
    const block = new Float64Array(extent * extent)
    for (let column = 0; column < extent; column++) {
      coupled.fill(0)
      coupled[index(column)] = 1
      kernel.backward(end)
      table.set(applyNormalMatrix(table, 0))
      kernel.forward()
      for (let row = 0; row < extent; row++) block[row * extent + column] = coupled[index(row)]
    }
    return block
  })
}

/**
 * The order in which the kernel reads a block: for each pair of rows and each column, the two
 * entries side by side.
 */
function columnsOfPairs(matrix: Float64Array, extent: number): Float64Array {
  const out = new Float64Array(extent * extent)
  let next = 0
  for (let row = 0; row < extent; row += 2) {
    for (let column = 0; column < extent; column++) {
      out[next++] = matrix[row * extent + column]
      out[next++] = matrix[(row + 1) * extent + column]
    }
  }
  return out
}
