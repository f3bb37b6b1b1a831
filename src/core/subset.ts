/**
 * Subsets of the player set N = {0, …, n−1} as bitmasks: bit i is set when player i belongs to the
 * subset. A table over all subsets is a Float64Array of length 2^n whose index is the bitmask.
 */

/** The largest number of players that are masked, or that a split is searched for: 2^14 = 16,384 masked inputs per sample. */
export const MAX_PLAYERS = 14

/** Number of subsets of n players, 2^n. */
export function subsetCount(n: number): number {
  return 2 ** n
}

/** The grand coalition N as a bitmask. */
export function grandCoalition(n: number): number {
  return subsetCount(n) - 1
}

/** The players of a subset in ascending order. */
export function playersOf(mask: number): number[] {
  const players: number[] = []
  for (let rest = mask, player = 0; rest !== 0; rest >>>= 1, player++) {
    if (rest & 1) players.push(player)
  }
  return players
}

/** How many of the 32 bits of a word are 1. Source: Warren, Hacker's Delight, section 5-1. */
export function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** |S| of every subset of n players, indexed by bitmask; shape [2^n]. */
export function orders(n: number): Uint8Array {
  const table = new Uint8Array(subsetCount(n))
  for (let mask = 1; mask < table.length; mask++) table[mask] = table[mask >>> 1] + (mask & 1)
  return table
}

/** Inverse of {@link subsetCount}; undefined when the length is not a power of two. */
export function playersFromTableLength(length: number): number | undefined {
  const n = Math.log2(length)
  return length >= 1 && Number.isInteger(n) ? n : undefined
}

/**
 * What keeps a number from being a value v(S) of a table of n players: it is not finite, or so large that what is added up over subsets,
 * Σ_S |I_S| ≤ 3ⁿ max |v| of AND and of OR interactions each, would not be; undefined where nothing does.
 */
export function unfitValue(value: number, n: number): string | undefined {
  if (!Number.isFinite(value)) return 'every value must be finite'
  const largest = Number.MAX_VALUE / (2 * 4 ** n)
  if (Math.abs(value) <= largest) return undefined
  return `sums over its subsets overflow beyond ±${largest.toPrecision(2)}; divide all values by one number`
}
