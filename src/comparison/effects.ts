import type { ArmStatistics, TestedContrast } from './arm.js'
import { FEWEST_SEEDS } from './jackknife.js'
import type { PermutationTest } from './permutation.js'
import type { EffectName, EffectRow, Estimate, NetworkScores, StudyScores } from './types.js'
import type { ComponentName } from './variance.js'

const shareNames = ['low', 'high', 'order', 'sample', 'residual'] as const

/** The rows of `effects.csv` for one arm, each cell that is empty with its reason in `note`. */
export function effectRows(statistics: ArmStatistics, step: number | undefined): EffectRow[] {
  const row = (effect: EffectName, cells: Partial<EffectRow>): EffectRow => ({
    ...emptyRow(statistics.arm, step, effect),
    ...cells,
  })
  return [
    ...shareNames.map((name) => row(name, shareCells(statistics, name))),
    row('T_low', contrastCells(statistics, statistics.low)),
    row('T_high', contrastCells(statistics, statistics.high)),
    row('T_low−T_high', intervalCells(statistics, statistics.difference)),
  ]
}

/** Rows of a study none of whose networks can be used; none at all without networks. */
export function rowsWithoutArm({ networks, step }: StudyScores): EffectRow[] {
  const [first] = networks
  if (first === undefined) return []
  const note = 'no network has known seeds, usable scores and a confusing set'
  return [...shareNames, 'T_low', 'T_high', 'T_low−T_high'].map((effect) => ({
    ...emptyRow(first, step, effect as EffectName),
    note,
  }))
}

function emptyRow(
  { architecture, regime, cut }: Pick<NetworkScores, 'architecture' | 'regime' | 'cut'>,
  step: number | undefined,
  effect: EffectName,
): EffectRow {
  return {
    step,
    architecture,
    regime,
    cut,
    effect,
    estimate: undefined,
    ciLow: undefined,
    ciHigh: undefined,
    seedCiLow: undefined,
    seedCiHigh: undefined,
    pValue: undefined,
    note: undefined,
  }
}

/** `3 × 3`, the shape of an arm's grid. */
export function gridShape({ arm }: ArmStatistics): string {
  return `${arm.grid.lows.length} × ${arm.grid.highs.length}`
}

/** `3 × 3`, or `3 × 3 with gaps` where networks are missing. */
export function gridState(statistics: ArmStatistics): string {
  const gaps = statistics.arm.grid.cells.flat().includes(undefined)
  return gaps ? `${gridShape(statistics)} with gaps` : gridShape(statistics)
}

/** How a p-value came about, and how small it could be. */
export function describeTest(test: PermutationTest): string {
  const smallest = `smallest attainable p ${test.smallestPValue.toPrecision(3)}`
  if (test.exact) return `all ${test.relabellings} relabellings; ${smallest}`
  const error = test.standardError.toPrecision(2)
  return `${test.relabellings} random relabellings, standard error of p ${error}; ${smallest}`
}

function shareCells(statistics: ArmStatistics, name: ComponentName): Partial<EffectRow> {
  const { complete, shares, seedShares, arm } = statistics
  const share = shares?.[name]
  if (share === undefined) return { note: reasonForNoShare(statistics, name) }
  const seeds = seedShares[name]
  const dropped = arm.grid.lows.length * arm.grid.highs.length > cellsOf(statistics)
  return {
    estimate: share.estimate,
    ciLow: share.low,
    ciHigh: share.high,
    seedCiLow: seeds?.low,
    seedCiHigh: seeds?.high,
    note: dropped
      ? `cells are missing: ${complete.lows.length} × ${complete.highs.length} of ${gridShape(statistics)} used`
      : undefined,
  }
}

function cellsOf({ complete }: ArmStatistics): number {
  return complete.lows.length * complete.highs.length
}

/** Why there is no variance share. */
export function reasonForNoShare(statistics: ArmStatistics, name: ComponentName): string {
  if (statistics.shares !== undefined && name === 'order') {
    return 'no networks differ in the order seed alone; its share is part of residual'
  }
  const { complete } = statistics
  if (complete.lows.length < 2 || complete.highs.length < 2) {
    return `variance shares need 2 × 2 networks without gaps; the grid is ${gridState(statistics)}`
  }
  return 'the ranks of the scores do not vary'
}

function contrastCells(statistics: ArmStatistics, contrast: TestedContrast): Partial<EffectRow> {
  const cells = intervalCells(statistics, contrast.estimate)
  if (contrast.test === undefined) return cells
  const notes = [describeTest(contrast.test), cells.note].filter((note) => note !== undefined)
  return { ...cells, pValue: contrast.test.pValue, note: notes.join('; ') }
}

function intervalCells(
  statistics: ArmStatistics,
  estimate: Estimate | undefined,
): Partial<EffectRow> {
  if (estimate === undefined) {
    return {
      note: `needs 2 low and 2 high seeds; the grid is ${gridState(statistics)}; smallest attainable p 1`,
    }
  }
  return {
    estimate: estimate.estimate,
    ciLow: estimate.low,
    ciHigh: estimate.high,
    note:
      estimate.low === undefined
        ? `no interval: it needs ${FEWEST_SEEDS} low and ${FEWEST_SEEDS} high seeds, each dispensable`
        : undefined,
  }
}
