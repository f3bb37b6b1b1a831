/**
 * The inner loop of the certified solver, compiled to WebAssembly with 128-bit SIMD (two float64).
 * The caller lays out the memory (see kernel.ts one folder up) and passes byte addresses. Notation: certified.ts there.
 *
 * Tables of pairs hold the AND entry of a subset in lane 0 and its OR entry in lane 1, so that one
 * subset-sum transform of pairs does the work of two and no step crosses lanes.
 */

/** Bytes of a rotation record: up, down, plus, minus, paths, padding (int32), cosine, sine (float64). */
const ROTATION: usize = 40
/** Bytes of a copy record: from, to, paths, padding (int32). */
const COPY: usize = 16
/** Bytes of a level record: rotations, their count, copies, their count (int32). */
const LEVEL: usize = 16
/** Bytes of a block record: offset, paths, size (2j + 1), inverse (int32). */
const BLOCK: usize = 16

let players: i32 = 0
let size: usize = 0
/** v(S), float64. */
let values: usize = 0
/** Pairs of weights w(T); +∞ where there is no column. */
let weights: usize = 0
/** Pairs of the iterate s, and of the point that the current restart began from. */
let iterate: usize = 0
let anchor: usize = 0
/** The noise block of both, float64. */
let noiseIterate: usize = 0
let noiseAnchor: usize = 0
/** The multiplier μ of the last iteration, float64. */
let multiplier: usize = 0
/** Pairs, scratch. */
let pairs: usize = 0
/** Float64, scratch; the solve goes back and forth between this and `multiplier`. */
let spare: usize = 0
/** Level records, then block records. */
let levels: usize = 0
let blocks: usize = 0
let blockCount: i32 = 0

/** Sets the addresses. */
export function configure(
  n: i32,
  atValues: usize,
  atWeights: usize,
  atIterate: usize,
  atAnchor: usize,
  atNoiseIterate: usize,
  atNoiseAnchor: usize,
  atMultiplier: usize,
  atPairs: usize,
  atSpare: usize,
  atLevels: usize,
  atBlocks: usize,
  countOfBlocks: i32,
): void {
  players = n
  size = 1 << n
  values = atValues
  weights = atWeights
  iterate = atIterate
  anchor = atAnchor
  noiseIterate = atNoiseIterate
  noiseAnchor = atNoiseAnchor
  multiplier = atMultiplier
  pairs = atPairs
  spare = atSpare
  levels = atLevels
  blocks = atBlocks
  blockCount = countOfBlocks
}

/** Subset sums over one player of the scratch pairs. `bytes` is the distance between the entries. */
function zetaOne(bytes: usize): void {
  const end = pairs + size * 16
  for (let block = pairs; block < end; block += 2 * bytes) {
    for (let at = block; at < block + bytes; at += 16) {
      v128.store(at + bytes, f64x2.add(v128.load(at), v128.load(at + bytes)))
    }
  }
}

/** Subset sums over two players whose entries are `bytes` and 2 · `bytes` apart. */
function zetaTwo(bytes: usize): void {
  const end = pairs + size * 16
  for (let block = pairs; block < end; block += 4 * bytes) {
    for (let at = block; at < block + bytes; at += 16) {
      storeSums(
        at,
        bytes,
        v128.load(at + bytes),
        v128.load(at + 2 * bytes),
        v128.load(at + 3 * bytes),
      )
    }
  }
}

/** Writes the subset sums over two players of the entry at `at`, already there, and three more. */
function storeSums(at: usize, bytes: usize, v1: v128, v2: v128, v3: v128): void {
  const u0 = v128.load(at)
  const u1 = f64x2.add(v1, u0)
  v128.store(at + bytes, u1)
  v128.store(at + 2 * bytes, f64x2.add(v2, u0))
  v128.store(at + 3 * bytes, f64x2.add(f64x2.add(v3, v2), u1))
}

