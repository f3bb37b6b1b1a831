import type { Clause, NetworkScores } from '../types.js'

/** (i) Whether most networks have an overfitting phase; undecided where those not known decide. */
export function overfittingClause(members: readonly NetworkScores[]): Clause {
  const clause = { id: 'i', text: 'most networks have an overfitting phase' }
  const known = members.filter((network) => network.overfitting !== undefined)
  const found = known.filter((network) => network.overfitting).length
  const unknown = members.length - known.length
  const why = [...new Set(members.flatMap((network) => network.overfittingUnknown ?? []))]
  if (known.length === 0) {
    const reason = ['phases were not detected', ...why].join(': ')
    return { ...clause, status: 'undecided', figures: {}, reason }
  }
  const half = members.length / 2
  const status = found > half ? 'holds' : found + unknown > half ? 'undecided' : 'fails'
  const shown = said(found, known.length, status === 'fails')
  return {
    ...clause,
    status,
    figures: { networks: known.length, overfitting: found },
    reason: unknown === 0 ? shown : [`${shown}, ${unknown} more are not known`, ...why].join(': '),
  }
}

function said(found: number, known: number, fails: boolean): string {
  if (found > 0) {
    return `${fails ? 'only ' : ''}${found} of ${known} networks have an overfitting phase`
  }
  return known === 1
    ? 'no overfitting phase in the only network'
    : `none of the ${known} networks has an overfitting phase`
}
