/** The figure of what decides the scores: low seeds, high seeds, or neither. */
import { boundsNothing, NOT_BOUNDED } from '../../comparison/clauses/wording.js'
import type { EffectRow } from '../../tables/tables.js'
import { fromLowToHigh, inOrder, noEffect, nominal, points, quantitative } from './channels.js'
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
      const first = row.cut === undefined ? undefined : `first ${row.cut}`
      const low = row.cut_layers ?? first
      const said = low === undefined ? [] : [`low = ${low}`]
      return [row.architecture, row.regime, ...said].join(', ')
    }
    const unbounded = rows.filter(
      ({ effect, ci_low, ci_high }) =>
        shares.includes(effect ?? '') &&
        boundsNothing(
          { low: ci_low, high: ci_high },
          effect === 'low−high' ? 'difference' : 'share',
        ),
    )
    const several = new Set(rows.map(gridOf)).size > 1
    const open = unbounded
      .map((row) => (several ? `${row.effect} of ${gridOf(row)}` : row.effect))
      .join('; ')
    const values = rows.map((row) => ({
      effect: row.effect,
      grid: gridOf(row),
      cut: row.cut,
      ...roundedInterval(row.estimate, row),
    }))
    const panel = (names: readonly string[], title: string, color: string): Spec => {
      const data = { values: values.filter(({ effect }) => names.includes(effect ?? '')) }
      const own = intervals(names, title, color)
      return several ? { data, facet: { row: gridPanels }, spec: own } : { data, ...own }
    }
    return {
      caption: `Share of variance: what part of the variance of the ranked scores belongs to the low-layer seed, the high-layer seed, the sample itself, the order of the data (alone or together with the weights) and the rest, and the difference of the first two; bar: interval over the choice of seeds. Negative estimates are kept.${open === '' ? '' : ` A bar over all that a share can be bounds nothing: ${open} ${NOT_BOUNDED}.`} Difference of mean Jaccard: how much more of their confusing sets networks with the same low (high) seed share than networks that share neither; p-values are in effects.csv.${several ? ' One row per architecture, regime and cut.' : ''}`,
      spec: {
        title: marksKey('● estimate', '━ interval over seeds', '┆ 0: no effect'),
        hconcat: [
          panel(shares, 'share of variance', colours.blue),
          panel(contrasts, 'difference of mean Jaccard', colours.green),
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

/** A panel for each grid, below each other. */
const gridPanels = nominal('grid', null, {
  header: { labelAngle: 0, labelAlign: 'left', labelOrient: 'top' },
})

function intervals(names: readonly string[], title: string, color: string): Spec {
  const x = quantitative('estimate', title, { axis: { tickCount: 5 } })
  const encoding = { x, y: inOrder('effect', names) }
  return {
    width: 230,
    height: names.length * 28,
    layer: [
      noEffect('x', x),
      fromLowToHigh('x', { type: 'rule', strokeWidth: 5, color, opacity: 0.55 }, encoding),
      { mark: points(70, { color }), encoding },
    ],
  }
}
