/** Questions that several figures ask of a study's rows. */

import { defaultComparisonOptions } from '../../comparison/types.js'
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

/** The name of a network by its id. */
export function networkNames({ tables }: ReportStudy): (id: string | undefined) => string {
  const names = new Map(tables.networks.map(({ network, name }) => [network, name]))
  return (id) => names.get(id) ?? id ?? '?'
}

/** Analysed steps of a network, ascending. */
export function analysedSteps({ samples }: StudyTables, network: string | undefined): number[] {
  const steps = new Set<number>()
  for (const row of samples) {
    if (row.network === network && row.step !== undefined) steps.add(row.step)
  }
  return [...steps].sort((a, b) => a - b)
}

/** The two checkpoints that the figures compare. */
export interface CheckpointPair {
  readonly boundary: number
  readonly end: number
  /** Whether the network has an overfitting phase; else `boundary` is the middle checkpoint. */
  readonly overfitting: boolean
}

/** The analysed checkpoint nearest to the phase boundary, and the last one. */
export function comparedCheckpoints(
  tables: StudyTables,
  network: NetworkRow,
): CheckpointPair | undefined {
  const steps = analysedSteps(tables, network.network)
  const end = steps.at(-1)
  if (end === undefined) return undefined
  const target = network.phase_boundary_step
  const wanted = target ?? end / 2
  const earlier = steps.length > 1 ? steps.slice(0, -1) : steps
  const boundary = earlier.reduce((best, step) =>
    Math.abs(step - wanted) < Math.abs(best - wanted) ? step : best,
  )
  return { boundary, end, overfitting: target !== undefined }
}

/** Epochs by network and step, from the curves. */
export function epochsOf({ curves }: StudyTables): (network: unknown, step: unknown) => number {
  const epochs = new Map(curves.map(({ network, step, epoch }) => [`${network} ${step}`, epoch]))
  return (network, step) => epochs.get(`${network} ${step}`) ?? 0
}

/** Whether most networks have an overfitting phase: what the boundary panels are called. */
export function boundaryTitle(tables: StudyTables): string {
  const done = doneNetworks(tables)
  const with_ = done.filter(({ phase_boundary_step }) => phase_boundary_step !== undefined).length
  return with_ * 2 > done.length ? 'phase boundary' : 'middle of training'
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

/** Rounds for display in a specification, which keeps its files small and its diffs readable. */
export function rounded(value: number | undefined, digits = 6): number | undefined {
  return value === undefined ? undefined : Number(value.toPrecision(digits))
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
