/** How much of the interactions reference networks have too, and at which orders. */
import { groupBy } from '../../core/groupBy.js'
import { mean } from '../../metrics/descriptive.js'
import type { OrderRow } from '../../tables/tables.js'
import { byName, fromLowToHigh, orderAxis, points, quantitative, sideBySide } from './channels.js'
import { rowsAt, shownCheckpoints } from './checkpoints.js'
import { colours, type Figure, marksKey } from './figure.js'
import { ordersAt } from './orders.js'
import { meanAndRange, rounded, sumsByOrder } from './studyRows.js'

const NO_REFERENCES = 'the study has no reference networks (confusing.references)'

/** A column of orders.csv, plain and over its mean, its name and colour. */
const sorts = [
  ['generalizable', 'normalized_generalizable', 'generalizable', colours.blue],
  ['nongeneralizable', 'normalized_nongeneralizable', 'not generalizable', colours.vermillion],
] as const

const color = byName(
  'sort',
  null,
  Object.fromEntries(sorts.map(([, , name, colour]) => [name, colour])),
  { legend: { orient: 'top', symbolStrokeWidth: 0 } },
)

/** Generalizable and other strength by order early and at the end, in v and by their shape. */
export const generalizableOrdersFigure: Figure = {
  id: 'generalizable-orders',
  title: 'Strength that generalizes, and strength that does not, by order',
  source: 'ours',
  draw({ tables }) {
    const shown = shownCheckpoints(tables)
    const panels = shown.panels.map((panel) => ({
      panel: panel.title,
      rows: ordersAt(tables, 'all', panel),
    }))
    const strengths = drawn(panels, 0)
    if (strengths.length === 0) return NO_REFERENCES
    const titles = panels.map(({ panel }) => panel)
    const row = (values: readonly object[], title: string) => ({
      data: { values },
      ...sideBySide('panel', titles, {
        width: 265,
        height: 130,
        mark: { type: 'line', point: { size: 22 }, strokeWidth: 1.8 },
        encoding: { x: orderAxis, y: quantitative('strength', title), color },
      }),
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

/** What is drawn of both sorts: the mean over networks of their strength (0), or of that over its mean (1), both kinds together. */
function drawn(
  panels: readonly { readonly panel: string; readonly rows: readonly OrderRow[] }[],
  form: 0 | 1,
) {
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

/** How many of the references that are asked have to have an interaction: words and a colour. */
const rules = {
  any: ['in any', colours.blue],
  majority: ['in most', colours.green],
  all: ['in all', colours.vermillion],
} as const

/** The share of strength that is generalizable, against the number of references asked, at the end. */
export const agreementFigure: Figure = {
  id: 'agreement',
  title: 'How much generalizes depends on how many references are asked',
  source: 'ours',
  draw({ tables }) {
    if (tables.agreement.length === 0) return NO_REFERENCES
    const { end } = shownCheckpoints(tables)
    const counts = groupBy(
      rowsAt(tables.agreement, end),
      ({ references_asked }) => references_asked ?? 0,
    )
    const values = [...counts]
      .sort(([a], [b]) => a - b)
      .flatMap(([references, rows]) =>
        (Object.keys(rules) as (keyof typeof rules)[]).flatMap((rule) => {
          const shares = rows.flatMap((row) => row[`share_${rule}`] ?? [])
          if (shares.length === 0) return []
          const expected = rounded(mean(rows.flatMap((row) => row[`expected_${rule}`] ?? [])))
          return [{ references, rule: rules[rule][0], ...meanAndRange(shares), expected }]
        }),
      )
    if (values.length === 0) return 'no interaction is salient at the end'
    const y = quantitative('mean', 'generalizable share')
    const encoding = {
      x: { ...orderAxis, field: 'references', title: 'reference networks asked' },
      xOffset: { field: 'rule' },
      y,
      color: byName('rule', 'salient', Object.fromEntries(Object.values(rules))),
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
          fromLowToHigh('y', { type: 'rule', strokeWidth: 1.4, opacity: 0.6 }, encoding),
          {
            mark: { type: 'tick', thickness: 2, width: 18 },
            encoding: { ...encoding, y: quantitative('expected') },
          },
          {
            mark: points(50, { opacity: 0.7 }),
            encoding: { ...encoding, y: { ...y, scale: { domain: [0, 1] } } },
          },
        ],
      },
    }
  },
}
