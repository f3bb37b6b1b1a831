/**
 * Named random streams on Philox4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011). The generator is counter-based: draw i of a stream is a pure function
 * of (seed, names, substream, i), so that every engine sees the same numbers, a run resumes at any
 * step by counting, and drawing from one stream never shifts another.
 */
import { createHash } from 'node:crypto'
import { canonicalJson } from './hash.js'

const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85
const ROUNDS = 10

/** High 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carry = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) >>> 0
}

/**
 * One block of Philox4x32-10: four 32-bit words from a 128-bit counter and a 64-bit key, written to
 * `out[0..3]`. Checked against the known-answer vectors of Random123.
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
): void {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0)
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0
    const high1 = multiplyHigh(MULTIPLIER_1, c2)
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0
    k0 = (k0 + WEYL_0) >>> 0
    k1 = (k1 + WEYL_1) >>> 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

/** A sequence of draws. Two generators of the same stream and substream give the same draws. */
export class Generator {
  private readonly block = new Uint32Array(4)
  private blockIndex = 0
  private word = 4
  private spareNormal: number | undefined

  constructor(
    private readonly key: readonly [number, number],
    private readonly substream: number,
  ) {}

  /** Uniform 32-bit integer. */
  uint32(): number {
    if (this.word === 4) {
      const low = this.blockIndex >>> 0
      const high = Math.floor(this.blockIndex / 2 ** 32)
      const subLow = this.substream >>> 0
      const subHigh = Math.floor(this.substream / 2 ** 32)
      philox([low, high, subLow, subHigh], this.key, this.block)
      this.blockIndex++
      this.word = 0
    }
    return this.block[this.word++]
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * 2 ** 26 + low) / 2 ** 53
  }

  /** Standard normal, by Box and Muller's transform. */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const spare = this.spareNormal
      this.spareNormal = undefined
      return spare
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.spareNormal = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /** Uniform integer in [0, bound), without modulo bias; bound ≤ 2^32. */
  below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound)
    let draw = this.uint32()
    while (draw >= limit) draw = this.uint32()
    return draw % bound
  }

  /** Uniformly random permutation of 0 … count−1 (Fisher–Yates). */
  permutation(count: number): Uint32Array {
    const order = new Uint32Array(count)
    for (let index = 0; index < count; index++) order[index] = index
    for (let last = count - 1; last > 0; last--) {
      const other = this.below(last + 1)
      const swapped = order[last]
      order[last] = order[other]
      order[other] = swapped
    }
    return order
  }
}

/** A named stream; `at(k)` opens its k-th independent substream (an epoch or a step, say). */
class Stream {
  constructor(private readonly key: readonly [number, number]) {}

  at(substream = 0): Generator {
    return new Generator(this.key, substream)
  }
}

/**
 * The stream of a seed, a role ('init', 'order', 'dropout', 'panel', …) and further names (a layer,
 * say). Different names give unrelated streams: the key is the head of the SHA-256 of all of them.
 */
export function stream(seed: number, role: string, ...names: string[]): Stream {
  const digest = createHash('sha256')
    .update(canonicalJson([seed, role, ...names]))
    .digest()
  return new Stream([digest.readUInt32LE(0), digest.readUInt32LE(4)])
}