/** Subset sums over three players whose entries are 1, 2 and 4 times `bytes` apart. */
function zetaThree(bytes: usize): void {
  const end = pairs + size * 16
  for (let block = pairs; block < end; block += 8 * bytes) {
    for (let at = block; at < block + bytes; at += 16) {
      const high = at + 4 * bytes
      const u0 = v128.load(at)
      const u1 = f64x2.add(v128.load(at + bytes), u0)
      const v2 = v128.load(at + 2 * bytes)
      const u2 = f64x2.add(v2, u0)
      const u3 = f64x2.add(f64x2.add(v128.load(at + 3 * bytes), v2), u1)
      const w0 = v128.load(high)
      const w1 = f64x2.add(v128.load(high + bytes), w0)
      const x2 = v128.load(high + 2 * bytes)
      const w2 = f64x2.add(x2, w0)
      const w3 = f64x2.add(f64x2.add(v128.load(high + 3 * bytes), x2), w1)
      v128.store(at + bytes, u1)
      v128.store(at + 2 * bytes, u2)
      v128.store(at + 3 * bytes, u3)
      v128.store(high, f64x2.add(w0, u0))
      v128.store(high + bytes, f64x2.add(w1, u1))
      v128.store(high + 2 * bytes, f64x2.add(w2, u2))
      v128.store(high + 3 * bytes, f64x2.add(w3, u3))
    }
  }
}

/** Subset sums of the scratch pairs over the players from `player` on, in place. */
function zetaFrom(player: i32): void {
  for (; player + 2 < players; player += 3) zetaThree((<usize>16) << player)
  if (player + 1 < players) zetaTwo((<usize>16) << player)
  else if (player < players) zetaOne((<usize>16) << player)
}

/** One Clebsch–Gordan step: spins of `level` bits in `from` become spins of level + 1 in `to`. */
function couple(level: i32, from: usize, to: usize): void {
  const record = levels + <usize>level * LEVEL
  const width: usize = (<usize>8) << (players - level - 1)
  let rotation = <usize>load<u32>(record)
  for (let left = load<i32>(record, 4); left > 0; left--, rotation += ROTATION) {
    let up = from + <usize>load<u32>(rotation)
    let down = from + <usize>load<u32>(rotation, 4)
    let plus = to + <usize>load<u32>(rotation, 8)
    let minus = to + <usize>load<u32>(rotation, 12)
    const cosine = f64x2.splat(load<f64>(rotation, 24))
    const sine = f64x2.splat(load<f64>(rotation, 32))
    for (let path = load<i32>(rotation, 16); path > 0; path--) {
      for (let r: usize = 0; r < width; r += 16) {
        const u = v128.load(up + r)
        const d = v128.load(down + r)
        v128.store(plus + r, f64x2.add(f64x2.mul(cosine, u), f64x2.mul(sine, d)))
        v128.store(minus + r, f64x2.sub(f64x2.mul(cosine, d), f64x2.mul(sine, u)))
      }
      up += 2 * width
      down += 2 * width
      plus += width
      minus += width
    }
  }
  let copy = <usize>load<u32>(record, 8)
  for (let left = load<i32>(record, 12); left > 0; left--, copy += COPY) {
    let source = from + <usize>load<u32>(copy)
    let target = to + <usize>load<u32>(copy, 4)
    for (let path = load<i32>(copy, 8); path > 0; path--) {
      for (let r: usize = 0; r < width; r += 16) v128.store(target + r, v128.load(source + r))
      source += 2 * width
      target += width
    }
  }
}

/** The inverse, and transpose, of {@link couple}. */
function uncouple(level: i32, from: usize, to: usize): void {
  const record = levels + <usize>level * LEVEL
  const width: usize = (<usize>8) << (players - level - 1)
  let rotation = <usize>load<u32>(record)
  for (let left = load<i32>(record, 4); left > 0; left--, rotation += ROTATION) {
    let up = to + <usize>load<u32>(rotation)
    let down = to + <usize>load<u32>(rotation, 4)
    let plus = from + <usize>load<u32>(rotation, 8)
    let minus = from + <usize>load<u32>(rotation, 12)
    const cosine = f64x2.splat(load<f64>(rotation, 24))
    const sine = f64x2.splat(load<f64>(rotation, 32))
    for (let path = load<i32>(rotation, 16); path > 0; path--) {
      for (let r: usize = 0; r < width; r += 16) {
        const p = v128.load(plus + r)
        const m = v128.load(minus + r)
        v128.store(up + r, f64x2.sub(f64x2.mul(cosine, p), f64x2.mul(sine, m)))
        v128.store(down + r, f64x2.add(f64x2.mul(sine, p), f64x2.mul(cosine, m)))
      }
      up += 2 * width
      down += 2 * width
      plus += width
      minus += width
    }
  }
  let copy = <usize>load<u32>(record, 8)
  for (let left = load<i32>(record, 12); left > 0; left--, copy += COPY) {
    let target = to + <usize>load<u32>(copy)
    let source = from + <usize>load<u32>(copy, 4)
    for (let path = load<i32>(copy, 8); path > 0; path--) {
      for (let r: usize = 0; r < width; r += 16) v128.store(target + r, v128.load(source + r))
      target += 2 * width
      source += width
    }
  }
}

