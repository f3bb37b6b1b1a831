/** How much of the interactions reference networks have too, and at which orders. */
import { uniqueSorted } from '../../core/uniqueSorted.js'
import { mean } from '../../metrics/descriptive.js'
import type { OrderRow } from '../../tables/tables.js'
import { shownCheckpoints } from './checkpoints.js'
import { colours, type Figure, marksKey, panelsOf } from './figure.js'
import { rowsAt } from './orders.js'
import { rounded, sumsByOrder } from './studyRows.js'

const NO_REFERENCES = 'the study has no reference networks (confusing.references)'

/** A column of orders.csv, plain and over its mean, its name and colour. */
const sorts = [
  ['generalizable', 'normalized_generalizable', 'generalizable', colours.blue],
  ['nongeneralizable', 'normalized_nongeneralizable', 'not generalizable', colours.vermillion],
] as const

const color = {
  field: 'sort',
  type: 'nominal',
  title: null,
  scale: { domain: sorts.map(([, , name]) => name), range: sorts.map(([, , , colour]) => colour) },
  legend: { orient: 'top', symbolStrokeWidth: 0 },
}

/** Generalizable and other strength by order early and at the end, in v and by their shape. */
export const generalizableOrdersFigure: Figure = {
  id: 'generalizable-orders',
  title: 'Strength that generalizes, and strength that does not, by order',
  source: 'ours',
  draw({ tables }) {
    const shown = shownCheckpoints(tables)
    const panels = shown.panels.map((panel) => ({
      panel: panel.title,
      rows: rowsAt(tables, 'all', panel),
    }))
    const strengths = drawn(panels, 0)
    if (strengths.length === 0) return NO_REFERENCES
    const row = (values: readonly object[], title: string) => ({
      data: { values },
      facet: {
        column: panelsOf(
          'panel',
          panels.map(({ panel }) => panel),
        ),
      },
      spec: {
        width: 265,
        height: 130,
        mark: { type: 'line', point: { size: 22 }, strokeWidth: 1.8 },
        encoding: {
          x: { field: 'order', type: 'ordinal', title: 'order', axis: { labelAngle: 0 } },
          y: { field: 'strength', type: 'quantitative', title },
          color,
        },
      },
    })
    return {
      caption: `${shown.words} Mean over networks and analysed samples of the salient strength of each order, AND and OR together: what reference networks have too, and what they do not. Below each is divided by its own mean over orders, which leaves its shape: arXiv 2502.10162 says that generalizable interactions decay with order and that others are spindle-shaped, strongest at middle orders.`,
      spec: {
        vconcat: [
          row(strengths, 'mean salient strength'),
          row(drawn(panels, 1), 'over its mean over orders'),
        ],
      },
    }
  },
}

/** The rows of orders.csv that a panel shows. */
interface OrderPanel {
  readonly panel: string
  readonly rows: readonly OrderRow[]
}

/** What is drawn of both sorts: the mean over networks of their strength (0), or of that over its mean (1), both kinds together. */
function drawn(panels: readonly OrderPanel[], form: 0 | 1) {
  return panels.flatMap(({ panel, rows }) =>
    sorts.flatMap((sort) => {
      const known = rows.filter((row) => row[sort[form]] !== undefined)
      return sumsByOrder(known).map(({ order, sumsOf }) => ({
        panel,
        sort: sort[2],
        order,
        strength: rounded(mean(sumsOf(sort[form]))),
      }))
    }),
  )
}

const ruleNames = { any: 'in any', majority: 'in most', all: 'in all' } as const

/** The share of strength that is generalizable, against the number of references asked, at the end. */
export const agreementFigure: Figure = {
  id: 'agreement',
  title: 'How much generalizes depends on how many references are asked',
  source: 'ours',
  draw({ tables }) {
    if (tables.agreement.length === 0) return NO_REFERENCES
    const { end } = shownCheckpoints(tables)
    const atEnd = tables.agreement.filter(({ network, step }) => end.stepOf(network) === step)
    const counts = uniqueSorted(atEnd.map((row) => row.references_asked ?? 0))
    const rules = Object.keys(ruleNames) as (keyof typeof ruleNames)[]
    const values = counts.flatMap((references) =>
      rules.flatMap((rule) => {
        const shares = atEnd.flatMap((row) =>
          row.references_asked === references ? (row[`share_${rule}`] ?? []) : [],
        )
        if (shares.length === 0) return []
        return [
          {
            references,
            rule: ruleNames[rule],
            share: rounded(mean(shares)),
            low: rounded(Math.min(...shares)),
            high: rounded(Math.max(...shares)),
            expected: rounded(
              mean(
                atEnd.flatMap((row) =>
                  row.references_asked === references ? (row[`expected_${rule}`] ?? []) : [],
                ),
              ),
            ),
          },
        ]
      }),
    )
    if (values.length === 0) return 'no interaction is salient at the end'
    const x = {
      field: 'references',
      type: 'ordinal',
      title: 'reference networks asked',
      axis: { labelAngle: 0 },
    }
    const ruleColor = {
      field: 'rule',
      type: 'nominal',
      title: 'salient',
      scale: {
        domain: rules.map((rule) => ruleNames[rule]),
        range: [colours.blue, colours.green, colours.vermillion],
      },
    }
    return {
      caption:
        'Share of the salient strength of a sample that reference networks have too, mean over samples and networks at the end; bars: range over networks; ticks: by chance, if every reference had as many salient interactions of each order, drawn at random. Each number of references is averaged over all choices of that many. References overfit, too: under “any”, every further one makes more interactions generalizable.',
      spec: {
        title: marksKey('● mean over networks', '┃ range over networks', '━ by chance'),
        width: 420,
        height: 190,
        data: { values },
        layer: [
          {
            mark: { type: 'rule', strokeWidth: 1.4, opacity: 0.6 },
            encoding: {
              x,
              xOffset: { field: 'rule' },
              y: { field: 'low', type: 'quantitative', title: 'generalizable share' },
              y2: { field: 'high' },
              color: ruleColor,
            },
          },
          {
            mark: { type: 'tick', thickness: 2, width: 18 },
            encoding: {
              x,
              xOffset: { field: 'rule' },
              y: { field: 'expected', type: 'quantitative' },
              color: ruleColor,
            },
          },
          {
            mark: { type: 'point', filled: true, size: 50 },
            encoding: {
              x,
              xOffset: { field: 'rule' },
              y: {
                field: 'share',
                type: 'quantitative',
                title: 'generalizable share',
                scale: { domain: [0, 1] },
              },
              color: ruleColor,
            },
          },
        ],
      },
    }
  },
}
