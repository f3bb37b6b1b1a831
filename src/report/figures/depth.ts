/** Figure 9 of a study that sweeps the cut: everything as curves over how many layers count as low. */
import { levelInPercent } from '../../comparison/clauses/wording.js'
import { uniqueSorted } from '../../core/uniqueSorted.js'
import type { EffectRow, NetworkRow, PairClassRow } from '../../tables/tables.js'
import type { ReportStudy } from '../types.js'
import { byName, fromLowToHigh, noEffect, points, quantitative } from './channels.js'
import { colours, type Drawn, marksKey, type Spec } from './figure.js'
import { intervalSettings, roundedInterval } from './studyRows.js'

const shareColours = {
  low: colours.blue,
  high: colours.vermillion,
  sample: colours.green,
  order: colours.purple,
  residual: colours.grey,
}
const contrastColours = {
  T_low: colours.blue,
  T_high: colours.vermillion,
}
/** The classes within one cut, the ceiling first. */
const classColours = {
  'order-only': colours.purple,
  'same-low/diff-high': colours.blue,
  'diff-low/same-high': colours.vermillion,
  'both-diff': colours.grey,
}

type Labels = Readonly<Record<number, readonly string[]>>

/** Shares, contrasts and overlaps against the cut, for every architecture and regime of its own. */
export function drawByDepth(study: ReportStudy, effects: readonly EffectRow[]): Drawn {
  const { tables } = study
  const { level } = intervalSettings(study)
  const series = [...new Set(effects.map(seriesOf))]
  const rows = series.map((name): Spec => {
    const own = effects.filter((row) => seriesOf(row) === name)
    const labels = depthLabels(tables.networks.filter((row) => seriesOf(row) === name))
    const effectPoints = own.map((row) => ({
      cut: row.cut ?? 0,
      line: row.effect ?? '',
      ...roundedInterval(row.estimate, row),
    }))
    const heading = series.length > 1 ? { title: name } : {}
    return {
      hconcat: [
        { ...heading, ...curves(effectPoints, shareColours, 'share of variance', labels) },
        curves(effectPoints, contrastColours, 'difference of mean Jaccard', labels),
        curves(classPoints(tables.pairClasses, name), classColours, 'mean Jaccard', labels),
      ],
      resolve: { scale: { color: 'independent' } },
      spacing: 22,
    }
  })
  return {
    title: 'Variance shares, contrasts and overlaps by depth of the cut',
    caption: `Against the number ℓ of layers that count as low, and below it their share of the parameters. Share of variance: of the ranked scores, with ${levelInPercent(level)} intervals over the choice of seeds; negative estimates are kept. Difference of mean Jaccard: the contrasts. Mean Jaccard: of the pairs of each class, with ${levelInPercent(level)} intervals by leaving out seeds; pairs of networks that are cut in different places have no class. Cuts share networks, so that the points of a line are not independent.${series.length > 1 ? ' One row per architecture and regime.' : ''}`,
    spec: {
      title: marksKey('● estimate', '┃ interval', '┆ 0: no effect'),
      vconcat: rows,
      spacing: 26,
      resolve: { scale: { color: 'independent' } },
    },
  }
}

function seriesOf({ architecture, regime }: Pick<EffectRow, 'architecture' | 'regime'>): string {
  return `${architecture}, ${regime}`
}

/** Labels of the cuts of one series: two lines, the number of layers and their share of the parameters. */
function depthLabels(networks: readonly NetworkRow[]): Labels {
  return Object.fromEntries(
    networks.flatMap((row) => {
      const cut = row.low_layers?.split('+').length
      if (cut === undefined || row.low_parameters === undefined || !row.parameters) return []
      return [[cut, [`${cut}`, `${Math.round((100 * row.low_parameters) / row.parameters)}%`]]]
    }),
  )
}

/** Mean Jaccard of the pairs of each class, from the same table that has it for all other uses. */
function classPoints(classes: readonly PairClassRow[], name: string) {
  const own = classes.filter(
    (row) => row.statistic === 'jaccard' && row.accuracy === 'all' && seriesOf(row) === name,
  )
  return own
    .flatMap(({ cut, relation = '', mean, ...ends }) =>
      cut === undefined ? [] : [{ cut, line: relation, ...roundedInterval(mean, ends) }],
    )
    .sort((a, b) => a.cut - b.cut)
}

/** Room between the lines at one cut: side by side, or their intervals would hide each other. */
const DODGE = 0.11

/** Lines of these colours over the cut, which is the number of low layers, with their intervals. */
function curves(
  allPoints: readonly { readonly cut: number; readonly line: string }[],
  lineColours: Readonly<Record<string, string>>,
  title: string,
  labels: Labels,
): Spec {
  const own = allPoints.filter(({ line }) => line in lineColours)
  const names = Object.keys(lineColours).filter((name) => own.some(({ line }) => line === name))
  const values = own.map((point) => ({
    ...point,
    at: point.cut + DODGE * (names.indexOf(point.line) - (names.length - 1) / 2),
  }))
  const cuts = uniqueSorted(own.map(({ cut }) => cut))
  const drawnColours = Object.fromEntries(names.map((name) => [name, lineColours[name]]))
  const encoding = {
    x: quantitative('at', 'low layers ℓ, share of parameters', {
      scale: {
        domain: [Math.min(...cuts) - 0.4, Math.max(...cuts) + 0.4],
        nice: false,
        zero: false,
      },
      axis: {
        values: cuts,
        grid: false,
        labelExpr: `(${JSON.stringify(labels)})[datum.value] || datum.label`,
      },
    }),
    color: byName('line', null, drawnColours, {
      sort: names,
      legend: { orient: 'top', columns: 2, symbolType: 'stroke', symbolStrokeWidth: 3 },
    }),
    y: quantitative('estimate', title, { axis: { tickCount: 5 } }),
  }
  return {
    width: 190,
    height: 190,
    data: { values },
    layer: [
      noEffect('y', encoding.y),
      fromLowToHigh('y', { type: 'rule', strokeWidth: 2, opacity: 0.6 }, encoding),
      { mark: { type: 'line', strokeWidth: 1.6 }, encoding },
      { mark: points(36), encoding },
    ],
  }
}
