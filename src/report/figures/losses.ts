import { groupBy } from '../../core/groupBy.js'
import { mean } from '../../metrics/descriptive.js'
import type { CurveRow } from '../../tables/tables.js'
import type { ReportStudy } from '../types.js'
import { epochsOf } from './checkpoints.js'
import { colours, epochAxis, type Figure, marksKey, type Spec } from './figure.js'
import { doneNetworks, rounded } from './studyRows.js'

interface Band {
  readonly epoch: number
  readonly series: string
  readonly mean: number | undefined
  readonly low: number | undefined
  readonly high: number | undefined
}

/** Losses and accuracies: mean over networks, with their range. */
export const lossFigure: Figure = {
  id: 'losses',
  title: 'Losses and accuracies',
  source: 'Figure 4a',
  draw({ tables }) {
    if (isOnePoint(tables.curves)) return ONE_POINT
    return {
      caption:
        'Mean over networks in evaluation mode on fixed subsets; the band is the range over networks. Training samples are judged by the labels that training saw.',
      spec: {
        title: marksKey('━ mean over networks', 'band: range over networks'),
        hconcat: [
          panel(tables.curves, 'loss', 'loss (nats)'),
          panel(tables.curves, 'accuracy', 'accuracy'),
        ],
        spacing: 32,
      },
    }
  },
}

/** Two points make a curve; accuracies of one stand in the table of networks. */
function isOnePoint(rows: readonly CurveRow[]): boolean {
  return new Set(rows.map(({ step }) => step)).size < 2
}

const ONE_POINT = 'losses are known of fewer than two checkpoints'

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
export const gapFigure: Figure = {
  id: 'loss-gap',
  title: 'Gap between test and training loss, and the two phases',
  source: 'Figure 4b',
  draw(study) {
    const { tables } = study
    const losses = tables.curves.filter(({ metric }) => metric !== 'accuracy')
    if (isOnePoint(losses)) return ONE_POINT
    const found = new Map<string, GapPoint>()
    for (const { network, step, epoch, split, metric, value } of losses) {
      const key = `${network} ${step}`
      const point = found.get(key) ?? { network: network ?? '', epoch: epoch ?? 0 }
      const part =
        metric === 'loss_true_labels' ? 'trueLabels' : split === 'train' ? 'train' : 'test'
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
      caption: `One line per network.${isOnTrueLabels ? ' Training loss of the samples whose label the label noise left as it was.' : ''} ${
        boundaries.length === 0
          ? 'No overfitting phase was found.'
          : `Below: where the overfitting phase begins (t*), found in ${boundaries.length} of ${count} networks, with its bootstrap interval.`
      }`,
      spec: {
        vconcat: [gaps(values), ...(boundaries.length === 0 ? [] : [beginnings(boundaries)])],
        resolve: { scale: { x: 'shared' } },
        spacing: 10,
      },
    }
  },
}

const WIDTH = 600

function gaps(values: readonly object[]): Spec {
  return {
    width: WIDTH,
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
        data: { values: [{ gap: 0 }] },
        mark: 'rule',
        encoding: { y: { field: 'gap', type: 'quantitative' } },
      },
    ],
  }
}

/** A row each network: t* and its interval, which may be as long as the training. */
function beginnings(boundaries: readonly BoundaryEpoch[]): Spec {
  const y = {
    field: 'network',
    type: 'nominal',
    title: null,
    sort: null,
    axis: boundaries.length <= MOST_NAMED ? { labelFontSize: 10 } : null,
  }
  return {
    title: marksKey('● t*, where overfitting begins', '━ its interval'),
    width: WIDTH,
    height: { step: boundaries.length <= MOST_NAMED ? 15 : 5 },
    data: { values: boundaries },
    layer: [
      {
        transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
        mark: { type: 'rule', color: colours.vermillion, strokeWidth: 2, opacity: 0.5 },
        encoding: { x: { ...epochAxis, field: 'low' }, x2: { field: 'high' }, y },
      },
      {
        mark: { type: 'point', filled: true, size: 30, opacity: 1, color: colours.vermillion },
        encoding: { x: epochAxis, y },
      },
    ],
  }
}

/** Networks whose names stand beside their rows. */
const MOST_NAMED = 24

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

/** Epoch at which each network's overfitting phase begins. */
function boundaryEpochs({ tables }: ReportStudy): BoundaryEpoch[] {
  const epochOf = epochsOf(tables)
  return doneNetworks(tables).flatMap((row) => {
    const { network, name, phase_boundary_step: boundary } = row
    if (boundary === undefined) return []
    const epochAt = (step: number | undefined) =>
      step === undefined ? undefined : rounded(epochOf(network, step))
    return [
      {
        network: name ?? '',
        epoch: epochAt(boundary),
        low: epochAt(row.phase_boundary_low),
        high: epochAt(row.phase_boundary_high),
      },
    ]
  })
}
