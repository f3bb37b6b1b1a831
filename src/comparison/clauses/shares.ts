import type { ArmStatistics } from '../arm.js'
import { reasonForNoShare } from '../effects.js'
import type { Clause } from '../types.js'
import { noGrid, short } from './wording.js'

/** (iv) Whether low seeds decide more of the variance of the scores than high seeds. */
export function shareClause(statistics: ArmStatistics | undefined): Clause {
  const clause = {
    id: 'iv',
    text: 'low seeds have a larger variance share than high seeds under both tie-breaks',
  }
  const shares = statistics?.shares
  if (shares?.low === undefined || shares.high === undefined) {
    const reason =
      statistics === undefined ? noGrid(statistics) : reasonForNoShare(statistics, 'low')
    return { ...clause, status: 'undecided', figures: {}, reason }
  }
  const [low, high] = [shares.low.estimate, shares.high.estimate]
  const other = statistics?.sharesHigh
  const figures: Record<string, number> = { low, high }
  if (shares.sample) figures.sample = shares.sample.estimate
  const sample = shares.sample ? `, sample ${short(shares.sample.estimate)}` : ''
  const found = `variance shares low ${short(low)}, high ${short(high)}${sample}`
  if (other === undefined) {
    const reason = `${found}; scores under tie-break high are missing`
    return { ...clause, status: low > high ? 'undecided' : 'fails', figures, reason }
  }
  Object.assign(figures, { low_tie_break_high: other.low, high_tie_break_high: other.high })
  const reason = `${found} (tie-break high: low ${short(other.low)}, high ${short(other.high)})`
  const agreeing = Number(low > high) + Number(other.low > other.high)
  const status = agreeing === 2 ? 'holds' : agreeing === 0 ? 'fails' : 'undecided'
  return { ...clause, status, figures, reason }
}
