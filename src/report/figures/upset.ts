import { setIntersections } from '../../comparison/membership.js'
import type { NetworkRow } from '../../tables/tables.js'
import type { ReportStudy, StudyTables } from '../types.js'
import { colours, type FigureResult, specOf } from './figure.js'
import { doneNetworks, networkNames } from './studyRows.js'

/** Sets drawn in the UpSet plot: more make it unreadable. */
const MOST_SETS = 4
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
    caption: `${names.length === doneNetworks(tables).length ? '' : `Of ${names.length} of the networks. `}Each column is one combination of networks (dots below), each bar the number of samples in the sets of exactly these networks. Shared samples among networks with the same low layers are blue, across different low layers orange.`,
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
  const comparable = usable.filter(
    ({ architecture, regime, seed_order }) =>
      architecture === first.architecture &&
      regime === first.regime &&
      seed_order === first.seed_order,
  )
  const lows = [...new Set(comparable.map(({ seed_low }) => seed_low))].slice(0, 2)
  const pairs = lows.flatMap((low) =>
    comparable.filter(({ seed_low }) => seed_low === low).slice(0, 2),
  )
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
