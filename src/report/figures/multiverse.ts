/** The figure of how the finding changes with the choices of the analysis. */
import { isOfGrid } from '../../comparison/effects.js'
import { conclusions } from '../../comparison/power/verdictOdds.js'
import type { MultiverseRow } from '../../tables/tables.js'
import type { ReportStudy } from '../types.js'
import { byName, fromLowToHigh, inOrder, nominal, points, quantitative } from './channels.js'
import { colours, type Figure, marksKey } from './figure.js'
import { rounded } from './studyRows.js'

/** A colour for each verdict. */
const colourOf: Readonly<Record<string, string>> = {
  decides: colours.green,
  'real-but-small': colours.blue,
  absent: colours.vermillion,
  inconclusive: colours.grey,
}

/** The low share under every combination of choices, ordered by it, and below which choices each is (a specification curve). */
export const multiverseFigure: Figure = {
  id: 'multiverse',
  title: 'The low share under every combination of choices',
  source: 'ours',
  draw({ multiverse, verdict }) {
    const main = mainGridRows(multiverse, verdict?.grid)
    const [first] = main
    // The set rule moves T_low alone.
    const rows = main.filter(
      ({ set_rule, low_share }) => set_rule === first?.set_rule && low_share !== undefined,
    )
    if (rows.length === 0) {
      return 'there is no grid of low and high seeds whose shares could be compared'
    }
    const ordered = rows.toSorted((a, b) => (a.low_share ?? 0) - (b.low_share ?? 0))
    const values = ordered.map((row, place) => ({
      place,
      share: rounded(row.low_share, 4),
      low: rounded(row.ci_low, 4),
      high: rounded(row.ci_high, 4),
      verdict: saidOf(row.verdict ?? ''),
      own: row.own === true,
    }))
    const choices = ordered.flatMap((row, place) =>
      choicesOf(row).map((choice) => ({ place, choice, verdict: saidOf(row.verdict ?? '') })),
    )
    // By kind of choice: scores, players, baselines, thresholds.
    const kinds = choicesOf(first).map((_, kind) => main.map((row) => choicesOf(row)[kind]))
    const names = kinds.flatMap((members) => [...new Set(members)])
    const x = quantitative('place', undefined, {
      axis: null,
      scale: { nice: false, zero: false, domain: [-0.6, values.length - 0.4] },
    })
    const verdictColours = conclusions.map((name) => [saidOf(name), colourOf[name]])
    const color = byName('verdict', 'verdict', Object.fromEntries(verdictColours))
    const encoding = { x, y: quantitative('share', 'low share'), color }
    const ownOrOther = (own: unknown, other: unknown) =>
      nominal('own', undefined, {
        legend: null,
        scale: { domain: [true, false], range: [own, other] },
      })
    const width = Math.min(560, Math.max(160, values.length * 14))
    return {
      caption:
        'Each place is one combination of score, players, baseline and threshold that the stored interactions allow, ordered by the share of the variance that low seeds decide (bar: interval over seeds); dots below say which. The diamond is the study’s own. Combinations share data and are not independent tests. multiverse.csv has the set rules too.',
      spec: {
        title: marksKey('◆ the choices of the study', '● other choices', '┃ interval over seeds'),
        vconcat: [
          {
            width,
            height: 150,
            data: { values },
            layer: [
              fromLowToHigh('y', { type: 'rule', opacity: 0.6, strokeWidth: 1.5 }, encoding),
              {
                mark: points(36),
                encoding: {
                  ...encoding,
                  y: quantitative('share'),
                  shape: ownOrOther('diamond', 'circle'),
                  size: ownOrOther(130, 30),
                },
              },
            ],
          },
          {
            width,
            height: names.length * 14,
            data: { values: choices },
            mark: points(26),
            encoding: { x, y: inOrder('choice', names), color },
          },
        ],
        spacing: 8,
      },
    }
  },
}

/** A verdict as readers say it: `real but small`. */
function saidOf(verdict: string): string {
  return verdict.replaceAll('-', ' ')
}

/** Rows of the grid that gave the verdict, or of the first one. */
function mainGridRows(
  rows: readonly MultiverseRow[],
  grid: NonNullable<ReportStudy['verdict']>['grid'],
): readonly MultiverseRow[] {
  const [first] = rows
  const wanted = grid ?? (first && { ...first, cut: first.cut_layers ?? first.cut })
  return rows.filter((row) => isOfGrid(row, wanted))
}

function choicesOf({ score, players, baseline, tau_factor }: MultiverseRow): string[] {
  return [
    `${score}`,
    players === 'main' ? 'players of the study' : 'other players',
    `baseline ${baseline}`,
    `threshold ${tau_factor === 1 ? 'τ' : `${tau_factor} τ`}`,
  ]
}
