/** The verdict in words: first what a tired reader needs, then the figures and what is open. */
import { regimeOf } from '../regimes/registry.js'
import { inPercent, percent, short } from './clauses/wording.js'
import type { GridStatistics } from './gridStatistics.js'
import type { Clause, ClauseStatus, ComparisonOptions, Conclusion } from './types.js'

const outcomes: Readonly<Record<Conclusion, string>> = {
  decides: 'decides',
  'real-but-small': 'real but small',
  absent: 'absent',
  inconclusive: 'inconclusive',
}

/** `decides for mlp-5, init, cut 2: …`; `named` adds the name of the grid. */
export function verdictSentence(
  verdict: Conclusion,
  clauses: readonly Clause[],
  statistics: GridStatistics | undefined,
  options: ComparisonOptions,
  named: boolean,
): string {
  const grid = named && statistics !== undefined ? ` for ${gridLabel(statistics)}` : ''
  const parts = [
    headOf(verdict, clauses, statistics, options),
    ...scopeOf(statistics),
    ...openOf(verdict, clauses),
  ]
  return `${outcomes[verdict]}${grid}: ${parts.join(' ')}`
}

/** `mlp-5, init, cut 2`. */
function gridLabel({ grid: { architecture, regime, cut } }: GridStatistics): string {
  return `${architecture}, ${regime}${cut === undefined ? '' : `, cut ${cut}`}`
}

function headOf(
  verdict: Conclusion,
  clauses: readonly Clause[],
  statistics: GridStatistics | undefined,
  { margin }: ComparisonOptions,
): string {
  const shares = statistics?.shares
  const p = statistics?.tests.low?.pValue
  if (shares === undefined || p === undefined) return 'the study has nothing to judge by.'
  const subject = subjectOf(statistics?.grid.regime)
  const [low, high] = [inPercent(shares.low), inPercent(shares.high)]
  const bound = percent(margin)
  const itself = `The sample itself decides ${percent(shares.sample.estimate)}.`
  const statusOf = (id: string) => clauses.find((clause) => clause.id === id)?.status
  if (verdict === 'decides') {
    return `${subject} decide which samples are confusing. Theirs is ${low} of the variance of the scores, more than the margin of ${bound} and more than the ${high} of the high layers (p = ${short(p)}). ${itself}`
  }
  if (verdict === 'real-but-small') {
    const limit =
      statusOf('iii') === 'fails'
        ? `less than the margin of ${bound}; the high layers have ${high}`
        : `less than the ${high} of the high layers`
    return `${subject} have an effect on which samples are confusing (p = ${short(p)}), but do not decide it. Theirs is ${low} of the variance of the scores, ${limit}. ${itself}`
  }
  if (verdict === 'absent') {
    return `no effect of ${subject} on which samples are confusing is shown (p = ${short(p)}), and one as large as ${bound} of the variance of the scores is ruled out. Theirs is ${low}, that of the high layers ${high}. ${itself}`
  }
  const shown = statusOf('ii') === 'holds' ? 'is shown' : 'is not shown'
  return `it is open whether ${subject} decide which samples are confusing. An effect of theirs ${shown} (p = ${short(p)}); their share is ${low} of the variance of the scores, that of the high layers ${high}. ${itself}`
}

function subjectOf(regime: string | undefined): string {
  return regime === undefined ? 'low layers' : regimeOf(regime).shared
}

/** What the verdict is not about. */
function scopeOf(statistics: GridStatistics | undefined): string[] {
  if (statistics === undefined || statistics.grid.regime === 'init') return []
  return ['The claim is about initial weights (regime init); this is another statement.']
}

/** The clauses that keep the study from deciding, or that a firm verdict goes without. */
function openOf(verdict: Conclusion, clauses: readonly Clause[]): string[] {
  const of = (statuses: readonly ClauseStatus[], ids: readonly string[]) =>
    clauses.filter(({ status, id }) => statuses.includes(status) && ids.includes(id))
  const ids = ['i', 'ii', 'iii', 'iv', 'v', 'vi']
  if (verdict === 'inconclusive') {
    return [`Open: ${listed(of(['fails', 'undecided'], ids))}.`]
  }
  const unknown = of(['undecided', 'not-tested'], ['i', 'v', 'vi'])
  return unknown.length === 0 ? [] : [`Not known: ${listed(unknown)}.`]
}

/** Reasons with their clauses; clauses that fall for one reason are named together. */
function listed(clauses: readonly Clause[]): string {
  return [...new Set(clauses.map(({ reason }) => reason))]
    .map((reason) => {
      const same = clauses.filter((clause) => clause.reason === reason)
      return `${same.map(({ id }) => `(${id})`).join(' ')} ${reason}`
    })
    .join('; ')
}
