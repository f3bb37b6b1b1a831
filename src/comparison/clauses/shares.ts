import { gridShape, reasonForNoShare } from '../effects.js'
import type { GridStatistics } from '../gridStatistics.js'
import type { Clause, ClauseStatus, ComparisonOptions, Estimate } from '../types.js'
import { intervalFigures, noGrid, percent, withInterval } from './wording.js'

/** (iii) Whether low seeds decide more of the variance of the scores than the margin. */
export function marginClause(
  statistics: GridStatistics | undefined,
  { alpha, margin }: ComparisonOptions,
): Clause {
  const text = `low seeds decide more than ${percent(margin)} of the variance of the scores: the ${level(alpha)} interval of their share lies above`
  return shareClause({ id: 'iii', text }, statistics, {
    name: 'low',
    said: 'low share',
    bound: margin,
    of: (shares) => shares.low,
    below: `a share of ${percent(margin)} is ruled out`,
    between: `the interval includes ${percent(margin)}`,
  })
}

/** (iv) Whether low seeds decide more of the variance of the scores than high seeds. */
export function differenceClause(
  statistics: GridStatistics | undefined,
  { alpha }: ComparisonOptions,
): Clause {
  const text = `low seeds decide more of the variance than high seeds: the ${level(alpha)} interval of the difference of their shares lies above 0`
  const found = shareClause({ id: 'iv', text }, statistics, {
    name: 'low−high',
    said: 'low share − high share',
    bound: 0,
    of: (shares) => shares.difference,
    below: 'high seeds decide more',
    between: 'the interval includes 0',
  })
  const high = statistics?.shares?.high.estimate
  return high === undefined ? found : { ...found, figures: { ...found.figures, high } }
}

interface Bounded {
  /** In `figures`. */
  readonly name: string
  /** In words. */
  readonly said: string
  readonly bound: number
  readonly of: (shares: { readonly low: Estimate; readonly difference: Estimate }) => Estimate
  /** What an interval below the bound, or around it, means. */
  readonly below: string
  readonly between: string
}

/** Holds and fails under both tie-breaks only; to fail, an interval under one suffices where there is no other. */
function shareClause(
  clause: Pick<Clause, 'id' | 'text'>,
  statistics: GridStatistics | undefined,
  { name, said, bound, of, below, between }: Bounded,
): Clause {
  const shares = statistics?.shares
  if (statistics === undefined || shares === undefined) {
    const reason =
      statistics === undefined ? noGrid(statistics) : reasonForNoShare(statistics, 'low')
    return { ...clause, status: 'undecided', figures: {}, reason }
  }
  const own = of(shares)
  const other = statistics.otherEnd && of(statistics.otherEnd)
  const figures = {
    ...intervalFigures(name, own),
    ...(other === undefined ? {} : { other_tie_break: other.estimate }),
  }
  const found = `${said} ${withInterval(own)}${other === undefined ? '' : ` (other tie-break: ${withInterval(other)})`}`
  const decided = (status: ClauseStatus, reason: string) => ({ ...clause, status, figures, reason })
  const places = [own, ...(other === undefined ? [] : [other])].map((one) => sideOf(one, bound))
  if (places.every((place) => place === 'below')) return decided('fails', `${found}: ${below}`)
  if (places.every((place) => place === 'above')) {
    return other === undefined
      ? decided('undecided', `${found}; scores under the other tie-break are missing`)
      : decided('holds', found)
  }
  const small = Math.min(statistics.complete.lows.length, statistics.complete.highs.length) < 3
  const why = small ? `; two seeds of a ${gridShape(statistics)} grid say little of others` : ''
  return decided('undecided', `${found}: ${between}${why}`)
}

function sideOf({ low, high }: Estimate, bound: number): 'above' | 'below' | 'around' {
  if (low !== undefined && low > bound) return 'above'
  return high !== undefined && high < bound ? 'below' : 'around'
}

function level(alpha: number): string {
  return `${Number((100 * (1 - alpha)).toFixed(1))}%`
}
