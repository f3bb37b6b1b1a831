import { setIntersections } from '../../comparison/membership.js'
import { mean } from '../../metrics/descriptive.js'
import type { NetworkRow, OverlapRow } from '../tables/tables.js'
import type { ReportStudy, StudyTables } from '../types.js'
import { colours, type FigureResult, heatScheme, type Spec, specOf } from './figure.js'
import { doneNetworks, networkNames, rounded } from './select.js'

/** Sets drawn in the UpSet plot: more make it unreadable. */
const MOST_SETS = 4
/** Cells carry their figure up to this many networks. */
const MOST_LABELLED = 12

/** Jaccard and κ_J of every pair of networks, ordered by low, then high seed. */
export function heatMapFigure(study: ReportStudy): FigureResult {
  const { tables } = study
  const id = 'overlap-heat-map'
  const networks = bySeeds(doneNetworks(tables))
  if (tables.overlaps.length === 0) return { id, missing: 'there are fewer than two networks' }
  const nameOf = networkNames(study)
  const order = networks.map(({ network }) => nameOf(network))
  const values = tables.overlaps.flatMap((row) => bothWays(row, nameOf))
  const labelled = networks.length <= MOST_LABELLED
  return {
    id,
    title: 'Overlap of the confusing sets of every pair',
    source: 'Figure 7, content ours',
    caption:
      'Networks are sorted by low, then by high seed, so that networks with equal low layers stand in blocks along the diagonal. Left: Jaccard, |A∩B| / |A∪B|. Right: κ_J, the same after chance, 0 for independent sets and 1 for equal ones.',
    spec: specOf({
      hconcat: [
        matrix(values, order, { field: 'jaccard', title: 'Jaccard', labelled, names: true }),
        matrix(values, order, { field: 'kappa', title: 'κ_J', labelled, names: false }),
      ],
      spacing: 20,
      resolve: { scale: { color: 'independent' } },
    }),
  }
}

function bySeeds(networks: readonly NetworkRow[]): NetworkRow[] {
  const key = (row: NetworkRow) =>
    [row.architecture, row.regime, row.low_layers].map((part) => part ?? '').join(' ')
  return [...networks].sort(
    (a, b) =>
      key(a).localeCompare(key(b)) ||
      (a.seed_low ?? 0) - (b.seed_low ?? 0) ||
      (a.seed_high ?? 0) - (b.seed_high ?? 0) ||
      (a.seed_order ?? 0) - (b.seed_order ?? 0),
  )
}

function bothWays(
  { a, b, jaccard, kappa, relation }: OverlapRow,
  nameOf: (id: string | undefined) => string,
) {
  const figures = { relation, jaccard: rounded(jaccard, 3), kappa: rounded(kappa, 3) }
  return [
    { a: nameOf(a), b: nameOf(b), ...figures },
    { a: nameOf(b), b: nameOf(a), ...figures },
  ]
}

interface MatrixOptions {
  readonly field: 'jaccard' | 'kappa'
  readonly title: string
  readonly labelled: boolean
  readonly names: boolean
}

function matrix(
  values: readonly object[],
  order: readonly string[],
  { field, title, labelled, names }: MatrixOptions,
): Spec {
  const side = Math.max(150, Math.min(270, order.length * 30))
  const axis = { type: 'nominal', title: null, sort: order }
  const x = { field: 'a', ...axis, axis: { labelAngle: -60, labelFontSize: 10 } }
  const y = { field: 'b', ...axis, axis: names ? { labelFontSize: 10 } : null }
  const color = {
    field,
    type: 'quantitative',
    title,
    scale: { scheme: heatScheme, domain: [0, 1], clamp: true },
    legend: { orient: 'top', gradientLength: 120, tickCount: 3 },
  }
  const text = {
    mark: { type: 'text', fontSize: 9 },
    encoding: {
      x,
      y,
      text: { field, format: '.2f' },
      color: { condition: { test: `datum.${field} > 0.5`, value: '#ffffff' }, value: '#111111' },
    },
  }
  return {
    width: side,
    height: side,
    data: { values },
    layer: [{ mark: 'rect', encoding: { x, y, color } }, ...(labelled ? [text] : [])],
  }
}

