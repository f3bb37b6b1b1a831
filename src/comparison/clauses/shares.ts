/** The clauses of the verdict on shares of variance: of low seeds against the margin (iii) and against high seeds (iv). */
import { reasonForNoShare } from '../effects.js'
import { gridShape } from '../gaps.js'
import type { GridStatistics } from '../gridStatistics.js'
import type { Clause, ClauseStatus, ComparisonOptions, Estimate } from '../types.js'
import {
  differenceInPercent,
  inPercent,
  intervalFigures,
  levelInPercent,
  noGrid,
  percent,
  type SaysEstimate,
} from './wording.js'

/** (iii) Whether low seeds decide more of the variance of the scores than the margin. */
export function marginClause(
  statistics: GridStatistics | undefined,
  { alpha, margin }: ComparisonOptions,
): Clause {
  const text = `low seeds decide more than ${percent(margin)} of the variance of the scores: the ${levelInPercent(1 - alpha)} interval of their share lies above ${percent(margin)}`
  return shareClause({ id: 'iii', text }, statistics, {
    name: 'low',
    said: 'low share',
    bound: margin,
    of: (shares) => shares.low,
    says: inPercent,
    below: `a share of ${percent(margin)} is ruled out`,
    between: `the interval includes ${percent(margin)}`,
  })
}

/** (iv) Whether low seeds decide more of the variance of the scores than high seeds. */
export function differenceClause(
  statistics: GridStatistics | undefined,
  { alpha }: ComparisonOptions,
): Clause {
  const text = `low seeds decide more of the variance than high seeds: the ${levelInPercent(1 - alpha)} interval of the difference of their shares lies above 0`
  const found = shareClause({ id: 'iv', text }, statistics, {
    name: 'low−high',
    said: 'low share − high share',
    bound: 0,
    of: (shares) => shares.difference,
    says: differenceInPercent,
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
  readonly says: SaysEstimate
  /** What an interval below the bound, or around it, means. */
  readonly below: string
  readonly between: string
}

/** Holds and fails under both tie-breaks only; to fail, an interval under one suffices where there is no other. */
function shareClause(
  clause: Pick<Clause, 'id' | 'text'>,
  statistics: GridStatistics | undefined,
  { name, said, bound, of, says, below, between }: Bounded,
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
    ...(other === undefined ? {} : intervalFigures(otherNames.estimate, other, otherNames)),
  }
  const status = statusOf({ own, other }, bound)
  const small = Math.min(statistics.complete.lows.length, statistics.complete.highs.length) < 3
  const why = small ? `; ${fewSeeds(statistics)}` : ''
  const meaning = { holds: '', fails: `: ${below}`, undecided: `: ${between}${why}` }[status]
  const above = status === 'undecided' && sideOf(own, bound) === 'above' && other === undefined
  const reason = `${said} ${bothEnds({ own, other }, says)}${above ? NO_OTHER_END : meaning}`
  return { ...clause, status, figures, reason }
}

/** What weakens the shares of a grid with less than three seeds on a side, or with so few once gaps are left out. */
function fewSeeds(statistics: GridStatistics): string {
  const { complete, grid } = statistics
  const isWhole = [grid.cells, complete].every(
    ({ lows, highs }) =>
      lows.length === complete.lows.length && highs.length === complete.highs.length,
  )
  const where = isWhole ? '' : `, as many as the ${gridShape(statistics)} grid has without gaps,`
  return `two seeds${where} say little of others`
}

/** An estimate under the study's own tie-break and, where the scores have it, under the other. */
interface TwoEnds {
  readonly own: Estimate
  readonly other: Estimate | undefined
}

/**
 * Ends the reason of a clause that stays undecided although its interval lies above the bound: to hold, the interval under the
 * other tie-break would have to lie above it too, and there is none.
 */
export const NO_OTHER_END = '; scores under the other tie-break are missing'

/**
 * `holds` where the intervals under both tie-breaks lie above the bound, `fails` where both lie below or, without another
 * tie-break, the one there is; `undecided` in between.
 */
export function statusOf(
  { own, other }: TwoEnds,
  bound: number,
): Exclude<ClauseStatus, 'not-tested'> {
  const places = [own, ...(other === undefined ? [] : [other])].map((one) => sideOf(one, bound))
  if (places.every((place) => place === 'below')) return 'fails'
  const above = other !== undefined && places.every((place) => place === 'above')
  return above ? 'holds' : 'undecided'
}

/** Both estimates in percent: `12% [5%, 20%] under both tie-breaks` where they read the same. */
export function bothEnds({ own, other }: TwoEnds, says: SaysEstimate): string {
  if (other === undefined) return says(own)
  const [said, elsewhere] = [own, other].map(says)
  return said === elsewhere
    ? `${said} under both tie-breaks`
    : `${said} (other tie-break: ${elsewhere})`
}

/** What the figures of a clause call the estimate under the other tie-break. */
const otherNames = {
  estimate: 'other_tie_break',
  low: 'other_tie_break_ci_low',
  high: 'other_tie_break_ci_high',
} as const

/** The estimate under the other tie-break, as a clause of a finished study has it. */
export function otherEndOf({ figures }: Pick<Clause, 'figures'>): Estimate | undefined {
  const estimate: number | undefined = figures[otherNames.estimate]
  if (estimate === undefined) return undefined
  return { estimate, low: figures[otherNames.low], high: figures[otherNames.high] }
}

function sideOf({ low, high }: Estimate, bound: number): 'above' | 'below' | 'around' {
  if (low !== undefined && low > bound) return 'above'
  return high !== undefined && high < bound ? 'below' : 'around'
}
