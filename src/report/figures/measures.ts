import type { MeasureRow } from '../../tables/tables.js'
import type { ReportStudy } from '../types.js'
import { colours, type FigureResult, marksKey, type Spec, specOf } from './figure.js'
import { intervalSettings, rounded } from './studyRows.js'

/** The statistics that are shown, each a panel. */
const panels = [
  { statistic: 'low', title: 'low seed', color: colours.blue },
  { statistic: 'high', title: 'high seed', color: colours.vermillion },
  { statistic: 'sample', title: 'sample', color: colours.green },
  { statistic: 'mislabelled_auc', title: 'AUC, mislabelled', color: colours.purple },
  { statistic: 'spearman', title: 'ρ with the score', color: colours.amber },
] as const

/** Words for what the names of measures do not say. */
const words: Readonly<Record<string, string>> = {
  loss_early: 'loss, early',
  margin_early: 'margin, early',
  el2n: 'EL2N',
  el2n_early: 'EL2N, early',
  grand: 'GraNd',
  grand_early: 'GraNd, early',
  forgetting: 'forgetting events',
  score_after_difficulty: 'score after difficulty',
}

/** Is it just difficulty? The shares of the score beside those of measures of difficulty. */
export function measuresFigure(study: ReportStudy): FigureResult {
  const id = 'measures'
  const { measures } = study.tables
  const [first] = measures
  if (first === undefined) {
    return { id, missing: 'no measure of difficulty is known (values of another tool have none)' }
  }
  const grid = measures.filter((row) => gridOf(row) === gridOf(first))
  const order = [...new Set(grid.map(({ measure }) => wordOf(measure)))]
  const shown = panels.flatMap((panel) => {
    const values = grid.flatMap((row) =>
      row.statistic === panel.statistic && row.estimate !== undefined
        ? [
            {
              measure: wordOf(row.measure),
              estimate: rounded(row.estimate, 4),
              low: rounded(row.ci_low, 4),
              high: rounded(row.ci_high, 4),
            },
          ]
        : [],
    )
    return values.length === 0 ? [] : [{ ...panel, values }]
  })
  if (shown.length === 0) return { id, missing: first.note ?? 'no statistic of them is known' }
  const explained = grid.find(({ statistic }) => statistic === 'explained')?.estimate
  const { level } = intervalSettings(study)
  const isOne = grid.length === measures.length
  return {
    id,
    title: 'Is it just difficulty?',
    source: 'ours',
    caption: `Shares of variance of the score and of measures of difficulty in its place (bars: ${Math.round(100 * level)}% intervals over seeds), AUC for mislabelled samples (chance: ½) and rank correlation with the score. “Early” is at the checkpoint nearest to t*, where overfitting begins, or to the middle of training; all others are at the end. Score after difficulty: what is left of the ranks of the score once those of all measures are taken out${explained === undefined ? '' : `, which explain ${Math.round(100 * explained)}% of them`}.${isOne ? '' : ` Shown: ${first.architecture}, ${first.regime}; measures.csv has the other grids.`}`,
    spec: specOf({
      title: marksKey('● estimate', '━ interval over seeds', '┆ no effect, or chance'),
      hconcat: shown.map((panel, index) => intervals(panel, order, index === 0)),
      spacing: 12,
    }),
  }
}

function gridOf({ architecture, regime, cut, cut_layers }: MeasureRow): string {
  return JSON.stringify([architecture, regime, cut, cut_layers])
}

function wordOf(measure: string | undefined): string {
  return words[measure ?? ''] ?? measure ?? ''
}

interface ShownPanel {
  readonly statistic: string
  readonly title: string
  readonly color: string
  readonly values: readonly object[]
}

function intervals(
  { statistic, title, color, values }: ShownPanel,
  order: readonly string[],
  hasNames: boolean,
): Spec {
  const y = {
    field: 'measure',
    type: 'nominal',
    title: null,
    scale: { domain: [...order] },
    axis: hasNames ? {} : null,
  }
  const axis = { tickCount: 3, labelOverlap: 'greedy', labelSeparation: 8 }
  const x = { field: 'estimate', type: 'quantitative', title, axis }
  return {
    width: 105,
    height: order.length * 22,
    layer: [
      {
        data: { values: [{ nothing: statistic === 'mislabelled_auc' ? 0.5 : 0 }] },
        mark: { type: 'rule', strokeDash: [3, 3] },
        encoding: { x: { ...x, field: 'nothing' } },
      },
      {
        data: { values },
        transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
        mark: { type: 'rule', strokeWidth: 4, color, opacity: 0.5 },
        encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 50, color, opacity: 1 },
        encoding: { x, y },
      },
    ],
  }
}