/** How many samples which networks have in common: two networks for each of two low seeds. */
export function upsetFigure(study: ReportStudy): FigureResult {
  const id = 'set-overlap'
  const { tables } = study
  const chosen = chooseSets(tables)
  if (chosen.length < 2)
    return { id, missing: 'there are fewer than two networks with a confusing set' }
  const nameOf = networkNames(study)
  const names = chosen.map(({ network }) => nameOf(network))
  const sets = chosen.map(({ network }) => ({
    network: nameOf(network),
    set: membersOf(tables, network).map(String),
  }))
  const all = [...new Set(sets.flatMap(({ set }) => set))]
  const bars = setIntersections(sets, all).map(({ networks, samples }, index) => ({
    index: index + 1,
    networks,
    count: samples.length,
    kind: kindOf(networks, chosen, nameOf),
  }))
  const color = {
    field: 'kind',
    type: 'nominal',
    title: null,
    scale: {
      domain: ['one network only', 'same low layers', 'different low layers'],
      range: [colours.grey, colours.blue, colours.vermillion],
    },
    legend: { orient: 'top' },
  }
  const x = { field: 'index', type: 'ordinal', title: null, axis: null }
  const dots = bars.flatMap(({ index, networks, kind }) =>
    networks.map((network) => ({ index, network, kind })),
  )
  const spans = bars
    .filter(({ networks }) => networks.length > 1)
    .map(({ index, networks, kind }) => ({
      index,
      kind,
      first: networks[0],
      last: networks[networks.length - 1],
    }))
  const y = { field: 'network', type: 'nominal', title: null, sort: names }
  const width = Math.max(220, bars.length * 34)
  return {
    id,
    title: 'Which samples the confusing sets share',
    source: 'Figure 6, content ours',
    caption:
      'Each column is one combination of networks (dots below), each bar the number of samples in the sets of exactly these networks. Shared samples among networks with the same low layers are blue, across different low layers orange.',
    spec: specOf({
      vconcat: [
        {
          width,
          height: 130,
          data: { values: bars },
          layer: [
            {
              mark: { type: 'bar', width: { band: 0.7 } },
              encoding: {
                x,
                y: {
                  field: 'count',
                  type: 'quantitative',
                  title: 'samples',
                  axis: { tickMinStep: 1, format: 'd' },
                },
                color,
              },
            },
            {
              mark: { type: 'text', dy: -6, fontSize: 10 },
              encoding: {
                x,
                y: { field: 'count', type: 'quantitative' },
                text: { field: 'count' },
              },
            },
          ],
        },
        {
          width,
          height: names.length * 22,
          layer: [
            {
              data: { values: spans },
              mark: { type: 'rule', strokeWidth: 2 },
              encoding: {
                x,
                y: { ...y, field: 'first' },
                y2: { field: 'last' },
                color: { ...color, legend: null },
              },
            },
            {
              data: { values: dots },
              mark: { type: 'point', filled: true, size: 90, opacity: 1 },
              encoding: { x, y, color: { ...color, legend: null } },
            },
          ],
        },
      ],
      spacing: 6,
      resolve: { scale: { x: 'shared' } },
    }),
  }
}

/** Two low seeds with two networks each, where the study has them; else the first networks. */
function chooseSets(tables: StudyTables): NetworkRow[] {
  const usable = doneNetworks(tables).filter(({ network }) => membersOf(tables, network).length > 0)
  const first = usable[0]
  if (first === undefined) return []
  const alike = usable.filter(
    ({ architecture, regime, seed_order }) =>
      architecture === first.architecture &&
      regime === first.regime &&
      seed_order === first.seed_order,
  )
  const lows = [...new Set(alike.map(({ seed_low }) => seed_low))].slice(0, 2)
  const pairs = lows.flatMap((low) => alike.filter(({ seed_low }) => seed_low === low).slice(0, 2))
  return (pairs.length >= 2 ? pairs : usable).slice(0, MOST_SETS)
}

