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
import type { Clause, ClauseStatus, ComparisonOptions, NetworkScores, Verdict } from './types.js'

/** The verdict on the main arm's statistics; `undefined` stands for a study without usable networks. */
export function decideVerdict(
  statistics: ArmStatistics | undefined,
  networks: readonly NetworkScores[],
  options: ComparisonOptions,
  warnings: readonly string[],
): Verdict {
  const members = statistics?.arm.members.map((position) => networks[position]) ?? []
  const clauses = [
    overfittingClause(members),
    lowClause(statistics, options),
    differenceClause(statistics, options),
    shareClause(statistics),
    reliabilityClause(members, options),
  ]
  const verdict = combine(clauses)
  return {
    verdict,
    clauses,
    fullyDifferent: fullyDifferentClause(statistics, options),
    warnings,
    sentence: sentenceOf(verdict, clauses),
  }
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

function sentenceOf(verdict: Verdict['verdict'], clauses: readonly Clause[]): string {
  const reasons = (statuses: readonly ClauseStatus[]) =>
    clauses
      .filter((clause) => statuses.includes(clause.status))
      .map((clause) => `(${clause.id}) ${clause.reason}`)
      .join('; ')
  if (verdict === 'reproduced') {
    const evidence = clauses.slice(1, 4).map((clause) => clause.reason)
    return `reproduced: low-layer seeds decide which samples are confusing: ${evidence.join('; ')}`
  }
  if (verdict === 'not-reproduced') return `not reproduced: ${reasons(['fails'])}`
  return `inconclusive: ${reasons(['fails', 'undecided'])}`
}
