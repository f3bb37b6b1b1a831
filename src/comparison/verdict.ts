/**
 * What does the study say of the claim? Six clauses (our choice of rule): three say whether the study could tell
 * ((i) there is an overfitting phase, (v) scores are reliable, (vi) scores see mislabelled samples), three what it
 * says ((ii) the effect of low seeds is real, (iii) their share of the variance is above the margin, (iv) and above
 * that of the high seeds).
 * - `decides`: all hold ((vi) may be untested).
 * - `real-but-small`: (ii) holds, and (iii) or (iv) fails: the share is below the margin, or below the high one's.
 * - `absent`: (iii) fails and (ii) does not hold: no effect is shown, and one as large as the margin is ruled out.
 * - `inconclusive`: anything else, and all studies that could not tell: (i), (v) or (vi) fails.
 *
 * (iii) and (iv) hold or fail when the interval lies above or below the bound, and are open in between. So no truth
 * leads to two opposite verdicts but by an error of the intervals: `decides` says that the share is above the margin
 * and above the high one's, the two others that one of the two is not so.
 */

import { acrossArchitectures } from './architectures.js'
import { effectClause, fullyDifferentClause, setsClause } from './clauses/contrasts.js'
import { controlClause, overfittingClause, reliabilityClause } from './clauses/networks.js'
import { differenceClause, marginClause } from './clauses/shares.js'
import { gapWarnings } from './gaps.js'
import { gridLabel, gridName, isMirror } from './grid.js'
import type { GridStatistics } from './gridStatistics.js'
import { mirrorsOf } from './mirrors.js'
import { verdictWords } from './sentence.js'
import type {
  Clause,
  ClauseStatus,
  ComparisonOptions,
  Conclusion,
  GridName,
  NetworkScores,
  StudyScores,
  Verdict,
  VerdictWords,
} from './types.js'

/**
 * The verdict on the first grid that is no mirror, and what the others and those across `architectures` say; of a study without such a grid that there is
 * nothing to judge by.
 */
export function decideVerdict(
  grids: readonly GridStatistics[],
  architectures: readonly GridStatistics[],
  study: StudyScores,
  options: ComparisonOptions,
  warnings: readonly string[],
): Verdict {
  const [main, ...others] = judgedGrids(grids)
  const judgedAs = (grid: GridStatistics | undefined) =>
    judged(grid, study, options, grids.length > 1)
  const found = judgedAs(main)
  const judgedOthers = others.map((one) => ({ ...gridName(one.grid), ...judgedAs(one) }))
  return {
    ...found,
    sets: setsClause(main, options),
    fullyDifferent: fullyDifferentClause(main, options),
    grid: main && gridName(main.grid),
    meanSquares: main && statedSquares(main),
    others: judgedOthers.map(({ clauses: _, ...other }) => other),
    mirrors: mirrorsOf(grids),
    acrossArchitectures: acrossArchitectures(architectures),
    warnings: [
      ...controlWarnings(found, ''),
      ...judgedOthers.flatMap((other) => {
        return controlWarnings(other, ` in ${gridLabel(other)}`)
      }),
      ...warnings,
      ...judgedGrids(grids).flatMap((grid) =>
        gapWarnings(
          grid,
          grid === main ? '' : ` in ${gridLabel(grid.grid)}`,
          grid.shares !== undefined,
        ),
      ),
    ],
  }
}

/** A score that does not see mislabelled samples is said first, wherever the verdict is shown. */
function controlWarnings({ clauses }: Pick<Verdict, 'clauses'>, where: string): string[] {
  return clauses
    .filter(({ id, status }) => id === 'vi' && status === 'fails')
    .map(({ reason }) => `the positive control failed${where}: ${reason}`)
}

/** What is concluded of every grid that a verdict is of, the main one first: nothing besides, which takes longer. */
export function gridConclusions(
  grids: readonly GridStatistics[],
  study: StudyScores,
  options: ComparisonOptions,
): { readonly name: GridName; readonly conclusion: Conclusion }[] {
  return judgedGrids(grids).map((statistics) => ({
    name: gridName(statistics.grid),
    conclusion: conclude(clausesOf(statistics, study, options)),
  }))
}

/** The grids that a verdict is of, the main one first. */
function judgedGrids(grids: readonly GridStatistics[]): GridStatistics[] {
  return grids.filter(({ grid }) => !isMirror(grid))
}

function statedSquares({ squares: { own, other } }: GridStatistics): Verdict['meanSquares'] {
  return own && { own, other }
}

/** The clauses of one grid, what follows from them, and that in words; `named`: with the name of the grid. */
function judged(
  statistics: GridStatistics | undefined,
  study: StudyScores,
  options: ComparisonOptions,
  named: boolean,
): Pick<Verdict, 'clauses' | 'verdict'> & VerdictWords {
  const clauses = clausesOf(statistics, study, options)
  const verdict = isAsked(study.networks) ? conclude(clauses) : 'not-asked'
  return {
    clauses,
    verdict,
    ...verdictWords({ verdict, clauses, statistics, study, named }, options),
  }
}

/** Whether anything is asked of low layers: not where nobody knows the seeds of any network. */
export function isAsked(networks: readonly Pick<NetworkScores, 'seeds'>[]): boolean {
  const hasSeeds = ({ seeds: { low, high } }: Pick<NetworkScores, 'seeds'>) =>
    low !== undefined || high !== undefined
  return networks.length === 0 || networks.some(hasSeeds)
}

function clausesOf(
  statistics: GridStatistics | undefined,
  study: StudyScores,
  options: ComparisonOptions,
): Clause[] {
  // What clauses i, v and vi say needs no grid.
  const { networks } = study
  const members = statistics?.grid.members.map((position) => networks[position]) ?? networks
  return [
    overfittingClause(members),
    effectClause(statistics, options),
    marginClause(statistics, options),
    differenceClause(statistics, options),
    reliabilityClause(members, options),
    controlClause(members, study, options),
  ]
}

/** The rule at the head of this file. */
export function conclude(clauses: readonly Pick<Clause, 'id' | 'status'>[]): Conclusion {
  const status = new Map(clauses.map((clause) => [clause.id, clause.status]))
  const is = (id: string, expected: ClauseStatus) => status.get(id) === expected
  if (is('i', 'fails') || is('v', 'fails') || is('vi', 'fails')) return 'inconclusive'
  const real = is('ii', 'holds')
  if (real && (is('iii', 'fails') || is('iv', 'fails'))) return 'real-but-small'
  if (!real && is('iii', 'fails')) return 'absent'
  const all = clauses.every(
    (clause) => clause.status === 'holds' || (clause.id === 'vi' && is('vi', 'not-tested')),
  )
  return all ? 'decides' : 'inconclusive'
}
