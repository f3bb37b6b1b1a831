/** Questions that several figures ask of a study's rows. */

import { defaultComparisonOptions } from '../../comparison/types.js'
import { valueAt } from '../../config/problems.js'
import { largest, smallest } from '../../core/extremes.js'
import { groupBy } from '../../core/groupBy.js'
import { mean } from '../../metrics/descriptive.js'
import type { NetworkRow, OrderRow } from '../../tables/tables.js'
import type { ReportStudy, StudyTables } from '../types.js'

/** Networks that were analysed, each id once, in the order of the table. */
export function doneNetworks({ networks }: Pick<StudyTables, 'networks'>): NetworkRow[] {
  const seen = new Set<string | undefined>()
  return networks.filter(({ network, status }) => {
    if (status === 'failed' || seen.has(network)) return false
    seen.add(network)
    return true
  })
}

/** Networks with equal low layers beside each other: by architecture, regime and cut, then by seeds. */
export function bySeeds(networks: readonly NetworkRow[]): NetworkRow[] {
  const key = (row: NetworkRow) =>
    [row.architecture, row.regime, row.low_layers].map((part) => part ?? '').join(' ')
  return networks.toSorted(
    (a, b) =>
      key(a).localeCompare(key(b)) ||
      (a.seed_low ?? 0) - (b.seed_low ?? 0) ||
      (a.seed_high ?? 0) - (b.seed_high ?? 0) ||
      (a.seed_order ?? 0) - (b.seed_order ?? 0),
  )
}

/** Whether the seeds of some networks are known: without any nothing is asked about layers. */
export function haveSeeds(networks: readonly NetworkRow[]): boolean {
  return networks.some(({ seed_low }) => seed_low !== undefined)
}

/** The name of a network by its id. */
export function networkNames({ tables }: ReportStudy): (id: string | undefined) => string {
  const names = new Map(tables.networks.map(({ network, name }) => [network, name]))
  return (id) => names.get(id) ?? id ?? '?'
}

/** Mean strength by order, kind and sign over rows that agree in them. */
export interface MeanStrength {
  readonly order: number
  readonly kind: string
  readonly sign: 'positive' | 'negative'
  readonly strength: number
}

/** Means over networks of the positive and the negative strength of each order and kind. */
export function meanStrengths(rows: readonly OrderRow[]): MeanStrength[] {
  const groups = groupBy(rows, (row) => `${row.interaction_order} ${row.kind}`)
  return [...groups.values()].flatMap((group) =>
    (['positive', 'negative'] as const).map((sign) => ({
      order: group[0].interaction_order ?? 0,
      kind: group[0].kind ?? '',
      sign,
      strength: mean(group.map((row) => row[sign] ?? 0)) ?? 0,
    })),
  )
}

type SummedColumn =
  | 'positive'
  | 'negative'
  | 'count'
  | `${'' | 'normalized_'}${'generalizable' | 'nongeneralizable'}`

/** For each order how a column is summed over both kinds of interactions, for every network that has rows. */
export function sumsByOrder(rows: readonly OrderRow[]) {
  return [...groupBy(rows, (row) => row.interaction_order ?? 0)].map(([order, found]) => {
    const networks = [...groupBy(found, ({ network }) => network).values()]
    const sumsOf = (column: SummedColumn) =>
      networks.map((own) => own.reduce((sum, row) => sum + (row[column] ?? 0), 0))
    return { order, sumsOf }
  })
}

/** Rounds for display in a specification, which keeps its files small and its diffs readable. */
export function rounded(value: number | undefined, digits = 6): number | undefined {
  return value === undefined ? undefined : Number(value.toPrecision(digits))
}

/** The mean of values, and from the lowest to the highest of them, rounded for display. */
export function meanAndRange(values: readonly number[]) {
  return {
    mean: rounded(mean(values)),
    low: rounded(smallest(values)),
    high: rounded(largest(values)),
  }
}

/** An estimate with the ends of its interval, rounded for display. */
export function roundedInterval(
  estimate: number | undefined,
  { ci_low, ci_high }: { readonly ci_low?: number; readonly ci_high?: number },
) {
  return { estimate: rounded(estimate, 4), low: rounded(ci_low, 4), high: rounded(ci_high, 4) }
}

/** What the study sets for its intervals; the defaults where its configuration is not known. */
export function intervalSettings({ manifest }: ReportStudy): {
  readonly level: number
  readonly draws: number
} {
  const { comparison = {} } = (manifest?.config ?? {}) as {
    comparison?: { alpha?: unknown; bootstrap?: unknown }
  }
  const { alpha, bootstrap } = { ...defaultComparisonOptions, ...comparison }
  return {
    level: 1 - (typeof alpha === 'number' ? alpha : defaultComparisonOptions.alpha),
    draws: typeof bootstrap === 'number' ? bootstrap : defaultComparisonOptions.bootstrap,
  }
}

/**
 * The confusing sets that the study asked for, not those of the rule mad that stand beside: rows of confusing.csv. A network may have none
 * under the study's rule.
 */
export function ownSets({
  tables: { confusing },
  manifest,
}: Pick<ReportStudy, 'tables' | 'manifest'>) {
  const asked = valueAt(manifest?.config, ['confusing', 'set', 'rule'])
  // Without a manifest: mad stands beside another rule, or is the only one.
  const own = asked ?? confusing.find(({ rule }) => rule !== 'mad')?.rule ?? 'mad'
  return confusing.filter(({ rule }) => rule === own)
}

/** Whether scores at the end are their growth since overfitting began (`confusing.phase: delta`), where those before it are plain. */
export function areGrowth({ manifest }: Pick<ReportStudy, 'manifest'>): boolean {
  return valueAt(manifest?.config, ['confusing', 'phase']) === 'delta'
}
