/** The comparison of a study's networks, from their scores and sets to the verdict. */
import { counted } from '../core/numberWords.js'
import type { EffectRow } from '../tables/tables.js'
import { architectureGrids } from './architectures.js'
import { effectRows, rowsWithoutGrid } from './effects.js'
import { uncrossedWarnings } from './gaps.js'
import { findGrids, isCrossed } from './grid.js'
import { type GridStatistics, gridStatistics, setContrasts } from './gridStatistics.js'
import { setIntersections } from './membership.js'
import {
  countAccuracyGaps,
  findExclusions,
  pairOverlaps,
  studyRanks,
  withinPanel,
} from './pairs.js'
import { hasSeeds } from './relation.js'
import {
  type ComparisonOptions,
  defaultComparisonOptions,
  type Intersection,
  type Lack,
  type StudyScores,
  type Verdict,
} from './types.js'
import { decideVerdict, gridConclusions } from './verdict.js'

/** What decides the scores of a study, without the verdict in words. */
export interface ScoreComparison {
  /** Every grid of at least 2 × 2 (the main grid in any case): `effects.csv`; computed when asked. */
  readonly effects: () => readonly EffectRow[]
  /** Networks without usable scores. */
  readonly excluded: readonly Lack[]
  /** What is said of networks that are in no crossed grid. */
  readonly uncrossed: () => readonly string[]
  /** Statistics by grid, the main one (which decides the verdict) first. */
  readonly grids: readonly GridStatistics[]
  /** Statistics of the grids of low seeds × architectures (architectures.ts); computed when asked. */
  readonly architectures: () => readonly GridStatistics[]
  /** What is concluded of every grid that a verdict is of, the main one first. */
  readonly conclusions: () => ReturnType<typeof gridConclusions>
}

interface Comparison extends Omit<ScoreComparison, 'effects'> {
  readonly effects: readonly EffectRow[]
  /** For an UpSet plot. */
  readonly intersections: readonly Intersection[]
  readonly verdict: Verdict
}

/**
 * Compares all networks of a study; the rows of its pairs are `overlapRows` (pairs.ts). The main grid is the first by
 * {@link compareGridRanks}. Networks with damaged, constant or missing scores enter no statistic but those of pairs; those with an
 * empty set enter the statistics of scores alone. The same study, options and seed give the same numbers.
 */
export function compareNetworks(
  scores: StudyScores,
  options: Partial<ComparisonOptions> = {},
): Comparison {
  const study = withinPanel(scores)
  const settings = { ...defaultComparisonOptions, ...options }
  const found = compareWithin(study, settings)
  const warnings = [...warningsOf(study, found.excluded, settings), ...found.uncrossed()]
  return {
    ...found,
    effects: found.effects(),
    intersections: setIntersections(study.networks, study.samples),
    verdict: decideVerdict(found.grids, found.architectures(), study, settings, warnings),
  }
}

/** {@link compareNetworks} without what only the verdict in words takes: for scores that are compared beside a study's own. */
export function compareScores(
  scores: StudyScores,
  options: Partial<ComparisonOptions>,
): ScoreComparison {
  return compareWithin(withinPanel(scores), { ...defaultComparisonOptions, ...options })
}

/** T_low of other sets of the same networks and scores, for each of the grids that these were compared in. */
export function compareSets(
  scores: StudyScores,
  grids: readonly GridStatistics[],
  options: ComparisonOptions,
): GridStatistics['sets'][] {
  const study = withinPanel(scores)
  const overlap = pairOverlaps(study)
  return grids.map(({ grid }) => setContrasts(grid, study, overlap, options))
}

/** Of sets within the panel. */
function compareWithin(study: StudyScores, settings: ComparisonOptions): ScoreComparison {
  const excluded = findExclusions(study)
  const names = new Set(excluded.map((exclusion) => exclusion.network))
  const usable = study.networks.flatMap((network, index) =>
    names.has(network.network) || !hasSeeds(network) ? [] : [index],
  )
  const figures = { ranks: studyRanks(study), overlap: pairOverlaps(study) }
  const all = findGrids(study.networks, new Set(usable))
  const grids = all
    .filter((grid, index) => index === 0 || isCrossed(grid.cells))
    .map((grid) => gridStatistics(grid, study, figures, settings))
  return {
    uncrossed: () => uncrossedWarnings(all),
    effects: () =>
      grids.length === 0
        ? rowsWithoutGrid(study)
        : grids.flatMap((statistics) => effectRows(statistics, study.networks)),
    excluded,
    grids,
    architectures: () =>
      architectureGrids(study.networks, new Set(usable)).map((grid) =>
        gridStatistics(grid, study, figures, settings),
      ),
    conclusions: () => gridConclusions(grids, study, settings),
  }
}

function warningsOf(
  study: StudyScores,
  excluded: readonly Lack[],
  settings: ComparisonOptions,
): string[] {
  const { pairs, wide } = countAccuracyGaps(study, settings)
  // One that stands under two names is left out under both, and said once.
  const namesOf = (id: string) =>
    study.networks
      .filter(({ network }) => network === id)
      .map(({ name }) => name ?? id)
      .join(' and ')
  const leftOut = new Map(excluded.map(({ network, reason }) => [network, reason]))
  const warnings = [
    ...(study.missing ?? []).map(({ network, reason }) => `${network} is missing: ${reason}`),
    ...(study.lacking ?? []).map(
      ({ network, reason }) => `${network} lacks a part of its analysis: ${reason}`,
    ),
    ...[...leftOut].map(([network, reason]) => `${namesOf(network)} is left out: ${reason}`),
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
  if (wide > 0) {
    const points = Number((100 * settings.accuracyTolerance).toFixed(2))
    const verb = pairs === 1 ? 'differs' : 'differ'
    warnings.push(
      `${wide} of ${counted(pairs, 'pair')} ${verb} in test accuracy by more than ${points} points`,
    )
  }
  return warnings
}
