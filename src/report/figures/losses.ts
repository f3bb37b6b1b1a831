import { groupBy } from '../../core/groupBy.js'
import { mean } from '../../metrics/descriptive.js'
import type { CurveRow } from '../../tables/tables.js'
import type { ReportStudy } from '../types.js'
import { colours, epochAxis, type FigureResult, type Spec, specOf } from './figure.js'
import { doneNetworks, epochsOf, rounded } from './studyRows.js'

interface Band {
  readonly epoch: number
  readonly series: string
  readonly mean: number | undefined
  readonly low: number | undefined
  readonly high: number | undefined
}

/** Losses and accuracies: mean over networks, with their range. */
export function lossFigure({ tables }: ReportStudy): FigureResult {
  const id = 'losses'
  if (tables.curves.length === 0) return { id, missing: 'there are no training curves' }
  return {
    id,
    title: 'Losses and accuracies',
    source: 'Figure 4a',
    caption:
      'Mean over networks in evaluation mode on fixed subsets; the band is the range over networks. Training samples are held against the labels that training saw.',
    spec: specOf({
      hconcat: [
        panel(tables.curves, 'loss', 'loss (nats)'),
        panel(tables.curves, 'accuracy', 'accuracy'),
      ],
      spacing: 32,
    }),
  }
}

function panel(rows: readonly CurveRow[], metric: string, title: string): Spec {
  const values = bands(rows.filter((row) => row.metric === metric))
  const color = {
    field: 'series',
    type: 'nominal',
    title: null,
    scale: { domain: ['train', 'test'], range: [colours.blue, colours.vermillion] },
    legend: { orient: 'top', symbolStrokeWidth: 0 },
  }
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    title,
    scale: { zero: metric === 'loss' },
  })
  return {
    width: 270,
    height: 190,
    data: { values },
    layer: [
      {
        mark: { type: 'area', opacity: 0.22 },
        encoding: { x: epochAxis, y: y('low'), y2: { field: 'high' }, color },
      },
      {
        mark: { type: 'line', point: { size: 14 }, strokeWidth: 1.8 },
        encoding: { x: epochAxis, y: y('mean'), color, strokeDash: dashes },
      },
    ],
  }
}

const dashes = {
  field: 'series',
  type: 'nominal',
  legend: null,
  scale: {
    domain: ['train', 'test'],
    range: [
      [1, 0],
      [5, 3],
    ],
  },
} as const

function bands(rows: readonly CurveRow[]): Band[] {
  const groups = groupBy(rows, ({ split, epoch }) => `${split} ${epoch}`)
  return [...groups.values()].flatMap((group) => {
    const values = group.flatMap(({ value }) => (value === undefined ? [] : [value]))
    if (values.length === 0) return []
    return {
      epoch: group[0].epoch ?? 0,
      series: group[0].split ?? '',
      mean: rounded(mean(values)),
      low: rounded(Math.min(...values)),
      high: rounded(Math.max(...values)),
    }
  })
}

/** Test loss minus training loss of every network, and where each one's overfitting phase begins. */
export function gapFigure(study: ReportStudy): FigureResult {
  const { tables } = study
  const id = 'loss-gap'
  const losses = tables.curves.filter(({ metric }) => metric !== 'accuracy')
  if (losses.length === 0) return { id, missing: 'there are no training curves' }
  const found = new Map<string, GapPoint>()
  for (const { network, step, epoch, split, metric, value } of losses) {
    const key = `${network} ${step}`
    const point = found.get(key) ?? { network: network ?? '', epoch: epoch ?? 0 }
    const part = metric === 'loss_true_labels' ? 'trueLabels' : split === 'train' ? 'train' : 'test'
    found.set(key, { ...point, [part]: value })
  }
  const points = [...found.values()]
  const values = points.flatMap(({ network, epoch, train, trueLabels, test }) => {
    const trainLoss = trueLabels ?? train
    if (trainLoss === undefined || test === undefined) return []
    return [{ network, epoch, gap: rounded(test - trainLoss) }]
  })
  const isOnTrueLabels = points.some(({ trueLabels }) => trueLabels !== undefined)
  const boundaries = boundaryEpochs(study)
  const count = doneNetworks(tables).length
  return {
    id,
    title: 'Gap between test and training loss, and the two phases',
    source: 'Figure 4b',
    caption: `One line a network.${isOnTrueLabels ? ' Training loss of the samples whose label the label noise left as it was.' : ''} ${
      boundaries.length === 0
        ? 'No overfitting phase was found.'
        : `Dashed lines: where the overfitting phase begins, found in ${boundaries.length} of ${count} networks; shaded: their bootstrap intervals.`
    }`,
    spec: specOf({
      width: 600,
      height: 190,
      layer: [
        {
          data: { values },
          mark: { type: 'line', opacity: 0.6, strokeWidth: 1.4, color: colours.blue },
          encoding: {
            x: epochAxis,
            y: { field: 'gap', type: 'quantitative', title: 'test − training loss (nats)' },
            detail: { field: 'network' },
          },
        },
        {
          data: {
            values: boundaries.filter(({ low, high }) => low !== undefined && high !== undefined),
          },
          // All of them together stay as light as one band.
          mark: { type: 'rect', color: colours.vermillion, opacity: 0.25 / Math.max(1, count) },
          encoding: { x: { ...epochAxis, field: 'low' }, x2: { field: 'high' } },
        },
        {
          data: { values: boundaries },
          mark: { type: 'rule', strokeDash: [4, 3], color: colours.vermillion, strokeWidth: 1.4 },
          encoding: { x: epochAxis },
        },
        {
          data: { values: [{ gap: 0 }] },
          mark: 'rule',
          encoding: { y: { field: 'gap', type: 'quantitative' } },
        },
      ],
    }),
  }
}

/** Losses of a network at one point of its curve; `trueLabels` where the phases take that of training samples. */
interface GapPoint {
  readonly network: string
  readonly epoch: number
  readonly train?: number
  readonly trueLabels?: number
  readonly test?: number
}

interface BoundaryEpoch {
  readonly network: string
  readonly epoch: number | undefined
  readonly low: number | undefined
  readonly high: number | undefined
}

/** Epoch at which each network's overfitting phase begins, by interpolation between curve points. */
function boundaryEpochs({ tables }: ReportStudy): BoundaryEpoch[] {
  const epochOf = epochsOf(tables)
  return doneNetworks(tables).flatMap((row) => {
    const { network, name, phase_boundary_step: boundary } = row
    const { phase_boundary_low: low, phase_boundary_high: high } = row
    if (boundary === undefined) return []
    const steps = [
      ...new Set(tables.curves.flatMap((row) => (row.network === network ? [row.step ?? 0] : []))),
    ].sort((a, b) => a - b)
    const last = steps.at(-1)
    if (last === undefined || last === 0) return []
    const epochAt = (step: number | undefined) =>
      step === undefined ? undefined : rounded((step / last) * epochOf(network, last))
    return [
      { network: name ?? '', epoch: epochAt(boundary), low: epochAt(low), high: epochAt(high) },
    ]
  })
}