/**
 * Multiplies every path of every spin by the inverse block of its spin. A path is a column of 2j + 1
 * vectors (U), each of two lanes (the last bit).
 */
function applyBlocks(from: usize, to: usize, records: usize): void {
  for (let index = 0; index < blockCount; index++) {
    const record = records + <usize>index * BLOCK
    const offset = <usize>load<u32>(record)
    const stride = <usize>load<u32>(record, 4) * 16
    const bytes = <usize>load<u32>(record, 8) * stride
    const inverse = <usize>load<u32>(record, 12)
    for (let path = offset; path < offset + stride; path += 16) {
      let entry = inverse
      for (let row: usize = 0; row < bytes; row += stride) {
        let sum = f64x2.splat(0)
        for (let column: usize = 0; column < bytes; column += stride) {
          const at = from + path + column
          sum = f64x2.add(sum, f64x2.mul(v128.load(entry), v128.load64_splat(at)))
          sum = f64x2.add(sum, f64x2.mul(v128.load(entry, 16), v128.load64_splat(at, 8)))
          entry += 32
        }
        v128.store(to + path + row, sum)
      }
    }
  }
}

/** The cascade up to the last bit but one, from `multiplier` to the buffer that it returns. */
export function forward(): usize {
  let from = multiplier
  let to = spare
  for (let level = 0; level < players - 1; level++) {
    couple(level, from, to)
    const swapped = from
    from = to
    to = swapped
  }
  return from
}

/** The inverse of {@link forward}; leaves the table in `multiplier`. */
export function backward(start: usize): void {
  let from = start
  let to = from === multiplier ? spare : multiplier
  for (let level = players - 2; level >= 0; level--) {
    uncouple(level, from, to)
    const swapped = from
    from = to
    to = swapped
  }
  if (from !== multiplier) memory.copy(multiplier, from, size * 8)
}

/** Solves K x = b in place of `multiplier`, with the inverse blocks that the records name. */
export function solve(records: usize): void {
  const from = forward()
  const to = from === multiplier ? spare : multiplier
  applyBlocks(from, to, records)
  backward(to)
}

/** 2z − s of one pair, z = prox(s): s less twice its part within ±w/ρ. */
function reflect(at: usize, scale: v128): v128 {
  const s = v128.load(iterate + at)
  const limit = f64x2.mul(v128.load(weights + at), scale)
  const clipped = f64x2.pmin(f64x2.pmax(s, f64x2.neg(limit)), limit)
  return f64x2.sub(s, f64x2.add(clipped, clipped))
}

/** Writes C(2z − s) − v, z = prox(s), to `multiplier`. */
function residual(rho: f64, noiseScale: f64, noiseLimit: f64): void {
  const scale = f64x2.splat(1 / rho)
  if (players === 1) {
    v128.store(pairs, reflect(0, scale))
    v128.store(pairs, reflect(16, scale), 16)
    zetaFrom(0)
  } else {
    for (let at: usize = 0; at < size * 16; at += 64) {
      v128.store(pairs + at, reflect(at, scale))
      const v1 = reflect(at + 16, scale)
      const v2 = reflect(at + 32, scale)
      const v3 = reflect(at + 48, scale)
      storeSums(pairs + at, 16, v1, v2, v3)
    }
    zetaFrom(2)
  }
  const last = pairs + (size - 1) * 16
  const total = f64x2.splat(load<f64>(last, 8))
  for (let mask: usize = 0; mask < size; mask += 2) {
    const at = pairs + mask * 16
    const opposite = last - mask * 16
    const and = i64x2.shuffle(v128.load(at), v128.load(at, 16), 0, 2)
    const or = i64x2.shuffle(v128.load(opposite), v128.load(opposite - 16), 1, 3)
    const made = f64x2.sub(f64x2.add(and, total), or)
    v128.store(multiplier + mask * 8, f64x2.sub(made, v128.load(values + mask * 8)))
  }
  if (noiseScale === 0) return
  const weight = f64x2.splat(noiseScale)
  const most = f64x2.splat(noiseLimit)
  const least = f64x2.splat(-noiseLimit)
  for (let at: usize = 0; at < size * 8; at += 16) {
    const s = v128.load(noiseIterate + at)
    const z = f64x2.pmin(f64x2.pmax(s, least), most)
    const reflected = f64x2.sub(f64x2.add(z, z), s)
    const before = v128.load(multiplier + at)
    v128.store(multiplier + at, f64x2.sub(before, f64x2.mul(weight, reflected)))
  }
}

