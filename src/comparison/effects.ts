/** The rows of effects.csv: how much each kind of seed decides, with the reason where a cell has to stay empty. */
import { counted } from '../core/numberWords.js'
import type { EffectRow } from '../tables/tables.js'
import { commonStep } from './commonStep.js'
import { gridShape, orGaps, usedPart } from './gaps.js'
import type { GridStatistics, TestedContrast } from './gridStatistics.js'
import { FEWEST_SEEDS } from './jackknife.js'
import type { PermutationTest } from './permutation.js'
import type { Estimate, GridName, NetworkScores, StudyScores } from './types.js'

const effectNames = [
  'low',
  'high',
  'low−high',
  'sample',
  'order',
  'residual',
  'T_low',
  'T_high',
] as const

/** A share of the variance of the scores (shares.ts), or a contrast of Jaccard means (T_…: contrasts.ts). */
export type EffectName = (typeof effectNames)[number]

/** Why a study has no grid at all. */
export const NO_USABLE_NETWORK = 'no network has known seeds and usable scores'

/** The rows of `effects.csv` for one grid, each cell that is empty with its reason in `note`. */
export function effectRows(
  statistics: GridStatistics,
  networks: readonly NetworkScores[],
): EffectRow[] {
  const { shares, tests, sets, grid } = statistics
  const step = commonStep(grid.members.map((member) => networks[member]))
  const row = (effect: EffectName, cells: Partial<EffectRow>): EffectRow => ({
    ...emptyRow(grid, step, effect),
    ...cells,
  })
  const share = (effect: EffectName, estimate: Estimate | undefined, test?: PermutationTest) =>
    row(effect, shareCells(statistics, effect, estimate, test))
  return [
    share('low', shares?.low, tests.low),
    share('high', shares?.high, tests.high()),
    share('low−high', shares?.difference),
    share('sample', shares?.sample),
    share('order', shares?.order),
    share('residual', shares?.residual),
    row('T_low', contrastCells(statistics, sets.low)),
    row('T_high', contrastCells(statistics, sets.high)),
  ]
}

/** Rows of a study none of whose networks can be used; none at all without networks. */
export function rowsWithoutGrid({ networks }: StudyScores): EffectRow[] {
  const [first] = networks
  if (first === undefined) return []
  return effectNames.map((effect) => ({
    ...emptyRow(first, commonStep(networks), effect),
    note: NO_USABLE_NETWORK,
  }))
}

function emptyRow(
  { architecture, regime, cut }: GridName,
  step: number | undefined,
  effect: EffectName,
): EffectRow {
  return {
    step,
    architecture,
    regime,
    ...cutCells(cut),
    effect,
    estimate: undefined,
    ci_low: undefined,
    ci_high: undefined,
    p_value: undefined,
    note: undefined,
  }
}

/** The number of low layers and, where they are not the first ones, their names. */
export function cutCells(cut: string | number | undefined): Pick<EffectRow, 'cut' | 'cut_layers'> {
  return typeof cut === 'string'
    ? { cut: cut.split('+').length, cut_layers: cut }
    : { cut, cut_layers: undefined }
}

/** Whether a row of a table is of a grid; cells as {@link cutCells} makes them. */
export function isOfGrid(
  row: Pick<EffectRow, 'architecture' | 'regime' | 'cut' | 'cut_layers'>,
  grid: Partial<GridName> | undefined,
): boolean {
  const cut = row.cut_layers ?? row.cut
  return row.architecture === grid?.architecture && row.regime === grid?.regime && cut === grid?.cut
}

/** `3 × 3`, or `3 × 3 with gaps` where networks are missing. */
export function gridState(statistics: GridStatistics): string {
  return gridShape(statistics) + orGaps(statistics)
}

/** How a p-value came about, and how small it could be. */
export function describeTest(test: PermutationTest): string {
  const smallest = `smallest attainable p ${test.smallestPValue.toPrecision(3)}`
  if (test.exact) return `all ${test.relabellings} relabellings; ${smallest}`
  const error = test.standardError.toPrecision(2)
  return `${test.relabellings} random relabellings, standard error of p ${error}; ${smallest}`
}

function shareCells(
  statistics: GridStatistics,
  name: EffectName,
  share: Estimate | undefined,
  test: PermutationTest | undefined,
): Partial<EffectRow> {
  const tested = test === undefined ? [] : [describeTest(test)]
  if (share === undefined) {
    return {
      p_value: test?.pValue,
      note: [...tested, reasonForNoShare(statistics, name)].join('; '),
    }
  }
  const gaps = usedPart(statistics)
  const notes = [
    ...tested,
    ...(gaps === undefined ? [] : [gaps]),
    ...(share.low === undefined
      ? [
          `no interval: it needs ${FEWEST_SEEDS} low and ${FEWEST_SEEDS} high seeds, each dispensable`,
        ]
      : []),
  ]
  return {
    estimate: share.estimate,
    ci_low: share.low,
    ci_high: share.high,
    p_value: test?.pValue,
    note: notes.join('; ') || undefined,
  }
}

/** Why there is no share. */
export function reasonForNoShare(statistics: GridStatistics, name: EffectName): string {
  if (statistics.shares !== undefined && name === 'order') {
    return 'no networks differ in the order seed alone; its share is part of residual'
  }
  return `variance shares need 2 × 2 networks without gaps; the grid is ${gridState(statistics)}`
}

function contrastCells(
  statistics: GridStatistics,
  { estimate, test }: TestedContrast,
): Partial<EffectRow> {
  if (estimate === undefined) {
    return {
      note: `needs 2 low and 2 high seeds of networks that have confusing sets; the grid is ${gridState(statistics)}`,
    }
  }
  const { cellsWithoutSets: lacking } = statistics
  const notes = [
    ...(test === undefined ? [] : [describeTest(test)]),
    ...(lacking === 0
      ? []
      : [`without ${counted(lacking, 'cell')} of networks with no confusing sample`]),
  ]
  return { estimate, p_value: test?.pValue, note: notes.join('; ') || undefined }
}
