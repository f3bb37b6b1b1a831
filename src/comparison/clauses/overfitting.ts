import type { Clause, NetworkScores } from '../types.js'

/** (i) Whether most networks have an overfitting phase. */
export function overfittingClause(members: readonly NetworkScores[]): Clause {
  const known = members.filter((network) => network.overfitting !== undefined)
  const found = known.filter((network) => network.overfitting).length
  const clause = { id: 'i', text: 'most networks have an overfitting phase' }
  if (known.length === 0) {
    return { ...clause, status: 'undecided', figures: {}, reason: 'phases were not detected' }
  }
  return {
    ...clause,
    status: found > known.length / 2 ? 'holds' : 'fails',
    figures: { networks: known.length, overfitting: found },
    reason: `${found} of ${known.length} networks have an overfitting phase`,
  }
}
