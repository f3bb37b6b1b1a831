import { largest, smallest } from '../../core/extremes.js'
import { mean } from '../../metrics/descriptive.js'
import type { ReportStudy } from '../types.js'
import { colours, type FigureResult, type Spec, specOf } from './figure.js'
import { comparedCheckpoints, doneNetworks, rounded } from './studyRows.js'

/** How much the scores depend on choices that the paper leaves open. */
export function sensitivityFigure(study: ReportStudy): FigureResult {
  const { tables, sensitivity } = study
  const id = 'sensitivity'
  const ends = new Map(
    doneNetworks(tables).map((row) => [row.network, comparedCheckpoints(tables, row)?.end]),
  )
  const points = tables.samples.flatMap(({ network, step, score_low, score_high }) =>
    ends.get(network) === step && score_low !== undefined && score_high !== undefined
      ? [{ low: rounded(score_low, 4), high: rounded(score_high, 4) }]
      : [],
  )
  if (points.length === 0 && sensitivity.length === 0) {
    return { id, missing: 'neither the other end of the tie-break nor the interactions are stored' }
  }
  const panels = [
    ...(sensitivity.length === 0
      ? []
      : [
          conditions(sensitivity, 'spearman', 'Spearman ρ of scores'),
          conditions(sensitivity, 'jaccard', 'Jaccard of the sets'),
        ]),
    ...(points.length === 0 ? [] : [tieBreakEnds(points)]),
  ]
  const { varied, kept, asked } = choices(study, points.length > 0)
  return {
    id,
    title: 'Sensitivity to choices of the analysis',
    source: 'Figure 11, content ours',
    caption: [
      sensitivity.length === 0
        ? ''
        : 'Agreement with the study’s own scores and sets when one choice is changed; one dot a network, bar: mean.',
      points.length === 0
        ? ''
        : 'Right: each sample’s score at the two ends of the equally sparse decompositions (the L1 optimum is not unique); away from the diagonal the score is not determined by the data.',
      `${varied}. ${kept}${
        asked === '' ? '' : `; confusing.reliability compares ${asked} where it asks for them`
      }; another n or solver needs a run of its own (analysis.players.count, analysis.solver).`,
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
    spec: specOf({
      title: { text: varied, subtitle: kept, fontSize: 11, fontWeight: 'normal', offset: 14 },
      hconcat: panels,
      spacing: 20,
    }),
  }
}

/** What of the choices that the paper leaves open was changed here, and what was the same throughout. */
function choices({ sensitivity, manifest }: ReportStudy, hasBothEnds: boolean) {
  const has = (pattern: RegExp) =>
    sensitivity.some(({ condition }) => pattern.test(condition ?? ''))
  const { analysis = {} } = (manifest?.config ?? {}) as {
    analysis?: { solver?: unknown; players?: { count?: unknown } }
  }
  const own = (value: unknown) => (value === undefined ? '' : ` (${String(value)})`)
  const all: readonly (readonly [name: string, isVaried: boolean])[] = [
    ['players', has(/players/)],
    ['baseline', has(/baseline/)],
    ['threshold τ', has(/τ/)],
    ['tie-break', has(/tie-break/) || hasBothEnds],
    ['score', has(/^(score|offset)/)],
    [`number of players n${own(analysis.players?.count)}`, false],
    [`solver${own(analysis.solver)}`, false],
  ]
  const list = (isVaried: boolean) =>
    all.flatMap(([name, varied]) => (varied === isVaried ? [name] : []))
  const asked = list(false).filter((name) => name === 'players' || name === 'baseline')
  return {
    varied: `Varied: ${list(true).join(', ')}`,
    kept: `Not varied: ${list(false).join(', ')}`,
    asked: asked.map((name) => `other ${name}s`.replace('ss', 's')).join(' and '),
  }
}

/** Ticks of axes that end at 1; those below 0 show only where there are values. */
const shareTicks = [-1, -0.5, 0, 0.5, 1]

function conditions(
  rows: ReportStudy['sensitivity'],
  field: 'spearman' | 'jaccard',
  title: string,
): Spec {
  const order = [...new Set(rows.map(({ condition }) => condition))]
  const values = rows.flatMap((row) =>
    row[field] === undefined ? [] : [{ condition: row.condition, value: rounded(row[field], 4) }],
  )
  const means = order.flatMap((condition) => {
    const average = mean(
      values.filter((value) => value.condition === condition).map(({ value }) => value as number),
    )
    return average === undefined ? [] : [{ condition, value: rounded(average, 4) }]
  })
  const y = {
    field: 'condition',
    type: 'nominal',
    title: null,
    sort: order,
    axis: field === 'spearman' ? {} : null,
  }
  const x = {
    field: 'value',
    type: 'quantitative',
    title,
    axis: { values: shareTicks },
    scale: { domainMax: 1 },
  }
  return {
    width: 140,
    height: order.length * 26,
    layer: [
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 26, opacity: 0.55, color: colours.blue },
        encoding: { x, y },
      },
      {
        data: { values: means },
        mark: { type: 'tick', thickness: 2.5, size: 18, color: colours.vermillion },
        encoding: { x, y },
      },
    ],
  }
}

function tieBreakEnds(values: readonly { low?: number; high?: number }[]): Spec {
  const ends = values.flatMap(({ low = 0, high = 0 }) => [low, high])
  const [least, most] = [smallest(ends, 0), largest(ends, 0)]
  return {
    width: 170,
    height: 170,
    layer: [
      {
        data: {
          values: [
            { low: least, high: least },
            { low: most, high: most },
          ],
        },
        mark: { type: 'line', strokeDash: [3, 3], color: colours.grey, clip: true },
        encoding: {
          x: { field: 'low', type: 'quantitative' },
          y: { field: 'high', type: 'quantitative' },
        },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 14, opacity: 0.4, color: colours.blue },
        encoding: {
          x: {
            field: 'low',
            type: 'quantitative',
            title: 'score, low-order end',
            axis: { tickCount: 4 },
          },
          y: {
            field: 'high',
            type: 'quantitative',
            title: 'score, high-order end',
            axis: { tickCount: 4 },
          },
        },
      },
    ],
  }
}
