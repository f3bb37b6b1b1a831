/** The verdict in words: what was asked, what was found in figures that need no definition, and how sure that is. */
import { counted } from '../core/numberWords.js'
import { regimeOf } from '../regimes/registry.js'
import { inPercent, levelInPercent, percent, short } from './clauses/wording.js'
import { gridLabel } from './grid.js'
import type { GridStatistics } from './gridStatistics.js'
import { FEWEST_SEEDS } from './jackknife.js'
import type {
  Clause,
  ClauseStatus,
  ComparisonOptions,
  Estimate,
  StudyScores,
  Verdict,
  VerdictWords,
} from './types.js'

/** The outcome with which every sentence of a verdict begins. */
export const outcomes: Readonly<Record<Verdict['verdict'], string>> = {
  decides: 'decides',
  'real-but-small': 'real but small',
  absent: 'absent',
  inconclusive: 'inconclusive',
  'not-asked': 'no verdict',
}

/** What is put into words; `named`: with the name of the grid. */
interface Judged {
  readonly verdict: Verdict['verdict']
  readonly clauses: readonly Clause[]
  readonly statistics: GridStatistics | undefined
  readonly study: StudyScores
  readonly named: boolean
}

/** Sentence: `decides for mlp-5, init, cut 2: …`. */
export function verdictWords(judged: Judged, options: ComparisonOptions): VerdictWords {
  const { verdict, clauses, statistics, study, named } = judged
  if (verdict === 'not-asked') {
    return {
      asked: `the interactions of ${study.samples.length} samples in ${counted(study.networks.length, 'network')}`,
      sentence: `${outcomes[verdict]}: nothing was asked of low layers, as the seeds of the networks are not known.`,
      certainty: '',
    }
  }
  const grid = named && statistics !== undefined ? ` for ${gridLabel(statistics.grid)}` : ''
  return {
    asked: askedOf(statistics, study),
    sentence: [`${outcomes[verdict]}${grid}: ${answerOf(judged)}`, ...commonOf(statistics)].join(
      ' ',
    ),
    certainty: [
      ...figuresOf(statistics, options),
      ...scopeOf(statistics?.grid.regime),
      ...openOf(verdict, clauses),
    ].join(' '),
  }
}

function askedOf(statistics: GridStatistics | undefined, { samples }: StudyScores): string {
  const panel = `${samples.length} samples`
  if (statistics === undefined) {
    return `whether low layers decide which of ${panel} are confusing`
  }
  const { grid } = statistics
  const { lows, highs } = grid.cells
  return `whether ${subjectOf(grid.regime)} decide which of ${panel} are confusing: ${counted(grid.members.length, 'network')}, ${counted(lows.length, 'draw')} of the low layers × ${highs.length} of the high ones`
}

function answerOf({ verdict, statistics }: Judged): string {
  if (statistics?.shares === undefined || statistics.tests.low === undefined) {
    return 'the study has nothing to judge by.'
  }
  return answerTo(verdict, statistics.grid.regime)
}

/** What a verdict on networks of a regime says of their low layers. */
export function answerTo(verdict: Verdict['verdict'], regime: string): string {
  const subject = subjectOf(regime)
  switch (verdict) {
    case 'decides':
      return `${subject} decide which samples are confusing, more than the high layers do.`
    case 'real-but-small':
      return `${subject} have an effect on which samples are confusing, but do not decide it.`
    case 'absent':
      return `${subject} do not decide which samples are confusing; no effect of theirs is shown.`
    default:
      return `it is open whether ${subject} decide which samples are confusing.`
  }
}

/** The sets of two networks, which everybody can picture. */
function commonOf(statistics: GridStatistics | undefined): string[] {
  const common = statistics?.common()
  if (common === undefined) return []
  const { same, different, chance } = common
  const among = statistics?.cellsWithoutSets === 0 ? '' : ' Networks without any are left out.'
  return [
    `Two networks with the same low layers have ${percent(same)} of their confusing samples in common, two with other low and high layers ${percent(different)}, and chance alone gives ${percent(chance)}.${among}`,
  ]
}

function subjectOf(regime: string): string {
  return regimeOf(regime).shared
}

/** Shares of the variance, which decide the verdict. */
function figuresOf(
  statistics: GridStatistics | undefined,
  { alpha, margin }: ComparisonOptions,
): string[] {
  const shares = statistics?.shares
  if (shares === undefined) return []
  const p = statistics?.tests.low?.pValue
  return [
    `Of the variance of the scores the low layers decide ${inPercent(shares.low)}, the high layers ${inPercent(shares.high)}, the sample itself ${sampleShare(shares.sample)}; intervals are of ${levelInPercent(1 - alpha)}, and more than ${percent(margin)} counts as deciding.`,
    ...(p === undefined
      ? []
      : [`If low seeds did nothing, an effect as large would come about with p = ${short(p)}.`]),
  ]
}

function sampleShare(sample: Estimate): string {
  const none = `(no interval: it needs ${FEWEST_SEEDS} × ${FEWEST_SEEDS} seeds)`
  return sample.low === undefined ? `${inPercent(sample)} ${none}` : inPercent(sample)
}

/** What a verdict on networks of a regime is not about. */
export function scopeOf(regime: string | undefined): string[] {
  if (regime === undefined || regime === 'init') return []
  return ['The claim is about initial weights (regime init); this is another statement.']
}

/** The clauses that keep the study from deciding, or that a firm verdict goes without. */
function openOf(verdict: Verdict['verdict'], clauses: readonly Clause[]): string[] {
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
