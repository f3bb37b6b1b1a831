/** The figures of how strong interactions of each order are, and how many. */
import { groupBy } from '../../core/groupBy.js'
import { uniqueSorted } from '../../core/uniqueSorted.js'
import { mean } from '../../metrics/descriptive.js'
import type { OrderRow } from '../../tables/tables.js'
import type { ReportStudy, StudyTables } from '../types.js'
import { byName, epochAxis, orderAxis, quantitative } from './channels.js'
import { epochsOf, rowsAt, type ShownCheckpoint, shownCheckpoints } from './checkpoints.js'
import { colours, type Figure, type Spec, specOf } from './figure.js'
import {
  doneNetworks,
  type MeanStrength,
  meanStrengths,
  rounded,
  sumsByOrder,
} from './studyRows.js'

/** Colour is the sign, lightness the kind; both also differ in place and in grey. */
const fills = {
  'AND +': colours.blue,
  'OR +': '#7cbfe6',
  'AND −': colours.vermillion,
  'OR −': '#f5a66b',
}

/** Stacked bars of mean strength by order, positive up and negative down, AND and OR apart. */
export function orderBars(strengths: readonly MeanStrength[]) {
  return {
    width: 250,
    height: 180,
    data: { values: strengthValues(strengths) },
    mark: { type: 'bar', width: { band: 0.8 } },
    encoding: {
      x: orderAxis,
      y: quantitative('strength', 'mean salient strength'),
      color: byName('part', null, fills, { legend: { orient: 'right' } }),
      order: { field: 'part', type: 'nominal' },
    },
  }
}

/** What the bars show of each strength. */
export function strengthValues(strengths: readonly MeanStrength[]) {
  return strengths.map(({ order, kind, sign, strength }) => ({
    order,
    strength: rounded(strength),
    part: `${kind === 'or' ? 'OR' : 'AND'} ${sign === 'positive' ? '+' : '−'}`,
  }))
}

/** Rows of one group of samples, each network at the checkpoint shown. */
export function ordersAt(
  { orders }: StudyTables,
  group: string,
  shown: Pick<ShownCheckpoint, 'stepOf'>,
): OrderRow[] {
  return rowsAt(orders, shown).filter(({ sample_group }) => sample_group === group)
}

/** Strength by order early and at the end. */
export const orderFigure: Figure = {
  id: 'orders',
  title: 'Strength of interactions by order',
  source: 'Figure 4c',
  draw({ tables }) {
    const { panels, end, words } = shownCheckpoints(tables)
    if (ordersAt(tables, 'all', end).length === 0) return 'there are no order distributions'
    return {
      caption: `Mean over networks and analysed samples of the salient strength of each order: what adds to the given label’s score above zero, what takes away below it. ${words} Long bars on both sides at high orders are interactions that offset each other.`,
      spec: {
        hconcat: panels.map((panel) => ({
          ...orderBars(meanStrengths(ordersAt(tables, 'all', panel))),
          title: panel.title,
        })),
        resolve: { scale: { y: 'shared' } },
        spacing: 28,
      },
    }
  },
}

/** One figure a checkpoint that all networks share, for the checkpoint picker. */
export function orderFiguresByCheckpoint({
  tables,
}: ReportStudy): { readonly step: number; readonly epoch: number; readonly spec: Spec }[] {
  const epochOf = epochsOf(tables)
  const all = tables.orders.filter((row) => row.sample_group === 'all')
  const steps = uniqueSorted(all.map(({ step }) => step ?? 0))
  const means = steps.map((step) => meanStrengths(all.filter((row) => row.step === step)))
  const domain = strengthDomain(means)
  return steps.map((step, index) => {
    const first = all.find((row) => row.step === step)
    const { encoding, ...bars } = orderBars(means[index])
    const y = { ...encoding.y, scale: { domain } }
    return {
      step,
      epoch: epochOf(first?.network, step),
      spec: specOf({ ...bars, width: 420, encoding: { ...encoding, y } }),
    }
  })
}

/** From the lowest to the highest end of the stacks of any checkpoint, with some room. */
function strengthDomain(checkpoints: readonly (readonly MeanStrength[])[]): [number, number] {
  const values = checkpoints.flatMap((strengths) =>
    [...groupBy(strengths, ({ order, sign }) => `${order} ${sign}`).values()].map((stack) =>
      stack.reduce((sum, { strength }) => sum + strength, 0),
    ),
  )
  return [Math.min(0, ...values) * 1.05, Math.max(0, ...values) * 1.05]
}

/** The order distribution of every network at the end. */
export const orderByNetworkFigure: Figure = {
  id: 'orders-by-network',
  title: 'Strength by order, network by network, at the end',
  source: 'ours',
  draw({ tables }) {
    const atEnd = ordersAt(tables, 'all', shownCheckpoints(tables).end)
    const panels = doneNetworks(tables).flatMap(({ network, name = '' }) => {
      const rows = atEnd.filter((row) => row.network === network)
      const { encoding, ...bars } = orderBars(meanStrengths(rows))
      const bare = {
        ...encoding,
        x: { ...encoding.x, title: null },
        y: { ...encoding.y, title: null, axis: { tickCount: 3 } },
        color: { ...encoding.color, legend: null },
      }
      const panel = { ...bars, width: 120, height: 84, title: name, encoding: bare }
      return rows.length === 0 ? [] : [panel]
    })
    if (panels.length === 0) return 'there are no order distributions'
    return {
      caption:
        'As above at the last analysed checkpoint, each network by itself, all on one scale: networks, architectures and regimes can be compared at a glance.',
      spec: {
        concat: panels,
        columns: 4,
        resolve: { scale: { y: 'shared' } },
        spacing: 16,
      },
    }
  },
}

/** Number of salient interactions of each order while training goes on. */
export const salientCountFigure: Figure = {
  id: 'salient-counts',
  title: 'Salient interactions while training',
  source: 'ours',
  draw({ tables }) {
    const epochOf = epochsOf(tables)
    const counted = tables.orders.filter(
      ({ sample_group, count, interaction_order }) =>
        sample_group === 'all' && count !== undefined && interaction_order !== undefined,
    )
    const epochs = groupBy(counted, ({ network, step }) => epochOf(network, step))
    if (epochs.size < 2) return 'fewer than two checkpoints were analysed'
    const values = [...epochs].flatMap(([epoch, rows]) =>
      sumsByOrder(rows).map(({ order, sumsOf }) => ({
        epoch: rounded(epoch),
        order,
        count: rounded(mean(sumsOf('count'))),
      })),
    )
    return {
      caption:
        'Mean number of salient interactions per sample, by order (AND and OR together), over training.',
      spec: {
        width: 600,
        height: 190,
        data: { values },
        mark: { type: 'line', point: { size: 14 }, strokeWidth: 1.6 },
        encoding: {
          x: epochAxis,
          y: quantitative('count', 'salient interactions per sample'),
          color: { field: 'order', type: 'ordinal', title: 'order', scale: { scheme: 'viridis' } },
        },
      },
    }
  },
}
