/** The comparison of a study's networks, from their scores and sets to the verdict. */
import { type ArmStatistics, armStatistics, type PairFigures } from './arm.js'
import { effectRows, rowsWithoutArm } from './effects.js'
import { type Arm, findArms } from './grid.js'
import { setIntersections } from './membership.js'
import { findExclusions, overlapRows } from './pairs.js'
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
  /** Every arm with a grid of at least 2 × 2 (the main arm in any case): `effects.csv`. */
  readonly effects: readonly EffectRow[]
  /** For an UpSet plot. */
  readonly intersections: readonly Intersection[]
  /** Networks without usable scores or sets. */
  readonly excluded: readonly Exclusion[]
  /** Statistics by arm, the main one (which decides the verdict) first. */
  readonly arms: readonly ArmStatistics[]
  readonly verdict: Verdict
}

/**
 * Compares all networks of a study. The main arm is the one with the largest grid, `init` before other
 * regimes. Networks with damaged, constant or missing scores, or with an empty set, stay in `overlaps`
 * and enter no other statistic. The same study, options and seed give the same numbers.
 */
export function compareNetworks(
  scores: StudyScores,
  options: Partial<ComparisonOptions> = {},
): Comparison {
  const study = withinPanel(scores)
  const settings = { ...defaultComparisonOptions, ...options }
  const overlaps = overlapRows(study, settings)
  const excluded = findExclusions(study)
  const names = new Set(excluded.map((exclusion) => exclusion.network))
  const usable = study.networks.flatMap((network, index) =>
    names.has(network.network) || !hasSeeds(network) ? [] : [index],
  )
  const figures = pairFigures(overlaps, study.networks.length)
  const arms = findArms(study.networks, new Set(usable))
    .filter((arm, index) => index === 0 || isGrid(arm))
    .map((arm) => armStatistics(arm, study, figures, settings))
  return {
    overlaps,
    effects:
      arms.length === 0
        ? rowsWithoutArm(study)
        : arms.flatMap((statistics) => effectRows(statistics, study.step)),
    intersections: setIntersections(study.networks, study.samples),
    excluded,
    arms,
    verdict: decideVerdict(
      arms,
      study.networks,
      settings,
      warningsOf(study, overlaps, excluded, settings),
    ),
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

function isGrid({ grid }: Arm): boolean {
  return grid.lows.length > 1 && grid.highs.length > 1
}

/** J and κ_J by position of the networks, from the rows (a before b, second network by second). */
function pairFigures(rows: readonly OverlapRow[], count: number): PairFigures {
  const jaccard = new Float64Array(count * count)
  const kappa = new Float64Array(count * count)
  let next = 0
  for (let second = 0; second < count; second++) {
    for (let first = 0; first < second; first++) {
      const row = rows[next++]
      for (const index of [first * count + second, second * count + first]) {
        jaccard[index] = row.jaccard ?? 0
        kappa[index] = row.kappa ?? 0
      }
    }
  }
  return { jaccard: (a, b) => jaccard[a * count + b], kappa: (a, b) => kappa[a * count + b] }
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
