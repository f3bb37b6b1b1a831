/**
 * Was the claim reproduced? Five clauses (our choice of rule): two say whether the study could tell
 * ((i) there is an overfitting phase, (v) scores are reliable), three what it says ((ii) T_low > 0,
 * (iii) T_low > T_high, (iv) more variance from low than from high seeds).
 * - `reproduced`: all five hold.
 * - `not-reproduced`: the study could tell (neither i nor v fails), and ii or iii fails, or iv although
 *   ii holds: iv compares estimates, which chance alone orders where there is no effect to see.
 * - `inconclusive`: anything else.
 *
 * A clause of the claim fails only on evidence against it, not for want of evidence: with p ≥ α or an
 * interval around 0, effects as large as `equivalence` must be ruled out; else it is undecided.
 */
import type { ArmStatistics } from './arm.js'
import { differenceClause, lowClause } from './clauses/contrasts.js'
import { fullyDifferentClause } from './clauses/fullyDifferent.js'
import { overfittingClause } from './clauses/overfitting.js'
import { reliabilityClause } from './clauses/reliability.js'
import { shareClause } from './clauses/shares.js'
import type {
  Clause,
  ClauseStatus,
  ComparisonOptions,
  GridName,
  NetworkScores,
  Verdict,
} from './types.js'

/** The verdict on the first arm, and what the others say; without arms, of a study without usable networks. */
export function decideVerdict(
  arms: readonly ArmStatistics[],
  networks: readonly NetworkScores[],
  options: ComparisonOptions,
  warnings: readonly string[],
): Verdict {
  const [main, ...others] = arms
  const clauses = clausesOf(main, networks, options)
  const verdict = combine(clauses)
  const name = arms.length > 1 ? ` for ${gridLabel(main)}` : ''
  return {
    verdict,
    clauses,
    fullyDifferent: fullyDifferentClause(main, options),
    grid: main && gridName(main),
    others: others.map((arm) => {
      const found = clausesOf(arm, networks, options)
      const conclusion = combine(found)
      return {
        ...gridName(arm),
        verdict: conclusion,
        sentence: sentenceOf(conclusion, found, ` for ${gridLabel(arm)}`),
      }
    }),
    warnings,
    sentence: sentenceOf(verdict, clauses, name),
  }
}

function gridName({ arm: { architecture, regime, cut } }: ArmStatistics): GridName {
  return { architecture, regime, cut }
}

/** `mlp-5, init, cut 2`. */
function gridLabel({ arm: { architecture, regime, cut } }: ArmStatistics): string {
  return `${architecture}, ${regime}${cut === undefined ? '' : `, cut ${cut}`}`
}

function clausesOf(
  statistics: ArmStatistics | undefined,
  networks: readonly NetworkScores[],
  options: ComparisonOptions,
): Clause[] {
  // What clauses i and v say does not need usable sets.
  const members = statistics?.arm.members.map((position) => networks[position]) ?? networks
  return [
    overfittingClause(members),
    lowClause(statistics, options),
    differenceClause(statistics, options),
    shareClause(statistics),
    reliabilityClause(members, options),
  ]
}

function combine(clauses: readonly Clause[]): Verdict['verdict'] {
  if (clauses.every((clause) => clause.status === 'holds')) return 'reproduced'
  const status = new Map(clauses.map((clause) => [clause.id, clause.status]))
  const couldTell = status.get('i') !== 'fails' && status.get('v') !== 'fails'
  const refuted =
    status.get('ii') === 'fails' ||
    status.get('iii') === 'fails' ||
    (status.get('ii') === 'holds' && status.get('iv') === 'fails')
  return couldTell && refuted ? 'not-reproduced' : 'inconclusive'
}

function sentenceOf(verdict: Verdict['verdict'], clauses: readonly Clause[], grid: string): string {
  const reasons = (statuses: readonly ClauseStatus[]) => {
    const found = clauses.filter((clause) => statuses.includes(clause.status))
    // Clauses that fall for one reason are named together.
    return [...new Set(found.map((clause) => clause.reason))]
      .map((reason) => {
        const ids = found.filter((clause) => clause.reason === reason).map(({ id }) => `(${id})`)
        return `${ids.join(' ')} ${reason}`
      })
      .join('; ')
  }
  if (verdict === 'reproduced') {
    const evidence = clauses.slice(1, 4).map((clause) => clause.reason)
    return `reproduced${grid}: low-layer seeds decide which samples are confusing: ${evidence.join('; ')}`
  }
  if (verdict === 'not-reproduced') return `not reproduced${grid}: ${reasons(['fails'])}`
  return `inconclusive${grid}: ${reasons(['fails', 'undecided'])}`
}
