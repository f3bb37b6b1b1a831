import { groupBy } from '../../core/groupBy.js'
import { uniqueSorted } from '../../core/uniqueSorted.js'
import type { OrderRow } from '../../tables/tables.js'
import type { ReportStudy, StudyTables } from '../types.js'
import { epochsOf, type ShownCheckpoint, shownCheckpoints } from './checkpoints.js'
import { colours, epochAxis, type Figure, type Spec, specOf } from './figure.js'
import { doneNetworks, type MeanStrength, meanStrengths, rounded } from './studyRows.js'

/** Colour is the sign, lightness the kind; both also differ in place and in grey. */
const fills = {
  domain: ['AND +', 'OR +', 'AND −', 'OR −'],
  range: [colours.blue, '#7cbfe6', colours.vermillion, '#f5a66b'],
} as const

/** Stacked bars of mean strength by order, positive up and negative down, AND and OR apart. */
export function orderBars(
  strengths: readonly MeanStrength[],
  options: {
    readonly title?: string
    readonly legend?: boolean
    readonly width?: number
    readonly height?: number
  } = {},
): Spec {
  return {
    width: options.width ?? 250,
    height: options.height ?? 180,
    ...(options.title === undefined ? {} : { title: options.title }),
    data: { values: strengthValues(strengths) },
    mark: { type: 'bar', width: { band: 0.8 } },
    encoding: {
      x: { field: 'order', type: 'ordinal', title: 'order', axis: { labelAngle: 0 } },
      y: { field: 'strength', type: 'quantitative', title: 'mean salient strength' },
      color: {
        field: 'part',
        type: 'nominal',
        title: null,
        scale: fills,
        legend: options.legend === false ? null : { orient: 'right' },
      },
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

/** Rows of one group, each network at the checkpoint shown. */
export function rowsAt(
  tables: StudyTables,
  group: string,
  { stepOf }: Pick<ShownCheckpoint, 'stepOf'>,
): OrderRow[] {
  return tables.orders.filter(
    ({ network, step, sample_group }) => sample_group === group && step === stepOf(network),
  )
}

/** Strength by order early and at the end. */
export const orderFigure: Figure = {
  id: 'orders',
  title: 'Strength of interactions by order',
  source: 'Figure 4c',
  draw({ tables }) {
    const { panels, end, words } = shownCheckpoints(tables)
    if (rowsAt(tables, 'all', end).length === 0) return 'there are no order distributions'
    return {
      caption: `Mean over networks and analysed samples of the salient strength of each order: what adds to the given label’s score above zero, what takes away below it. ${words} Long bars on both sides at high orders are interactions that offset each other.`,
      spec: {
        hconcat: panels.map((panel) =>
          orderBars(meanStrengths(rowsAt(tables, 'all', panel)), { title: panel.title }),
        ),
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
    const bars = orderBars(means[index], { width: 420 })
    const encoding = bars.encoding as Record<string, Record<string, unknown>>
    return {
      step,
      epoch: epochOf(first?.network, step),
      spec: specOf({
        ...bars,
        encoding: { ...encoding, y: { ...encoding.y, scale: { domain } } },
      }),
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
    const networks = doneNetworks(tables)
    const atEnd = rowsAt(tables, 'all', shownCheckpoints(tables).end)
    const panels = networks.flatMap((network) => {
      const rows = atEnd.filter((row) => row.network === network.network)
      const bars = orderBars(meanStrengths(rows), {
        title: network.name ?? '',
        legend: false,
        width: 120,
        height: 84,
      })
      return rows.length === 0 ? [] : [{ ...bars, encoding: quiet(bars) }]
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

function quiet(bars: Spec): Spec {
  const encoding = bars.encoding as Record<string, Record<string, unknown>>
  return {
    ...encoding,
    x: { ...encoding.x, title: null },
    y: { ...encoding.y, title: null, axis: { tickCount: 3 } },
  }
}

/** Number of salient interactions of each order while training goes on. */
export const salientCountFigure: Figure = {
  id: 'salient-counts',
  title: 'Salient interactions while training',
  source: 'ours',
  draw({ tables }) {
    const epochOf = epochsOf(tables)
    const sums = new Map<
      string,
      { epoch: number; order: number; count: number; networks: Set<string> }
    >()
    for (const { network, step, sample_group, interaction_order: order, count } of tables.orders) {
      if (sample_group !== 'all' || count === undefined || order === undefined) continue
      const epoch = epochOf(network, step)
      const key = `${epoch} ${order}`
      const sum = sums.get(key) ?? { epoch, order, count: 0, networks: new Set() }
      sum.count += count
      sum.networks.add(network ?? '')
      sums.set(key, sum)
    }
    const epochs = new Set([...sums.values()].map(({ epoch }) => epoch))
    if (epochs.size < 2) return 'fewer than two checkpoints were analysed'
    const values = [...sums.values()].map(({ epoch, order, count, networks }) => ({
      epoch: rounded(epoch),
      order,
      count: rounded(count / networks.size),
    }))
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
          y: { field: 'count', type: 'quantitative', title: 'salient interactions per sample' },
          color: { field: 'order', type: 'ordinal', title: 'order', scale: { scheme: 'viridis' } },
        },
      },
    }
  },
}