/** Samples in the set of a network under the study's own rule, which comes first in the table. */
function membersOf({ confusing }: StudyTables, network: string | undefined): number[] {
  const own = confusing.filter((row) => row.network === network)
  return own.filter(({ rule }) => rule === own[0].rule).map(({ sample }) => sample ?? -1)
}

function kindOf(
  names: readonly string[],
  chosen: readonly NetworkRow[],
  nameOf: (id: string | undefined) => string,
): string {
  if (names.length === 1) return 'one network only'
  const lows = chosen
    .filter(({ network }) => names.includes(nameOf(network)))
    .map(({ seed_low }) => seed_low)
  return new Set(lows).size === 1 ? 'same low layers' : 'different low layers'
}

/** Overlap by what two networks share: every pair, the mean of the class, and chance. */
export function pairClassFigure(study: ReportStudy): FigureResult {
  const id = 'pair-classes'
  const { overlaps } = study.tables
  if (overlaps.length === 0) return { id, missing: 'there are fewer than two networks' }
  const nameOf = networkNames(study)
  const relations = [...new Set(overlaps.map(({ relation }) => relation ?? ''))]
  const meanOf = (relation: string) =>
    mean(
      overlaps.flatMap((row) =>
        row.relation === relation && row.jaccard !== undefined ? [row.jaccard] : [],
      ),
    ) ?? 0
  const order = relations.sort((a, b) => meanOf(b) - meanOf(a))
  const panel = (field: 'jaccard' | 'kappa' | 'spearman', title: string, names: boolean): Spec =>
    strip(overlaps, field, { title, order, names, nameOf })
  return {
    id,
    title: 'Overlap by what two networks share',
    source: 'Figure 8, content ours',
    caption:
      'One dot a pair of networks; bar: mean of the class; grey tick: expectation by chance. Spearman correlates the scores of all samples and needs no set rule. Pairs of one network are not independent: the permutation tests of the verdict take that into account.',
    spec: specOf({
      hconcat: [
        panel('jaccard', 'Jaccard', true),
        panel('kappa', 'κ_J', false),
        panel('spearman', 'Spearman ρ of scores', false),
      ],
      spacing: 18,
    }),
  }
}

interface StripOptions {
  readonly title: string
  readonly order: readonly string[]
  readonly names: boolean
  readonly nameOf: (id: string | undefined) => string
}

function strip(
  rows: readonly OverlapRow[],
  field: 'jaccard' | 'kappa' | 'spearman',
  { title, order, names, nameOf }: StripOptions,
): Spec {
  const values = rows.flatMap((row) =>
    row[field] === undefined
      ? []
      : [
          {
            relation: row.relation,
            figure: rounded(row[field], 4),
            pair: `${nameOf(row.a)} & ${nameOf(row.b)}`,
            chance: field === 'jaccard' ? rounded(row.expected_jaccard, 4) : 0,
          },
        ],
  )
  const means = order.flatMap((relation) => {
    const own = values.filter((value) => value.relation === relation)
    const average = mean(own.map(({ figure }) => figure as number))
    return average === undefined
      ? []
      : [
          {
            relation,
            figure: rounded(average, 4),
            chance: rounded(mean(own.map(({ chance }) => chance ?? 0)), 4),
          },
        ]
  })
  const y = {
    field: 'relation',
    type: 'nominal',
    title: null,
    sort: order,
    axis: names ? {} : null,
  }
  const x = (name: string) => ({ field: name, type: 'quantitative', title, axis: { tickCount: 4 } })
  return {
    width: 165,
    height: Math.max(60, order.length * 30),
    layer: [
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 26, opacity: 0.55, color: colours.blue },
        encoding: { x: x('figure'), y, detail: { field: 'pair' } },
      },
      {
        data: { values: means },
        mark: { type: 'tick', thickness: 2.5, size: 20, color: colours.vermillion },
        encoding: { x: x('figure'), y },
      },
      {
        data: { values: means },
        mark: { type: 'tick', thickness: 1.5, size: 26, color: colours.grey },
        encoding: { x: x('chance'), y },
      },
    ],
  }
}
