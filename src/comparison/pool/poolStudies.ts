/** One verdict of several studies that asked the same: the clauses of the pool, by the rule of a single study. */
import { counted } from '../../core/numberWords.js'
import { bothEnds, NO_OTHER_END, otherEndOf, statusOf } from '../clauses/shares.js'
import {
  differenceInPercent,
  inPercent,
  percent,
  type SaysEstimate,
  short,
} from '../clauses/wording.js'
import { shareDraws } from '../gridStatistics.js'
import { answerTo, outcomes, scopeOf } from '../sentence.js'
import type { ShareIntervals } from '../shareIntervals.js'
import type { Clause, ClauseStatus, Conclusion, GridName, Verdict } from '../types.js'
import { conclude } from '../verdict.js'
import {
  type PooledEstimate,
  type PooledShares,
  poolPValues,
  poolShares,
  type StudyShares,
} from './combine.js'

/** What the pool takes of one study. */
export interface PooledStudy extends ShareIntervals {
  readonly name: string
  /** Ids of the networks of the grid that its verdict is of, or of their files, by which it is seen what studies share. */
  readonly networks: readonly string[]
  /** Seeds of their low layers. */
  readonly lowSeeds: readonly (number | string)[]
  /** What its shares are computed from, and those under the other tie-break where the scores have it. */
  readonly meanSquares: NonNullable<Verdict['meanSquares']>
  /** Of the permutation test of the low share. */
  readonly p: number
  readonly verdict: Verdict['verdict']
  /** Clauses of its verdict. */
  readonly clauses: readonly Clause[]
}

export interface Pool extends PooledShares {
  readonly verdict: Conclusion
  readonly clauses: readonly Clause[]
  readonly p: number
  /** What limits the pool, a line each. */
  readonly warnings: readonly string[]
  readonly sentence: string
}

interface PoolOptions {
  readonly alpha: number
  readonly margin: number
  /** Of the grid, the same in all the studies. */
  readonly grid: GridName
  /** Draws of the intervals, and the seed that they come from; those of a study give the pool of it by itself its intervals. */
  readonly bootstrap: number
  readonly seed: number
}

/**
 * Pools the shares and the tests of studies (combine.ts), and concludes by the rule of a single study (verdict.ts):
 * (ii) by the pooled p, (iii) and (iv) by the pooled intervals under both tie-breaks, (i), (v) and (vi) hold where they
 * hold in every study and fail where they fail in one. So one study has its own verdict. Throws RangeError where an interval is missing, or without studies.
 */
export function poolStudies(studies: readonly PooledStudy[], options: PoolOptions): Pool {
  const { alpha, margin, grid, bootstrap, seed } = options
  for (const study of studies) {
    const isOpen = [study.low, study.high, study.difference].some(({ low }) => low === undefined)
    if (isOpen)
      throw new RangeError(`${study.name} has no interval of its shares: it cannot be pooled`)
  }
  const groups = groupsOf(studies)
  const pooled = (shares: readonly Omit<StudyShares, 'group'>[]) =>
    poolShares(
      shares.map((one, index) => ({ ...one, group: groups[index] })),
      { draws: bootstrap, level: 1 - alpha },
      shareDraws(grid, { seed }),
    )
  const own = pooled(studies.map((study) => ({ ...study, squares: study.meanSquares.own })))
  const others = studies.flatMap((study) => underOther(study) ?? [])
  const other = others.length === studies.length ? pooled(others) : undefined
  const p = poolPValues(studies.map((study, index) => ({ p: study.p, group: groups[index] })))
  const clauses = [
    common('i', studies),
    {
      id: 'ii',
      text: `the effect of the low seeds on the scores is real: pooled p < ${alpha}`,
      status: p < alpha ? 'holds' : 'undecided',
      figures: { p },
      reason: `pooled p = ${short(p)}${p < alpha ? '' : ': an effect is not shown'}`,
    } satisfies Clause,
    bounded(
      { id: 'iii', text: `low seeds decide more than ${percent(margin)} of the variance` },
      { own: own.low, other: other?.low },
      margin,
      inPercent,
    ),
    bounded(
      { id: 'iv', text: 'low seeds decide more of the variance than high seeds' },
      { own: own.difference, other: other?.difference },
      0,
      differenceInPercent,
    ),
    common('v', studies),
    common('vi', studies),
  ]
  const verdict = conclude(clauses)
  return {
    verdict,
    clauses,
    ...own,
    p,
    warnings: warningsOf(studies, groups, own.low),
    sentence: sentenceOf(verdict, { studies, low: own.low, p, clauses }, options),
  }
}

/** A name for each study, the same where studies share networks, also by way of a third one. */
function groupsOf(studies: readonly PooledStudy[]): string[] {
  const groups = studies.map((_, index) => index)
  for (const [a, one] of studies.entries()) {
    const networks = new Set(one.networks)
    for (const [b, other] of studies.entries()) {
      if (b <= a || !other.networks.some((id) => networks.has(id))) continue
      const [kept, dropped] = [groups[a], groups[b]]
      for (const [index, group] of groups.entries()) if (group === dropped) groups[index] = kept
    }
  }
  return groups.map(String)
}

