import type { Clause, NetworkScores } from '../types.js'

/** (i) Whether most networks have an overfitting phase. */
export function overfittingClause(members: readonly NetworkScores[]): Clause {
  const known = members.filter((network) => network.overfitting !== undefined)
  const found = known.filter((network) => network.overfitting).length
  const clause = { id: 'i', text: 'most networks have an overfitting phase' }
  if (known.length === 0) {
    return { ...clause, status: 'undecided', figures: {}, reason: 'phases were not detected' }
  }
  const most = found > known.length / 2
  return {
    ...clause,
    status: most ? 'holds' : 'fails',
    figures: { networks: known.length, overfitting: found },
    reason: `${most ? '' : 'only '}${found} of ${known.length} networks have an overfitting phase`,
  }
}
