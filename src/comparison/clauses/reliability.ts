import { median } from '../../metrics/descriptive.js'
import type { Clause, ComparisonOptions, NetworkScores } from '../types.js'
import { short } from './wording.js'

/** (v) Whether the scores survive other choices of the analysis. */
export function reliabilityClause(
  members: readonly NetworkScores[],
  { reliability }: ComparisonOptions,
): Clause {
  const clause = { id: 'v', text: `scores are reliable: median ICC ≥ ${reliability}` }
  const known = members.map((network) => network.reliability).filter((icc) => icc !== undefined)
  const icc = median(known)
  if (icc === undefined) {
    const reason = 'the reliability of the scores was not measured'
    return { ...clause, status: 'undecided', figures: {}, reason }
  }
  return {
    ...clause,
    status: icc >= reliability ? 'holds' : 'fails',
    figures: { icc, networks: known.length },
    reason: `median ICC of the scores is ${short(icc)}`,
  }
}