/** A clause of every study: as the worst of them. */
function common(id: string, studies: readonly PooledStudy[]): Clause {
  const found = studies.flatMap(({ name, clauses }) =>
    clauses.filter((clause) => clause.id === id).map((clause) => ({ name, clause })),
  )
  const of = (status: ClauseStatus) => found.filter(({ clause }) => clause.status === status)
  const worst = (['fails', 'undecided', 'not-tested'] as const).find(
    (status) => of(status).length > 0,
  )
  const status = found.length === 0 ? 'undecided' : (worst ?? 'holds')
  const named = worst === undefined ? [] : of(worst)
  return {
    id,
    text: `in every study: ${found[0]?.clause.text ?? `clause ${id}`}`,
    status,
    figures: {},
    reason:
      named.length === 0
        ? 'in every study'
        : named.map(({ name, clause }) => `${name}: ${clause.reason}`).join('; '),
  }
}

function bounded(
  { id, text }: Pick<Clause, 'id' | 'text'>,
  ends: { readonly own: PooledEstimate; readonly other: PooledEstimate | undefined },
  bound: number,
  says: SaysEstimate,
): Clause {
  const status = statusOf(ends, bound)
  const { own, other } = ends
  const unconfirmed = status === 'undecided' && own.low > bound && other === undefined
  const said = { holds: 'above', fails: 'below', undecided: unconfirmed ? 'above' : 'around' }
  return {
    id,
    text: `${text}: the pooled interval lies above ${percent(bound)}`,
    status,
    figures: { estimate: own.estimate, ci_low: own.low, ci_high: own.high },
    reason:
      `${bothEnds(ends, says)} lies ${said[status]} ${percent(bound)}` +
      (unconfirmed ? NO_OTHER_END : ''),
  }
}

/** The shares of a study under the other tie-break, for which the two that clauses are of suffice; undefined where it has none. */
function underOther(study: PooledStudy): Omit<StudyShares, 'group'> | undefined {
  const squares = study.meanSquares.other
  const of = (id: string) => {
    const clause = study.clauses.find((one) => one.id === id)
    return clause && otherEndOf(clause)
  }
  const [low, difference] = [of('iii'), of('iv')]
  if (squares === undefined || low === undefined || difference === undefined) return undefined
  return { squares, low, high: study.high, difference }
}

/** I² from which the spread between studies is said to be more than chance (Higgins & Thompson 2002 call it moderate). */
const HETEROGENEOUS = 0.5

function warningsOf(
  studies: readonly PooledStudy[],
  groups: readonly string[],
  low: PooledEstimate,
): string[] {
  const warnings: string[] = []
  if (low.iSquared >= HETEROGENEOUS) {
    warnings.push(
      `the studies disagree: ${percent(low.iSquared)} of the spread of their low shares is not chance (I²), and true ` +
        `shares differ by ${percent(low.between)} from study to study (τ); the pooled share is a mean of different things`,
    )
  }
  const dependent = new Set(groups).size
  if (dependent < groups.length) {
    warnings.push(
      'studies that share networks count as one measurement: other samples of the same networks say nothing new of seeds',
    )
  }
  // Studies of one group, which share networks, are told of above.
  const shareSeeds = studies.some((one, index) =>
    studies
      .slice(0, index)
      .some(
        (other, earlier) =>
          groups[earlier] !== groups[index] &&
          one.lowSeeds.some((seed) => other.lowSeeds.includes(seed)),
      ),
  )
  if (shareSeeds) {
    warnings.push(
      'studies have low seeds in common, so that their low layers began equal where the architecture is the same: they are ' +
        'no independent draws of seeds, and the pooled interval may be too narrow; draw others (networks.grid.low)',
    )
  }
  return warnings
}

function sentenceOf(
  verdict: Conclusion,
  {
    studies,
    low,
    p,
    clauses,
  }: Pick<Pool, 'low' | 'p' | 'clauses'> & { readonly studies: readonly PooledStudy[] },
  { margin, grid: { regime } }: PoolOptions,
): string {
  const count = counted(studies.length, 'study', 'studies')
  const open = clauses.filter(({ status }) => status === 'fails' || status === 'undecided')
  const reasons = open.map(({ id, reason }) => `(${id}) ${reason}`).join('; ')
  return [
    `${outcomes[verdict]}: ${answerTo(verdict, regime)}`,
    `The low share over ${count} is ${inPercent(low)}, margin ${percent(margin)}, p = ${short(p)}.`,
    ...scopeOf(regime),
    ...(verdict === 'inconclusive' ? [`Open: ${reasons}.`] : []),
  ].join(' ')
}
