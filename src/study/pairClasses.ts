/** What pairs of networks agree on, by what they share: the rows of `pair_classes.csv`, and contrasts of pairs of similar accuracy. */

import { endingAt, jackknifeInterval } from '../comparison/jackknife.js'
import { PairMeans, type PairSeeds } from '../comparison/pairMeans.js'
import type { Estimate, NetworkScores, Seed } from '../comparison/types.js'
import { getOrMake } from '../core/getOrMake.js'
import type { OverlapRow, PairClassRow, SubgroupRow } from '../tables/tables.js'

/** The figures of a pair whose means over a class are of interest, and the least that each can be: the most is 1. */
const least = {
  jaccard: 0,
  expected_jaccard: 0,
  kappa: -1,
  spearman: -1,
  transfer: 0,
  transfer_unsigned: 0,
  iou: 0,
} as const

type Statistic = keyof typeof least

const statistics = Object.keys(least) as Statistic[]

/** Which pairs enter by their test accuracies. */
const accuracies = ['all', 'similar'] as const

type Accuracy = (typeof accuracies)[number]

type ComparedNetwork = Pick<NetworkScores, 'network' | 'name' | 'architecture' | 'regime' | 'seeds'>

/** What all pairs of a class have in common. */
type ClassName = Pick<
  PairClassRow,
  'step' | 'architecture' | 'regime' | 'cut' | 'cut_layers' | 'relation'
>

/** Means over the pairs of one class. */
interface PairClass {
  name: ClassName
  readonly means: Readonly<Record<Accuracy, Readonly<Record<Statistic, ClassMean>>>>
}

interface ClassMean {
  readonly means: PairMeans
  /** Whether all seeds of all pairs are known: only then seeds can be left out. */
  hasSeeds: boolean
}

/** The classes of one grid that a contrast takes, and the seeds of their networks. */
interface PairGrid {
  name: Omit<ClassName, 'relation'>
  readonly classes: Map<string, PairClass>
  readonly seeds: Readonly<Record<Accuracy, GridSeeds>>
}

/** In the order in which they were met. */
interface GridSeeds {
  readonly lows: Set<Seed>
  readonly highs: Set<Seed>
}

/** Of pairs that are compared at different steps there is no one step. */
function keepStep<Name extends Pick<ClassName, 'step'>>(
  of: { name: Name },
  step: ClassName['step'],
): void {
  if (of.name.step !== step) of.name = { ...of.name, step: undefined }
}

const sameLow = 'same-low/diff-high'
const sameHigh = 'diff-low/same-high'
const neither = 'both-diff'
/** What contrasts are of. */
const contrasted: readonly string[] = [sameLow, sameHigh, neither]

/** Adds up the pairs of a study, which are too many to be held, by what two networks share. */
export class PairClasses {
  private readonly networks: ReadonlyMap<string, ComparedNetwork>
  private readonly classes = new Map<string, PairClass>()
  private readonly grids = new Map<string, PairGrid>()

  /** Intervals are at `level`. */
  constructor(
    networks: readonly ComparedNetwork[],
    private readonly level: number,
  ) {
    // By name: one network may stand for two, which are cut or stated otherwise.
    this.networks = new Map(networks.map((one) => [one.name ?? one.network, one]))
  }

  /** Adds a pair of two of the networks. */
  add(row: OverlapRow): void {
    const [a, b] = [row.name_a ?? row.network_a, row.name_b ?? row.network_b].map(
      (name) => this.networks.get(name as string)!,
    )
    // In one order: which of the two is named first says nothing.
    const either = (...names: string[]) => [...new Set(names)].sort().join('+')
    const { step, cut, cut_layers, relation } = row
    const architecture = either(a.architecture, b.architecture)
    const regime = either(a.regime, b.regime)
    const grid = { step, architecture, regime, cut, cut_layers }
    const seeds: PairSeeds = {
      lows: [a.seeds.low ?? '', b.seeds.low ?? ''],
      highs: [a.seeds.high ?? '', b.seeds.high ?? ''],
    }
    const hasSeeds = [a, b].every(
      ({ seeds: { low, high } }) => low !== undefined && high !== undefined,
    )
    const gridKey = [architecture, regime, cut, cut_layers].join('\n')
    const found = getOrMake(this.classes, `${gridKey}\n${relation}`, () => ({
      name: { ...grid, relation },
      means: { all: newMeans(), similar: newMeans() },
    }))
    keepStep(found, step)
    const admitted: readonly Accuracy[] = row.similar_accuracy === true ? accuracies : ['all']
    for (const accuracy of admitted) {
      for (const statistic of statistics) {
        const value = row[statistic]
        if (value === undefined) continue
        const own = found.means[accuracy][statistic]
        own.hasSeeds &&= hasSeeds
        own.means.add(seeds, value)
      }
    }
    if (!hasSeeds || !contrasted.includes(relation as string)) return
    const inGrid = getOrMake(this.grids, gridKey, () => ({
      name: grid,
      classes: new Map(),
      seeds: { all: noSeeds(), similar: noSeeds() },
    }))
    keepStep(inGrid, step)
    inGrid.classes.set(relation as string, found)
    for (const accuracy of admitted) {
      const { lows, highs } = inGrid.seeds[accuracy]
      for (const low of seeds.lows) lows.add(low)
      for (const high of seeds.highs) highs.add(high)
    }
  }

