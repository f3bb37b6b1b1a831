/** The summary that `lowlayer run` prints when it ends: what was found, how sure it is and what to do next. */
import { Help } from 'commander'
import { isOfGrid } from '../comparison/effects.js'
import { gridLabel } from '../comparison/grid.js'
import type { Verdict } from '../comparison/types.js'
import { groupBy } from '../core/groupBy.js'
import { counted, percent } from '../core/numberWords.js'
import { loadStudy } from '../report/load.js'
import type { ReportProblem, ReportStudy } from '../report/types.js'
import { exists } from '../store/atomic.js'
import { reportPage } from '../store/layout.js'
import type { MultiverseRow, NetworkRow, PairClassRow, SampleRow } from '../tables/tables.js'
import { ownCommand } from './ownCommand.js'

/** What {@link summarize} takes of a compared study; of its samples those that did not converge. */
export function loadSummary(folder: string): Promise<ReportStudy> {
  return loadStudy(folder, '', {
    tables: ['networks', 'samples', 'pairClasses', 'multiverse'],
    only: { samples: { columns: ['converged'], values: new Set(['false']) } },
  })
}

/**
 * What a finished run says last: what was asked and found, then networks and accuracies, overlaps by pair class, how
 * sure the finding is, what weakens it (`said` before is not said twice), what to run next, and where the results are; in lines of at most `columns` letters,
 * but for commands.
 */
export async function summarize(
  { tables, verdict, problems, multiverse }: ReportStudy,
  folder: string,
  shownFolder: string,
  { said = [], columns }: { readonly said?: readonly string[]; readonly columns?: number } = {},
): Promise<string> {
  const hasReport = await exists(reportPage(folder))
  const entries: [string, string][] = [
    ...describeFinding(verdict),
    ...(verdict?.others ?? []).map(({ sentence }): [string, string] => ['also', sentence]),
    ['networks', describeNetworks(tables.networks)],
    ...describeOverlaps(tables.pairClasses),
    ...describeCertainty(verdict),
    ...describeMultiverse(multiverse, verdict),
    ...[...(verdict?.mirrors ?? []), ...(verdict?.acrossArchitectures ?? [])].map(
      ({ sentence }): [string, string] => ['also', sentence],
    ),
    ...describeUnconverged(tables.samples),
    ...describeProblems(problems, shownFolder),
    ...(verdict?.warnings ?? [])
      .filter((warning) => !said.includes(warning))
      .map((warning): [string, string] => ['warning', warning]),
    ...describeNext(verdict),
    ['results', `${shownFolder}/`],
    ...(hasReport ? [['report', reportPage(shownFolder)] as [string, string]] : []),
  ]
  const lines = (title: string, text: string) =>
    columns === undefined || title === ''
      ? text
      : new Help()
          .boxWrap(text, Math.max(columns - TITLE, 40))
          .replaceAll('\n', `\n${' '.repeat(TITLE)}`)
  return entries.map(([title, text]) => `${title.padEnd(TITLE)}${lines(title, text)}\n`).join('')
}

/** Letters of what stands before the text of an entry. */
const TITLE = 10

/** What was asked and found; of networks whose seeds nobody knows, what was made of them. */
function describeFinding(verdict: Verdict | undefined): [string, string][] {
  if (verdict?.verdict === 'not-asked')
    return [['made', `${verdict.asked}: samples.csv, orders.csv, the report`]]
  return [
    ['asked', verdict?.asked ?? 'nothing that could be compared'],
    ['verdict', verdict?.sentence ?? 'none: no comparison could be made'],
  ]
}

/** Whether the comparison had to do without some networks. */
export function hasFailedNetworks({ tables }: ReportStudy): boolean {
  return tables.networks.some(({ status }) => status === 'failed')
}

function describeNetworks(networks: readonly NetworkRow[]): string {
  const done = networks.filter(({ status }) => status === 'done')
  const range = (values: readonly (number | undefined)[]): string => {
    const known = values.filter((value) => value !== undefined)
    if (known.length === 0) return 'unknown'
    const ends = [Math.min(...known), Math.max(...known)].map((end) => end.toFixed(3))
    return [...new Set(ends)].join(' to ')
  }
  return [
    `${done.length} of ${networks.length}`,
    `accuracy on train ${range(done.map((row) => row.train_accuracy))}`,
    `on test ${range(done.map((row) => row.test_accuracy))}`,
  ].join(', ')
}

