/** Means over pairs of networks, with and without each seed, in memory that does not grow with the pairs. */
import { jackknifeInterval } from './jackknife.js'
import type { Estimate, Seed } from './types.js'

/** The seeds of the two networks of a pair. */
export interface PairSeeds {
  readonly lows: readonly [Seed, Seed]
  readonly highs: readonly [Seed, Seed]
}

/**
 * The mean of a figure over pairs of networks, and what it is without the pairs that have one seed. Pairs are added one by one and none
 * is kept: time grows with pairs × seeds, memory with seeds alone.
 */
export class PairMeans {
  readonly lows = new LeftOutMeans<Seed>()
  readonly highs = new LeftOutMeans<Seed>()

  add({ lows, highs }: PairSeeds, value: number): void {
    this.lows.add(value, lows)
    this.highs.add(value, highs)
  }

  /** How many pairs. */
  get count(): number {
    return this.lows.count
  }

  /** Undefined without pairs. */
  get mean(): number | undefined {
    return this.lows.mean
  }

  /**
   * The mean with its interval over the choice of seeds, by {@link jackknifeInterval}: each low seed, then each high seed, is left out
   * with all pairs that have it. Undefined without pairs; ends are undefined for fewer than three low or high seeds.
   */
  interval(level: number): Estimate | undefined {
    const without = (means: LeftOutMeans<Seed>) => means.items.map((seed) => means.without(seed))
    const { mean: estimate, lows, highs } = this
    return jackknifeInterval({ estimate, lows: without(lows), highs: without(highs) }, level)
  }
}

/** The mean of values, each of which belongs to two items (or one, given twice), and the mean of those that do not belong to an item. */
class LeftOutMeans<Item> {
  count = 0
  private sum = 0
  private readonly position = new Map<Item, number>()
  private readonly sums: number[] = []
  private readonly counts: number[] = []

  add(value: number, [first, second]: readonly [Item, Item]): void {
    const { sums, counts } = this
    const [a, b] = [this.at(first), this.at(second)]
    const own = [sums[a], sums[b], counts[a], counts[b]]
    for (let item = 0; item < sums.length; item++) {
      sums[item] += value
      counts[item]++
    }
    sums[a] = own[0]
    sums[b] = own[1]
    counts[a] = own[2]
    counts[b] = own[3]
    this.sum += value
    this.count++
  }

  /** In the order in which they were first met. */
  get items(): Item[] {
    return [...this.position.keys()]
  }

  /** Undefined without values. */
  get mean(): number | undefined {
    return this.count === 0 ? undefined : this.sum / this.count
  }

  /** The mean of the values that do not belong to an item; undefined where there are none. */
  without(item: Item): number | undefined {
    const at = this.position.get(item)
    if (at === undefined) return this.mean
    return this.counts[at] === 0 ? undefined : this.sums[at] / this.counts[at]
  }

  /** Nothing so far has belonged to an item that is new. */
  private at(item: Item): number {
    const known = this.position.get(item)
    if (known !== undefined) return known
    this.position.set(item, this.sums.length)
    this.counts.push(this.count)
    return this.sums.push(this.sum) - 1
  }
}
