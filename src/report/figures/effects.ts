import { boundsNothing, NOT_BOUNDED } from '../../comparison/clauses/wording.js'
import type { EffectRow } from '../../tables/tables.js'
import { drawByDepth } from './depth.js'
import { colours, type Figure, marksKey, type Spec } from './figure.js'
import { roundedInterval } from './studyRows.js'

const shares = ['low', 'high', 'low−high', 'sample', 'order', 'residual']
const contrasts = ['T_low', 'T_high']

/** What decides the scores: shares of their variance with intervals, and contrasts of Jaccard. */
export const effectFigure: Figure = {
  id: 'variance-shares',
  title: 'Variance shares and contrasts',
  source: 'ours',
  draw(study) {
    const { tables } = study
    const rows = tables.effects.filter(({ estimate }) => estimate !== undefined)
    if (rows.length === 0) {
      const note = tables.effects.find(({ note }) => note !== undefined)?.note
      return note ?? 'the design has no grid of low and high seeds'
    }
    if (sweepsTheCut(rows)) return drawByDepth(study, rows)
    const gridOf = (row: EffectRow) => {
      const low = row.cut_layers ?? `first ${row.cut}`
      return [row.architecture, row.regime, `low = ${low}`].join(', ')
    }
    const unbounded = rows.filter(
      ({ effect, ci_low, ci_high }) =>
        shares.includes(effect ?? '') &&
        boundsNothing(
          { low: ci_low, high: ci_high },
          effect === 'low−high' ? 'difference' : 'share',
        ),
    )
    const open = [...new Set(unbounded.map(({ effect }) => effect))].join(', ')
    const several = new Set(rows.map(gridOf)).size > 1
    const values = rows.map((row) => ({
      effect: row.effect,
      grid: gridOf(row),
      cut: row.cut,
      ...roundedInterval(row.estimate, row),
    }))
    return {
      caption: `Share of variance: what part of the variance of the ranked scores belongs to the low-layer seed, the high-layer seed, the sample itself, the order of the data (alone or together with the weights) and the rest, and the difference of the first two; bar: interval over the choice of seeds. Negative estimates are kept.${open === '' ? '' : ` A bar over all that a share can be bounds nothing: ${open} ${NOT_BOUNDED}.`} Difference of mean Jaccard: how much more of their confusing sets networks with the same low (high) seed share than networks that share neither; p-values are in effects.csv.${several ? ' One row per architecture, regime and cut.' : ''}`,
      spec: {
        title: marksKey('● estimate', '━ interval over seeds', '┆ 0: no effect'),
        hconcat: [
          intervals(
            values.filter(({ effect }) => shares.includes(effect ?? '')),
            shares,
            { title: 'share of variance', several, color: colours.blue },
          ),
          intervals(
            values.filter(({ effect }) => contrasts.includes(effect ?? '')),
            contrasts,
            { title: 'difference of mean Jaccard', several, color: colours.green },
          ),
        ],
        spacing: 26,
      },
    }
  },
}

/**
 * Whether an architecture and regime is cut in several places, so that there is something over ℓ, and
 * none in two places with as many low layers, which would be one ℓ.
 */
function sweepsTheCut(rows: readonly EffectRow[]): boolean {
  const distinct = (parts: (row: EffectRow) => readonly unknown[]) =>
    new Set(rows.map((row) => parts(row).join(' '))).size
  const series = distinct((row) => [row.architecture, row.regime])
  const depths = distinct((row) => [row.architecture, row.regime, row.cut])
  const cuts = distinct((row) => [row.architecture, row.regime, row.cut, row.cut_layers])
  return depths > series && cuts === depths
}

interface IntervalOptions {
  readonly title: string
  readonly several: boolean
  readonly color: string
}

function intervals(
  values: readonly object[],
  order: readonly string[],
  { title, several, color }: IntervalOptions,
): Spec {
  const y = { field: 'effect', type: 'nominal', title: null, sort: [...order] }
  const x = { field: 'estimate', type: 'quantitative', title, axis: { tickCount: 5 } }
  const bar = {
    transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
    mark: { type: 'rule', strokeWidth: 5, color, opacity: 0.55 },
    encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
  }
  const layer = [
    {
      data: { values: [{ zero: 0 }] },
      mark: { type: 'rule', strokeDash: [3, 3] },
      encoding: { x: { field: 'zero', type: 'quantitative', title } },
    },
    bar,
    { mark: { type: 'point', filled: true, size: 70, color, opacity: 1 }, encoding: { x, y } },
  ]
  const height = order.length * 28
  if (!several) return { width: 230, height, data: { values }, layer }
  return {
    data: { values },
    facet: {
      row: {
        field: 'grid',
        type: 'nominal',
        title: null,
        header: { labelAngle: 0, labelAlign: 'left', labelOrient: 'top' },
      },
    },
    spec: { width: 230, height, layer },
  }
}
