import { type ReliabilityKind, reliabilityKinds } from '../../confusing/reliability.js'
import { median } from '../../metrics/descriptive.js'
import type { Clause, ComparisonOptions, NetworkScores } from '../types.js'
import { short } from './wording.js'

/**
 * (v) Whether the scores survive other choices of the analysis: the median over networks of the ICC under each kind
 * of choice, and of these the smallest, since a score that one choice breaks is broken.
 */
export function reliabilityClause(
  members: readonly NetworkScores[],
  { reliability }: ComparisonOptions,
): Clause {
  const clause = {
    id: 'v',
    text: `scores are reliable: median ICC ≥ ${reliability} under every kind of other choice`,
  }
  const found = reliabilityKinds.flatMap((kind): [ReliabilityKind, number][] => {
    const icc = median(members.flatMap((network) => network.reliability?.[kind] ?? []))
    return icc === undefined ? [] : [[kind, icc]]
  })
  const missing = reliabilityKinds.filter((kind) => found.every(([name]) => name !== kind))
  const notMeasured = missing.length === 0 ? '' : `; not measured: ${missing.join(', ')}`
  if (found.length === 0) {
    const reason = 'the reliability of the scores was not measured'
    return { ...clause, status: 'undecided', figures: {}, reason }
  }
  const broken = found.filter(([, icc]) => icc < reliability)
  const listed = found.map(([kind, icc]) => `${kind} ${short(icc)}`).join(', ')
  const verdict =
    broken.length === 0
      ? ''
      : `: under other choices of ${broken.map(([kind]) => kind).join(' and ')} they are not`
  return {
    ...clause,
    status: broken.length === 0 ? 'holds' : 'fails',
    figures: Object.fromEntries(found),
    reason: `median ICC of the scores: ${listed}${verdict}${notMeasured}`,
  }
}
