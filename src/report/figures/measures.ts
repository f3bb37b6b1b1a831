/** The figure that asks whether the score is mere difficulty. */
import { levelInPercent } from '../../comparison/clauses/wording.js'
import type { MeasureRow } from '../../tables/tables.js'
import type { ReportStudy } from '../types.js'
import { fromLowToHigh, noEffect, nominal, points, quantitative } from './channels.js'
import { colours, type Figure, marksKey, type Spec } from './figure.js'
import { doneNetworks, intervalSettings, roundedInterval } from './studyRows.js'

/** The statistics that are shown, each a panel. */
const panels = [
  { statistic: 'low', title: 'low seed', color: colours.blue },
  { statistic: 'high', title: 'high seed', color: colours.vermillion },
  { statistic: 'sample', title: 'sample', color: colours.green },
  { statistic: 'mislabelled_auc', title: 'AUC, mislabelled', color: colours.purple },
  { statistic: 'spearman', title: 'ρ with the score', color: colours.amber },
] as const

/** Ends the names of measures at the earlier checkpoint. */
const EARLY = ', early'

/** Words for what the names of measures do not say. */
const words: Readonly<Record<string, string>> = {
  loss_early: `loss${EARLY}`,
  margin_early: `margin${EARLY}`,
  el2n: 'EL2N',
  el2n_early: `EL2N${EARLY}`,
  grand: 'GraNd',
  grand_early: `GraNd${EARLY}`,
  forgetting: 'forgetting events',
  score_after_difficulty: 'score after difficulty',
}

/** Is it just difficulty? The shares of the score beside those of measures of difficulty. */
export const measuresFigure: Figure = {
  id: 'measures',
  title: 'Is it just difficulty?',
  source: 'ours',
  draw(study) {
    const { measures } = study.tables
    const [first] = measures
    if (first === undefined) {
      return 'no measure of difficulty is known (values of another tool have none)'
    }
    const grid = measures.filter((row) => gridOf(row) === gridOf(first))
    const shown = panels.flatMap((panel) => {
      const values = grid.flatMap((row) =>
        row.statistic === panel.statistic && row.estimate !== undefined
          ? [{ measure: wordOf(row.measure), ...roundedInterval(row.estimate, row) }]
          : [],
      )
      return values.length === 0 ? [] : [{ ...panel, values }]
    })
    if (shown.length === 0) return first.note ?? 'no statistic of them is known'
    const drawn = shown.flatMap(({ values }) => values)
    const order = [...new Set(grid.map(({ measure }) => wordOf(measure)))].filter((name) =>
      drawn.some(({ measure }) => measure === name),
    )
    const statistics = shown.map(({ statistic }) => statistic)
    const hasIntervals = drawn.some(({ low, high }) => low !== undefined && high !== undefined)
    return {
      caption: captionOf(study, { grid, order, statistics, hasIntervals }),
      spec: {
        title: marksKey(
          '● estimate',
          ...(hasIntervals ? ['━ interval over seeds'] : []),
          statistics.includes('mislabelled_auc') ? '┆ no effect, or chance' : '┆ no effect',
        ),
        hconcat: shown.map(({ values, ...panel }, index) => ({
          width: 105,
          height: order.length * 22,
          data: { values },
          layer: intervals(panel, order, index === 0),
        })),
        spacing: 12,
      },
    }
  },
}

/** Says what was drawn, and nothing of what a study without seeds or wrong labels does not have. */
function captionOf(
  study: ReportStudy,
  {
    grid,
    order,
    statistics,
    hasIntervals,
  }: {
    readonly grid: readonly MeasureRow[]
    /** Names of the rows that are drawn. */
    readonly order: readonly string[]
    readonly statistics: readonly string[]
    readonly hasIntervals: boolean
  },
): string {
  const { measures } = study.tables
  const level = levelInPercent(intervalSettings(study).level)
  const isMean = doneNetworks(study.tables).length > 1
  // Without seeds there are none, and no regime that would say anything.
  const hasShares = statistics.some((name) => ['low', 'high', 'sample'].includes(name))
  const what = [
    hasShares &&
      `shares of variance${hasIntervals ? ` (bars: ${level} intervals over seeds)` : ''}`,
    statistics.includes('mislabelled_auc') &&
      `AUC for mislabelled samples (chance: ½${isMean ? '; mean of the AUC of each network' : ''})`,
    statistics.includes('spearman') && 'rank correlation with the score',
  ].filter(Boolean)
  const of = order.includes('score')
    ? 'the score and of measures of difficulty in its place'
    : 'measures of difficulty'
  const explained = grid.find(({ statistic }) => statistic === 'explained')?.estimate
  const [first] = grid
  return [
    `Of ${of}: ${what.join(', ')}.`,
    order.some((name) => name.endsWith(EARLY)) &&
      '“Early” is at the checkpoint nearest to t*, where overfitting begins, or to the middle of training; all others are at the end.',
    order.includes(words.score_after_difficulty) &&
      'Score after difficulty: what is left of the ranks of the score once those of all measures are taken out.',
    explained !== undefined &&
      `Together the measures explain ${explained > 0 ? `${Math.round(100 * explained)}%` : 'nothing'} of the ranks of the score.`,
    grid.length < measures.length &&
      `Shown: ${first.architecture}${hasShares ? `, ${first.regime}` : ''}; measures.csv has the other grids.`,
  ]
    .filter(Boolean)
    .join(' ')
}

function gridOf({ architecture, regime, cut, cut_layers }: MeasureRow): string {
  return JSON.stringify([architecture, regime, cut, cut_layers])
}

function wordOf(measure: string | undefined): string {
  return words[measure ?? ''] ?? measure ?? ''
}

/** A statistic of every measure, from top to bottom. */
function intervals(
  { statistic, title, color }: (typeof panels)[number],
  order: readonly string[],
  hasNames: boolean,
): Spec[] {
  const axis = { tickCount: 3, labelOverlap: 'greedy', labelSeparation: 8 }
  const encoding = {
    x: quantitative('estimate', title, { axis }),
    y: nominal('measure', null, { scale: { domain: [...order] }, axis: hasNames ? {} : null }),
  }
  return [
    noEffect('x', encoding.x, statistic === 'mislabelled_auc' ? 0.5 : 0),
    fromLowToHigh('x', { type: 'rule', strokeWidth: 4, color, opacity: 0.5 }, encoding),
    { mark: points(50, { color }), encoding },
  ]
}
