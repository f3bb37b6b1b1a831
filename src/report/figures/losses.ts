/** The figures of training: losses, accuracies, and where overfitting begins. */
import { groupBy } from '../../core/groupBy.js'
import type { CurveRow } from '../../tables/tables.js'
import { FEWEST_POINTS } from '../../training/phases/detect.js'
import type { ReportStudy } from '../types.js'
import { byName, epochAxis, fromLowToHigh, nominal, points, quantitative } from './channels.js'
import { epochsOf } from './checkpoints.js'
import { colours, type Figure, marksKey, type Spec } from './figure.js'
import { doneNetworks, meanAndRange, rounded } from './studyRows.js'

/** Losses and accuracies: mean over networks, with their range. */
export const lossFigure: Figure = {
  id: 'losses',
  title: 'Losses and accuracies',
  source: 'Figure 4a',
  draw({ tables }) {
    if (isOnePoint(tables.curves)) return ONE_POINT
    return {
      caption: `Mean over networks in evaluation mode on fixed subsets; the band is the range over networks. Training samples are judged by the labels that training saw.${haveSamePoints(tables.curves) ? '' : ' Not all networks have losses at every epoch: means and bands change with the networks that have.'}`,
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

/** Whether all networks have finite losses at the same epochs. */
function haveSamePoints(rows: readonly CurveRow[]): boolean {
  const losses = rows.filter(({ metric, value }) => metric === 'loss' && value !== undefined)
  const networks = new Set(rows.map(({ network }) => network)).size
  const points = groupBy(losses, ({ split, epoch }) => `${split} ${epoch}`)
  return [...points.values()].every((group) => group.length === networks)
}

/** Two points make a curve; accuracies of one stand in the table of networks. */
function isOnePoint(rows: readonly CurveRow[]): boolean {
  return new Set(rows.map(({ step }) => step)).size < 2
}

const ONE_POINT = 'losses are known of fewer than two checkpoints'

function panel(rows: readonly CurveRow[], metric: string, title: string): Spec {
  const own = rows.filter((row) => row.metric === metric)
  const groups = groupBy(own, ({ split, epoch }) => `${split} ${epoch}`)
  const values = [...groups.values()].flatMap((group) => {
    const [{ split: series = '', epoch = 0 }] = group
    const found = group.flatMap(({ value }) => value ?? [])
    return found.length === 0 ? [] : [{ epoch, series, ...meanAndRange(found) }]
  })
  const legend = { orient: 'top', symbolStrokeWidth: 0 }
  const lineColours = { train: colours.blue, test: colours.vermillion }
  const encoding = {
    x: epochAxis,
    y: quantitative('mean', title, { scale: { zero: metric === 'loss' } }),
    color: byName('series', null, lineColours, { legend }),
  }
  const strokeDash = byName('series', null, { train: [1, 0], test: [5, 3] }, { legend: null })
  return {
    width: 270,
    height: 190,
    data: { values },
    layer: [
      fromLowToHigh('y', { type: 'area', opacity: 0.22 }, encoding),
      {
        mark: { type: 'line', point: { size: 14 }, strokeWidth: 1.8 },
        encoding: { ...encoding, strokeDash },
      },
    ],
  }
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
    const byCheckpoint = groupBy(losses, ({ network, step }) => `${network} ${step}`)
    const values = [...byCheckpoint.values()].flatMap((rows) => {
      const lossOf = (metric: string, split: string) =>
        rows.find((row) => row.metric === metric && row.split === split)?.value
      const train = lossOf('loss_true_labels', 'train') ?? lossOf('loss', 'train')
      const test = lossOf('loss', 'test')
      if (train === undefined || test === undefined) return []
      const [{ network = '', epoch = 0 }] = rows
      return [{ network, epoch, gap: rounded(test - train) }]
    })
    const onTrueLabels = new Set(
      losses.flatMap(({ metric, value, network }) =>
        metric === 'loss_true_labels' && value !== undefined ? [network] : [],
      ),
    ).size
    const boundaries = boundaryEpochs(study)
    const count = doneNetworks(tables).length
    const which = onTrueLabels < count ? `, of ${onTrueLabels} of ${count} networks` : ''
    const curves = groupBy(tables.curves, ({ network }) => network)
    const known = doneNetworks(tables).filter(({ network }) => {
      const steps = new Set(curves.get(network)?.map(({ step }) => step))
      return steps.size >= FEWEST_POINTS
    }).length
    const unknown =
      known < count
        ? ` Of ${count - known} of ${count} networks it is not known: fewer than ${FEWEST_POINTS} points.`
        : ''
    return {
      caption: `One line per network.${onTrueLabels > 0 ? ` Training loss of the samples whose label the label noise left as it was${which}.` : ''} ${
        boundaries.length > 0
          ? `Below: where the overfitting phase begins (t*), found in ${boundaries.length} of ${count} networks, with its bootstrap interval.`
          : known > 0
            ? 'No overfitting phase was found.'
            : ''
      }${unknown}`,
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
  const y = quantitative('gap', 'test − training loss (nats)')
  return {
    width: WIDTH,
    height: 190,
    layer: [
      {
        data: { values },
        mark: { type: 'line', opacity: 0.6, strokeWidth: 1.4, color: colours.blue },
        encoding: { x: epochAxis, y, detail: { field: 'network' } },
      },
      { data: { values: [{ gap: 0 }] }, mark: 'rule', encoding: { y: quantitative('gap') } },
    ],
  }
}

/** A row each network: t* and its interval, which may be as long as the training. */
function beginnings(boundaries: readonly object[]): Spec {
  const isNamed = boundaries.length <= MOST_NAMED
  const axis = isNamed ? { labelFontSize: 10 } : null
  const encoding = { x: epochAxis, y: nominal('network', null, { sort: null, axis }) }
  const color = colours.vermillion
  return {
    title: marksKey('● t*, where overfitting begins', '━ its interval'),
    width: WIDTH,
    height: { step: isNamed ? 15 : 5 },
    data: { values: boundaries },
    layer: [
      fromLowToHigh('x', { type: 'rule', color, strokeWidth: 2, opacity: 0.5 }, encoding),
      { mark: points(30, { color }), encoding },
    ],
  }
}

/** Networks whose names stand beside their rows. */
const MOST_NAMED = 24

/** Epoch at which each network's overfitting phase begins. */
function boundaryEpochs({ tables }: ReportStudy) {
  const epochOf = epochsOf(tables)
  return doneNetworks(tables).flatMap((row) => {
    const { network, name, phase_boundary_step: boundary } = row
    if (boundary === undefined) return []
    const epochAt = (step: number | undefined) =>
      step === undefined ? undefined : rounded(epochOf(network, step))
    const ends = { low: epochAt(row.phase_boundary_low), high: epochAt(row.phase_boundary_high) }
    return [{ network: name ?? '', epoch: epochAt(boundary), ...ends }]
  })
}
