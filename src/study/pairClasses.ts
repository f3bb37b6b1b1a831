/** What pairs of networks agree on, by what they share: the rows of `pair_classes.csv`. */

import { classInterval, pairInterval, type SeededPair } from '../comparison/classInterval.js'
import type { Estimate, NetworkScores } from '../comparison/types.js'
import { groupBy } from '../core/groupBy.js'
import { mean } from '../metrics/descriptive.js'
import type { OverlapRow, PairClassRow, SubgroupRow } from '../tables/tables.js'

/** The figures of a pair whose means over a class are of interest. */
const statistics = ['jaccard', 'kappa', 'spearman', 'transfer', 'transfer_unsigned', 'iou'] as const

/** A pair with what its two networks are. */
interface DescribedPair extends Omit<SeededPair, 'value'> {
  readonly row: OverlapRow
  readonly architecture: string
  readonly regime: string
  /** Whether all four seeds are known: only then seeds can be left out. */
  readonly hasSeeds: boolean
}

type Networks = readonly Pick<NetworkScores, 'network' | 'architecture' | 'regime' | 'seeds'>[]

/** Means over the pairs of every class, all of them and those of similar accuracy, with intervals over seeds. */
export function pairClassRows(
  overlaps: readonly OverlapRow[],
  networks: Networks,
  level: number,
): PairClassRow[] {
  const classes = groupBy(describedPairs(overlaps, networks), (pair) =>
    JSON.stringify([gridOf(pair), pair.row.relation]),
  )
  return [...classes.values()].flatMap((pairs) =>
    accuracies.flatMap(({ accuracy, admits }) =>
      statistics.flatMap((statistic): PairClassRow[] => {
        const known = pairs.filter((pair) => admits(pair) && pair.row[statistic] !== undefined)
        const valued = known.map((pair) => ({ ...pair, value: pair.row[statistic] as number }))
        const found = known.every(({ hasSeeds }) => hasSeeds)
          ? classInterval(valued, level)
          : withoutInterval(mean(valued.map(({ value }) => value)))
        if (found === undefined) return []
        const [{ architecture, regime, row }] = pairs
        const { step, cut, cut_layers, relation } = row
        const grid = { step, architecture, regime, cut, cut_layers, relation, accuracy }
        const { estimate, low, high } = found
        return [
          { ...grid, statistic, pairs: valued.length, mean: estimate, ci_low: low, ci_high: high },
        ]
      }),
    ),
  )
}

/** Which pairs enter by their test accuracies. */
const accuracies = [
  { accuracy: 'all', admits: () => true },
  { accuracy: 'similar', admits: ({ row }: DescribedPair) => row.similar_accuracy === true },
] as const

const sameLow = 'same-low/diff-high'
const sameHigh = 'diff-low/same-high'
const neither = 'both-diff'

/**
 * Contrasts and shares from the pairs of each grid alone, of all and of those of similar accuracy: what is left of a design
 * once pairs are taken out is unbalanced, and has no analysis of variance. T_low = mean J(same low, different high) − mean J(both
 * different), T_high likewise. Shares by rank correlations ρ of scores, since of y = low + high + sample + rest with equal variances
 * E ρ = (σ²_sample + [same low] σ²_low + [same high] σ²_high)/σ²: low = mean ρ(same low) − mean ρ(both different), sample = mean
 * ρ(both different) (our choice). Pairs of one order of the data alone.
 */
export function matchedRows(
  overlaps: readonly OverlapRow[],
  networks: Networks,
  level: number,
): SubgroupRow[] {
  const inGrids = describedPairs(overlaps, networks).filter(
    ({ row, hasSeeds }) =>
      hasSeeds && [sameLow, sameHigh, neither].includes(row.relation as string),
  )
  const grids = groupBy(inGrids, (pair) => JSON.stringify(gridOf(pair)))
  return [...grids.values()].flatMap((all) =>
    accuracies.flatMap(({ accuracy, admits }) => {
      const pairs = all.filter(admits)
      const count = (relation: string) =>
        pairs.filter(({ row }) => row.relation === relation).length
      const kept = [sameLow, sameHigh, neither].map((name) => `${count(name)} ${name}`).join(', ')
      return Object.entries(pairEffects).map(([effect, statistic]): SubgroupRow => {
        const found = pairInterval(pairs, statistic, level)
        const [{ architecture, regime, row }] = all
        return {
          grouping: 'accuracy',
          subgroup: accuracy,
          samples: undefined,
          pairs: pairs.length,
          step: row.step,
          architecture,
          regime,
          cut: row.cut,
          cut_layers: row.cut_layers,
          effect,
          estimate: found?.estimate,
          ci_low: found?.low,
          ci_high: found?.high,
          p_value: undefined,
          note: `${pairs.length} of ${all.length} pairs: ${kept}`,
        }
      })
    }),
  )
}

type PairStatistic = (pairs: readonly DescribedPair[]) => number | undefined

const classMean =
  (relation: string, field: 'jaccard' | 'spearman'): PairStatistic =>
  (pairs) =>
    mean(
      pairs.flatMap(({ row }) => {
        const value = row.relation === relation ? row[field] : undefined
        return value === undefined ? [] : [value]
      }),
    )

const difference =
  (a: PairStatistic, b: PairStatistic): PairStatistic =>
  (pairs) => {
    const [first, second] = [a(pairs), b(pairs)]
    return first === undefined || second === undefined ? undefined : first - second
  }

/** By the names that `effects.csv` has for them. */
const pairEffects: Readonly<Record<string, PairStatistic>> = {
  low: difference(classMean(sameLow, 'spearman'), classMean(neither, 'spearman')),
  high: difference(classMean(sameHigh, 'spearman'), classMean(neither, 'spearman')),
  'low−high': difference(classMean(sameLow, 'spearman'), classMean(sameHigh, 'spearman')),
  sample: classMean(neither, 'spearman'),
  T_low: difference(classMean(sameLow, 'jaccard'), classMean(neither, 'jaccard')),
  T_high: difference(classMean(sameHigh, 'jaccard'), classMean(neither, 'jaccard')),
}

/** What is the same for all pairs of one grid. */
function gridOf({ architecture, regime, row }: DescribedPair) {
  return [architecture, regime, row.cut, row.cut_layers]
}

function describedPairs(overlaps: readonly OverlapRow[], networks: Networks): DescribedPair[] {
  const byId = new Map(networks.map((network) => [network.network, network]))
  return overlaps.flatMap((row): DescribedPair[] => {
    const [a, b] = [byId.get(row.network_a as string), byId.get(row.network_b as string)]
    if (a === undefined || b === undefined) return []
    const both = [a.seeds, b.seeds]
    const either = (one: string, other: string) => (one === other ? one : `${one}+${other}`)
    return [
      {
        row,
        architecture: either(a.architecture, b.architecture),
        regime: either(a.regime, b.regime),
        lows: [a.seeds.low ?? '', b.seeds.low ?? ''],
        highs: [a.seeds.high ?? '', b.seeds.high ?? ''],
        hasSeeds: both.every(({ low, high }) => low !== undefined && high !== undefined),
      },
    ]
  })
}

function withoutInterval(estimate: number | undefined): Estimate | undefined {
  return estimate === undefined ? undefined : { estimate, low: undefined, high: undefined }
}
