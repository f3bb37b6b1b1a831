/** The comparison of a study's networks, from their scores and sets to the verdict. */
import { effectRows, rowsWithoutGrid } from './effects.js'
import { findGrids, type Grid } from './grid.js'
import { type GridStatistics, gridStatistics, type NetworkFigures } from './gridStatistics.js'
import { setIntersections } from './membership.js'
import { findExclusions, overlapRows, studyRanks } from './pairs.js'
import { hasSeeds } from './relation.js'
import {
  type ComparisonOptions,
  defaultComparisonOptions,
  type EffectRow,
  type Exclusion,
  type Intersection,
  type OverlapRow,
  type StudyScores,
  type Verdict,
} from './types.js'
import { decideVerdict } from './verdict.js'

interface Comparison {
  /** Every pair of networks: `overlaps.csv`. */
  readonly overlaps: readonly OverlapRow[]
  /** Every grid of at least 2 × 2 (the main grid in any case): `effects.csv`. */
  readonly effects: readonly EffectRow[]
  /** For an UpSet plot. */
  readonly intersections: readonly Intersection[]
  /** Networks without usable scores. */
  readonly excluded: readonly Exclusion[]
  /** Statistics by grid, the main one (which decides the verdict) first. */
  readonly grids: readonly GridStatistics[]
  readonly verdict: Verdict
}

/**
 * Compares all networks of a study. The main grid is the first by {@link compareGridRanks}. Networks with
 * damaged, constant or missing scores stay in `overlaps` and enter no other statistic; those with an empty set enter
 * the statistics of scores alone. The same study, options and seed give the same numbers.
 */
export function compareNetworks(
  scores: StudyScores,
  options: Partial<ComparisonOptions> = {},
): Comparison {
  const study = withinPanel(scores)
  const settings = { ...defaultComparisonOptions, ...options }
  const ranks = studyRanks(study)
  const overlaps = overlapRows(study, ranks, settings)
  const excluded = findExclusions(study)
  const names = new Set(excluded.map((exclusion) => exclusion.network))
  const usable = study.networks.flatMap((network, index) =>
    names.has(network.network) || !hasSeeds(network) ? [] : [index],
  )
  const figures = { ranks, ...pairFigures(overlaps, study.networks.length) }
  const grids = findGrids(study.networks, new Set(usable))
    .filter((grid, index) => index === 0 || isCrossed(grid))
    .map((grid) => gridStatistics(grid, study, figures, settings))
  return {
    overlaps,
    effects:
      grids.length === 0
        ? rowsWithoutGrid(study)
        : grids.flatMap((statistics) => effectRows(statistics, study.step)),
    intersections: setIntersections(study.networks, study.samples),
    excluded,
    grids,
    verdict: decideVerdict(grids, study, settings, warningsOf(study, overlaps, excluded, settings)),
  }
}

/** The study with sets that name no sample twice and none outside the panel. */
function withinPanel(study: StudyScores): StudyScores {
  const panel = new Set(study.samples)
  const networks = study.networks.map((network) => ({
    ...network,
    set: [...new Set(network.set)].filter((sample) => panel.has(sample)),
  }))
  return { ...study, networks }
}

function isCrossed({ cells }: Grid): boolean {
  return cells.lows.length > 1 && cells.highs.length > 1
}

/** Figures of pairs by position of the networks, from the rows (a before b, second network by second). */
function pairFigures(rows: readonly OverlapRow[], count: number): Omit<NetworkFigures, 'ranks'> {
  const rowOf = (a: number, b: number): OverlapRow | undefined => {
    const [first, second] = a < b ? [a, b] : [b, a]
    return a === b || second >= count ? undefined : rows[(second * (second - 1)) / 2 + first]
  }
  return {
    jaccard: (a, b) => rowOf(a, b)?.jaccard ?? 0,
    kappa: (a, b) => rowOf(a, b)?.kappa ?? 0,
    coefficient: (a, b) => rowOf(a, b)?.coefficient ?? 0,
    expectedJaccard: (a, b) => rowOf(a, b)?.expectedJaccard,
  }
}

function warningsOf(
  study: StudyScores,
  rows: readonly OverlapRow[],
  excluded: readonly Exclusion[],
  { accuracyTolerance }: ComparisonOptions,
): string[] {
  const flagged = rows.filter((row) => row.similarAccuracy === false).length
  const nameOf = (id: string) => study.networks.find(({ network }) => network === id)?.name ?? id
  const warnings = [
    ...(study.missing ?? []).map(({ network, reason }) => `${network} is missing: ${reason}`),
    ...(study.lacking ?? []).map(
      ({ network, reason }) => `${network} lacks a part of its analysis: ${reason}`,
    ),
    ...excluded.map(({ network, reason }) => `${nameOf(network)} is left out: ${reason}`),
    ...(study.unmeasured ?? []),
  ]
  if (study.omitted !== undefined && study.omitted > 0) {
    warnings.push(
      `networks are compared on the ${study.samples.length} samples that all were analysed on; ` +
        `${study.omitted} that only some were are left out`,
    )
  }
  if (study.trainedBy !== undefined && study.trainedBy.length > 1) {
    warnings.push(
      `networks were trained by different engines or devices (${study.trainedBy.join('; ')}), on which the ` +
        'same seeds give other networks: differences between networks may be theirs',
    )
  }
  if (flagged > 0) {
    const points = Number((100 * accuracyTolerance).toFixed(2))
    warnings.push(
      `${flagged} of ${rows.length} pairs differ in test accuracy by more than ${points} points`,
    )
  }
  return warnings
}