  /** Means over the pairs of every class, all of them and those of similar accuracy, with intervals over seeds. */
  get rows(): PairClassRow[] {
    return [...this.classes.values()].flatMap(({ name, means }) =>
      accuracies.flatMap((accuracy) =>
        statistics.flatMap((statistic): PairClassRow[] => {
          const own = means[accuracy][statistic]
          const found = own.hasSeeds
            ? within(statistic, own.means.interval(this.level))
            : withoutInterval(own.means.mean)
          if (found === undefined) return []
          const { estimate, low, high } = found
          const pairs = own.means.count
          return [
            { ...name, accuracy, statistic, pairs, mean: estimate, ci_low: low, ci_high: high },
          ]
        }),
      ),
    )
  }

  /**
   * Contrasts and shares from the pairs of each grid alone, of all and of those of similar accuracy: what is left of a design
   * once pairs are taken out is unbalanced, and has no analysis of variance. T_low = mean J(same low, different high) − mean J(both
   * different), T_high likewise. Shares by rank correlations ρ of scores, since of y = low + high + sample + rest with equal variances
   * E ρ = (σ²_sample + [same low] σ²_low + [same high] σ²_high)/σ²: low = mean ρ(same low) − mean ρ(both different), sample = mean
   * ρ(both different) (our choice). Pairs of one order of the data alone.
   */
  get matchedRows(): SubgroupRow[] {
    return [...this.grids.values()].flatMap(({ name, classes, seeds }) =>
      accuracies.flatMap((accuracy) => {
        const { lows, highs } = seeds[accuracy]
        return Object.entries(pairEffects).map(
          ([effect, { statistic, of, minus }]): SubgroupRow => {
            const meanOf = (relation: string, of: (means: PairMeans) => number | undefined) => {
              const means = classes.get(relation)?.means[accuracy][statistic].means
              return means && of(means)
            }
            const effectOf = (mean: (means: PairMeans) => number | undefined) => {
              const first = meanOf(of, mean)
              if (minus === undefined) return first
              const second = meanOf(minus, mean)
              return first === undefined || second === undefined ? undefined : first - second
            }
            const estimate = effectOf(({ mean }) => mean)
            const count = (relation: string, of: Accuracy) =>
              classes.get(relation)?.means[of][statistic].means.count ?? 0
            const total = (of: Accuracy) =>
              contrasted.reduce((sum, relation) => sum + count(relation, of), 0)
            const kept = contrasted.map((one) => `${count(one, accuracy)} ${one}`).join(', ')
            const found = endingAt(
              -1,
              withWidth(
                jackknifeInterval(
                  {
                    estimate,
                    lows: [...lows].map((seed) => effectOf((means) => means.lows.without(seed))),
                    highs: [...highs].map((seed) => effectOf((means) => means.highs.without(seed))),
                  },
                  this.level,
                ),
              ),
            )
            return {
              grouping: 'accuracy',
              subgroup: accuracy,
              samples: undefined,
              pairs: total(accuracy),
              ...name,
              effect,
              estimate: found?.estimate,
              ci_low: found?.low,
              ci_high: found?.high,
              p_value: undefined,
              note: `${total(accuracy)} of ${total('all')} pairs: ${kept}`,
            }
          },
        )
      }),
    )
  }
}

/** The mean of a figure over one class of pairs, less that over another. */
interface PairEffect {
  readonly statistic: 'jaccard' | 'spearman'
  readonly of: string
  readonly minus?: string
}

/** By the names that `effects.csv` has for them. */
const pairEffects: Readonly<Record<string, PairEffect>> = {
  low: { statistic: 'spearman', of: sameLow, minus: neither },
  high: { statistic: 'spearman', of: sameHigh, minus: neither },
  'low−high': { statistic: 'spearman', of: sameLow, minus: sameHigh },
  sample: { statistic: 'spearman', of: neither },
  T_low: { statistic: 'jaccard', of: sameLow, minus: neither },
  T_high: { statistic: 'jaccard', of: sameHigh, minus: neither },
}

function newMeans(): Record<Statistic, ClassMean> {
  const entries = statistics.map((name) => [name, { means: new PairMeans(), hasSeeds: true }])
  return Object.fromEntries(entries) as Record<Statistic, ClassMean>
}

function noSeeds(): GridSeeds {
  return { lows: new Set(), highs: new Set() }
}

/** An estimate whose interval ends where its figure does. What sizes of sets fix alone needs no width: both ends are the estimate. */
function within(statistic: Statistic, interval: Estimate | undefined): Estimate | undefined {
  const found = withWidth(interval)
  const isFixed =
    statistic === 'expected_jaccard' && found?.low === undefined && interval?.low !== undefined
  return isFixed
    ? { estimate: interval.estimate, low: interval.estimate, high: interval.estimate }
    : endingAt(least[statistic], found)
}

/** Widths that rounding makes of sums of equal numbers. */
const ROUNDING = 1e-12

/**
 * An estimate without its interval where that has no width: few pairs then happen to agree, as the three or four of sets of two samples that
 * differ in the order alone, and leaving seeds out says nothing of others.
 */
function withWidth(found: Estimate | undefined): Estimate | undefined {
  if (found?.low === undefined || found.high === undefined) return found
  return found.high - found.low > ROUNDING ? found : withoutInterval(found.estimate)
}

function withoutInterval(estimate: number | undefined): Estimate | undefined {
  return estimate === undefined ? undefined : { estimate, low: undefined, high: undefined }
}
