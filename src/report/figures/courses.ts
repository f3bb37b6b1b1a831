import { groupBy } from '../../core/groupBy.js'
import { mean } from '../../metrics/descriptive.js'
import type { NetworkRow } from '../../tables/tables.js'
import type { StudyTables } from '../types.js'
import { epochsOf } from './checkpoints.js'
import { epochAxis, type Figure, panelsOf, type Spec } from './figure.js'
import { doneNetworks, haveSeeds, rounded } from './studyRows.js'

/** Samples of each kind, and networks, that are drawn: more lines than that are a thicket. */
const CONFUSING = 2
const HARD = 2
const NETWORKS = 9

/** What is drawn of a sample, a row each; the last two are known at analysed checkpoints alone, and left out where it is but one. */
const rows = [
  { field: 'loss', title: 'loss (nats)' },
  { field: 'margin', title: 'margin' },
  { field: 'score', title: 'score' },
  { field: 'high_order_share', title: ['share of', 'high orders'] },
] as const

/** A few samples through training: how hard they are, and how confusing, for each network. */
export const coursesFigure: Figure = {
  id: 'courses',
  title: 'Samples through training',
  source: 'ours',
  draw(study) {
    const { tables } = study
    const networks = doneNetworks(tables).slice(0, NETWORKS)
    const samples = chosenSamples(tables)
    const values = networks.flatMap((network) => valuesOf(tables, network, samples))
    const drawn = rows.filter(
      ({ field }) => epochsIn(values.filter(({ row }) => row === field)) > 1,
    )
    if (drawn.length === 0) return 'no sample is followed over two checkpoints or more'
    const all = doneNetworks(tables).length
    const hasSeeds = haveSeeds(networks)
    const which = networks.length < all ? ` The first ${networks.length} of ${all} networks;` : ''
    return {
      caption: `One line per network${hasSeeds ? ', by its low seed' : ''}. Confusing: in the sets of most networks; hard: of the largest mean loss over networks and checkpoints.${which} difficulty.csv and samples.csv have all samples${which === '' ? '' : ' and networks'}.`,
      spec: {
        vconcat: drawn.map(({ field, title }, index) =>
          lines(
            values.filter(({ row }) => row === field),
            samples.map(({ name }) => name),
            { title, isFirst: index === 0, isLast: index === drawn.length - 1, hasSeeds },
          ),
        ),
        spacing: 8,
      },
    }
  },
}

/** At how many epochs something is known: of one there is no course. */
function epochsIn(points: readonly CoursePoint[]): number {
  return new Set(points.map(({ epoch }) => epoch)).size
}

interface ChosenSample {
  readonly sample: number
  /** What it is called in the figure. */
  readonly name: string
}

function chosenSamples({ confusing, difficulty }: StudyTables): ChosenSample[] {
  const rule = confusing[0]?.rule
  const members = confusing.filter((row) => row.rule === rule)
  const sets = groupBy(
    members.flatMap(({ sample }) => sample ?? []),
    (sample) => sample,
  )
  const inMost = [...sets]
    .sort((a, b) => b[1].length - a[1].length || a[0] - b[0])
    .slice(0, CONFUSING)
  const known = difficulty.flatMap(({ sample, loss }) =>
    sample === undefined || loss === undefined ? [] : [{ sample, loss }],
  )
  const hardest = [...groupBy(known, ({ sample }) => sample)]
    .map(([sample, found]) => [sample, mean(found.map(({ loss }) => loss)) ?? 0] as const)
    .filter(([sample]) => !inMost.some(([one]) => one === sample))
    .sort((a, b) => b[1] - a[1])
    .slice(0, HARD)
  return [
    ...inMost.map(([sample]) => ({ sample, name: `#${sample}, confusing` })),
    ...hardest.map(([sample]) => ({ sample, name: `#${sample}, hard` })),
  ]
}

interface CoursePoint {
  readonly row: string
  readonly sample: string
  readonly network: string
  readonly low: string
  readonly epoch: number | undefined
  readonly value: number | undefined
}

function valuesOf(
  tables: StudyTables,
  { network, name, seed_low }: NetworkRow,
  chosen: readonly ChosenSample[],
): CoursePoint[] {
  const { difficulty, samples } = tables
  const epochOf = epochsOf(tables)
  const names = new Map(chosen.map((one) => [one.sample, one.name]))
  const point = (
    row: string,
    of: { readonly sample?: number; readonly step?: number },
    value: number | undefined,
  ): CoursePoint[] => {
    const sample = names.get(of.sample ?? -1)
    if (sample === undefined || value === undefined) return []
    const epoch = rounded(epochOf(network, of.step))
    const low = seed_low === undefined ? 'not known' : String(seed_low)
    return [{ row, sample, network: name ?? '', low, epoch, value: rounded(value, 4) }]
  }
  return [
    ...difficulty.flatMap((row) =>
      row.network === network
        ? [...point('loss', row, row.loss), ...point('margin', row, row.margin)]
        : [],
    ),
    ...samples.flatMap((row) =>
      row.network === network
        ? [
            ...point('score', row, row.score),
            ...point('high_order_share', row, row.high_order_share),
          ]
        : [],
    ),
  ]
}

interface RowPlace {
  readonly title: string | readonly string[]
  readonly isFirst: boolean
  readonly isLast: boolean
  /** Whether colours tell low seeds. */
  readonly hasSeeds: boolean
}

function lines(
  values: readonly CoursePoint[],
  order: readonly string[],
  { title, isFirst, isLast, hasSeeds }: RowPlace,
): Spec {
  return {
    data: { values },
    facet: {
      column: { ...panelsOf('sample', order), header: isFirst ? {} : { labels: false } },
    },
    spacing: 10,
    spec: {
      width: 125,
      height: 80,
      mark: { type: 'line', strokeWidth: 1.3, opacity: 0.8, point: { size: 9 } },
      encoding: {
        x: { ...epochAxis, title: isLast ? 'epoch' : null },
        y: { field: 'value', type: 'quantitative', title, axis: { tickCount: 3 } },
        ...(hasSeeds ? { color: lowSeed(isFirst) } : {}),
        detail: { field: 'network' },
      },
    },
  }
}

function lowSeed(hasLegend: boolean): Spec {
  return {
    field: 'low',
    type: 'nominal',
    title: 'low seed',
    legend: hasLegend ? { orient: 'right' } : null,
  }
}
