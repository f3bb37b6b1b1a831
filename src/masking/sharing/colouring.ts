/**
 * Players that never meet in a receptive field can share a colour: masking by colours instead of
 * players shows every position each of its patterns in 2^colours masked inputs instead of 2^n.
 */

import { bitCount } from '../../core/subset.js'

/** A colour for each player such that players that meet at a position have different colours. */
export interface Colouring {
  /** Colour of each player, from 0. */
  readonly colours: readonly number[]
  readonly count: number
}

/**
 * The fewest colours for which players that meet at some position differ, by backtracking: at most
 * 14 players, in an order that puts the most entangled first.
 */
export function colourPlayers(playersAt: Int32Array, n: number): Colouring {
  const rivals = meetings(playersAt, n)
  const order = Array.from({ length: n }, (_, player) => player)
  order.sort((a, b) => bitCount(rivals[b]) - bitCount(rivals[a]) || a - b)
  for (let count = 1; ; count++) {
    const colours = new Array<number>(n).fill(-1)
    if (assign(0, count, order, rivals, colours)) return { colours, count }
  }
}

/** Mask of the other players that each player meets at some position. */
function meetings(playersAt: Int32Array, n: number): Int32Array {
  const rivals = new Int32Array(n)
  for (const mask of new Set(playersAt)) {
    for (let player = 0; player < n; player++) {
      if ((mask >>> player) & 1) rivals[player] |= mask & ~(1 << player)
    }
  }
  return rivals
}

function assign(
  depth: number,
  count: number,
  order: readonly number[],
  rivals: Int32Array,
  colours: number[],
): boolean {
  if (depth === order.length) return true
  const player = order[depth]
  const used = Math.max(-1, ...order.slice(0, depth).map((earlier) => colours[earlier]))
  for (let colour = 0; colour < Math.min(count, used + 2); colour++) {
    const taken = order
      .slice(0, depth)
      .some((other) => colours[other] === colour && (rivals[player] >>> other) & 1)
    if (taken) continue
    colours[player] = colour
    if (assign(depth + 1, count, order, rivals, colours)) return true
  }
  colours[player] = -1
  return false
}

/** A coalition for each set of colours: all players of those colours, [2^count]. */
export function colourCoalitions({ colours, count }: Colouring): Int32Array {
  return Int32Array.from({ length: 2 ** count }, (_, set) =>
    colours.reduce((mask, colour, player) => mask | (((set >>> colour) & 1) << player), 0),
  )
}

/**
 * Every subset of players that meets at some position, the empty one first, then by order and mask:
 * the Möbius transform of the value at any position vanishes on all others. Undefined when there are
 * more than `limit`.
 */
export function meetingSubsets(playersAt: Int32Array, limit: number): Int32Array | undefined {
  const subsets = new Set([0])
  for (const mask of new Set(playersAt)) {
    for (let subset = mask; subset !== 0; subset = (subset - 1) & mask) subsets.add(subset)
    if (subsets.size > limit) return undefined
  }
  return Int32Array.from([...subsets].sort((a, b) => bitCount(a) - bitCount(b) || a - b))
}