/**
 * s ← pull · anchor + (1 − pull) · (s + 2 (z − s − Cᵀμ)), a reflected step pulled towards the anchor.
 * Returns ‖z − s − Cᵀμ‖².
 */
function advance(rho: f64, noiseScale: f64, noiseLimit: f64, pull: f64): f64 {
  if (players === 1) {
    const mu = v128.load(multiplier)
    v128.store(pairs, i64x2.shuffle(mu, mu, 1, 2))
    v128.store(pairs, i64x2.shuffle(mu, mu, 0, 3), 16)
    zetaFrom(0)
  } else {
    const end = multiplier + size * 8
    for (let mask: usize = 0; mask < size; mask += 4) {
      const low = v128.load(multiplier + mask * 8)
      const high = v128.load(multiplier + mask * 8, 16)
      const lowOpposite = v128.load(end - mask * 8 - 16)
      const highOpposite = v128.load(end - mask * 8 - 32)
      const at = pairs + mask * 16
      v128.store(at, i64x2.shuffle(lowOpposite, low, 1, 2))
      const v1 = i64x2.shuffle(lowOpposite, low, 0, 3)
      const v2 = i64x2.shuffle(highOpposite, high, 1, 2)
      const v3 = i64x2.shuffle(highOpposite, high, 0, 3)
      storeSums(at, 16, v1, v2, v3)
    }
    zetaFrom(2)
  }
  const last = pairs + (size - 1) * 16
  const base = f64x2.replace_lane(f64x2.splat(0), 1, load<f64>(last, 8))
  const signs = f64x2.replace_lane(f64x2.splat(1), 1, -1)
  const scale = f64x2.splat(1 / rho)
  const present = f64x2.splat(Infinity)
  const toAnchor = f64x2.splat(pull)
  const toNew = f64x2.splat(1 - pull)
  let sum = f64x2.splat(0)
  for (let at: usize = 0; at < size * 16; at += 16) {
    const s = v128.load(iterate + at)
    const weight = v128.load(weights + at)
    const limit = f64x2.mul(weight, scale)
    const clipped = f64x2.pmin(f64x2.pmax(s, f64x2.neg(limit)), limit)
    const adjoint = f64x2.add(base, f64x2.mul(signs, v128.load(last - at)))
    const step = v128.and(f64x2.neg(f64x2.add(clipped, adjoint)), f64x2.lt(weight, present))
    sum = f64x2.add(sum, f64x2.mul(step, step))
    const reflected = f64x2.add(s, f64x2.add(step, step))
    const pulled = f64x2.mul(toAnchor, v128.load(anchor + at))
    v128.store(iterate + at, f64x2.add(pulled, f64x2.mul(toNew, reflected)))
  }
  if (noiseScale > 0) {
    const noiseWeight = f64x2.splat(noiseScale)
    const most = f64x2.splat(noiseLimit)
    const least = f64x2.splat(-noiseLimit)
    for (let at: usize = 0; at < size * 8; at += 16) {
      const s = v128.load(noiseIterate + at)
      const z = f64x2.pmin(f64x2.pmax(s, least), most)
      const adjoint = f64x2.mul(noiseWeight, v128.load(multiplier + at))
      const step = f64x2.add(f64x2.sub(z, s), adjoint)
      sum = f64x2.add(sum, f64x2.mul(step, step))
      const reflected = f64x2.add(s, f64x2.add(step, step))
      const pulled = f64x2.mul(toAnchor, v128.load(noiseAnchor + at))
      v128.store(noiseIterate + at, f64x2.add(pulled, f64x2.mul(toNew, reflected)))
    }
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** One iteration, the `since`-th after a restart (from 1). Returns ‖z − s − Cᵀμ‖. */
export function step(rho: f64, noiseScale: f64, noiseLimit: f64, since: i32): f64 {
  residual(rho, noiseScale, noiseLimit)
  solve(blocks)
  return sqrt(advance(rho, noiseScale, noiseLimit, 1 / (<f64>since + 1)))
}