/**
 * Mean Jaccard of each pair class beside what chance gives, architecture, regime and cut each for itself; of pairs of two regimes
 * no more than where they are.
 */
export function describeOverlaps(classes: readonly PairClassRow[]): [string, string][] {
  const all = classes.filter(({ accuracy }) => accuracy === 'all')
  const [between, within] = [true, false].map((asked) =>
    all.filter(({ relation = '' }) => relation.includes('+regime') === asked),
  )
  const cutOf = ({ cut, cut_layers }: PairClassRow) => cut_layers ?? cut
  const differs = (of: (row: PairClassRow) => unknown) => new Set(within.map(of)).size > 1
  const [architectures, regimes, cuts] = [
    differs(({ architecture }) => architecture),
    differs(({ regime }) => regime),
    differs(cutOf),
  ]
  const groups = groupBy(within, (row) =>
    [
      architectures ? row.architecture : undefined,
      regimes ? row.regime : undefined,
      cuts && cutOf(row) !== undefined ? `cut ${cutOf(row)}` : undefined,
      row.relation,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
  )
  const lines = [...groups].map(([name, rows]): [string, string] => {
    const [jaccard, chance] = ['jaccard', 'expected_jaccard'].map((statistic) =>
      rows.find((row) => row.statistic === statistic),
    )
    if (jaccard === undefined) return ['overlap', `${name}: no pair has confusing samples`]
    const mean = (row: PairClassRow | undefined) => row?.mean?.toFixed(3) ?? 'none'
    const { pairs = 0 } = jaccard
    return [
      'overlap',
      `${name}: Jaccard ${mean(jaccard)}, chance ${mean(chance)} (${counted(pairs, 'pair')})`,
    ]
  })
  return between.length === 0
    ? lines
    : [...lines, ['overlap', 'pairs of networks of two regimes: pair_classes.csv']]
}

/** How sure each verdict is; that of a study of several grids by name. */
function describeCertainty(verdict: Verdict | undefined): [string, string][] {
  if (verdict === undefined || verdict.verdict === 'not-asked') return []
  const others = verdict.others.map((other): [string, string] => [
    'how sure',
    `${gridLabel(other)}: ${other.certainty}`,
  ])
  return [['how sure', verdict.certainty], ...others]
}

/** What would decide an open verdict, and the command that does it. */
function describeNext(verdict: Verdict | undefined): [string, string][] {
  if (verdict?.next === undefined) return []
  const { reason, set } = verdict.next
  const command: [string, string][] = set.length === 0 ? [] : [['', ownCommand(set)]]
  return [['next', reason], ...command]
}

/** How many combinations of the choices that shares depend on (the set rule moves T_low alone) come to the same verdict as the study, and between which low shares. */
function describeMultiverse(
  multiverse: readonly MultiverseRow[],
  verdict: Verdict | undefined,
): [string, string][] {
  const isJudged = (row: MultiverseRow) => isOfGrid(row, verdict?.grid)
  const rows = multiverse
    .filter((row) => row.low_share !== undefined && isJudged(row))
    .filter(({ set_rule }, _, [first]) => set_rule === first.set_rule)
  if (rows.length < 2) return []
  const counts = new Map<string, number>()
  for (const { verdict: found = '' } of rows) counts.set(found, (counts.get(found) ?? 0) + 1)
  const listed = [...counts].map(([found, count]) => `${count} ${found}`).join(', ')
  const shares = rows.map(({ low_share }) => low_share as number).sort((a, b) => a - b)
  const [least, most] = [shares[0], shares[shares.length - 1]].map(percent)
  const others = multiverse.some((row) => !isJudged(row)) ? ', in the grid of the verdict' : ''
  const text = `of ${rows.length} combinations of score, players, baseline and τ${others}: ${listed}; low share from ${least} to ${most}`
  return [['choices', text]]
}

/** Decompositions that ended before the gap that was asked for, never told silently. */
function describeUnconverged({ length }: readonly SampleRow[]): [string, string][] {
  if (length === 0) return []
  return [
    [
      'warning',
      `${counted(length, 'decomposition')} did not reach the duality gap (column converged of samples.csv)`,
    ],
  ]
}

/** Tables that were damaged since they were written; they can be made again from the networks. */
function describeProblems(problems: readonly ReportProblem[], folder: string): [string, string][] {
  if (problems.length === 0) return []
  return [
    ...problems.map(({ file, message }): [string, string] => ['warning', `${file} ${message}`]),
    ['warning', `what is damaged in ${folder} is not used; the next lowlayer run makes it anew`],
  ]
}
