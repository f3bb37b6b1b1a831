/** The figure of how exact the decompositions are. */
import { largest, smallest } from '../../core/extremes.js'
import { groupBy } from '../../core/groupBy.js'
import { quantile } from '../../metrics/descriptive.js'
import { epochAxis, fromLowToHigh, points, quantitative } from './channels.js'
import { epochsOf } from './checkpoints.js'
import { colours, type Figure, marksKey, type Spec } from './figure.js'
import { rounded } from './studyRows.js'

/** Smallest gap drawn: a logarithmic axis has no 0. */
const FLOOR = 1e-16

/** Duality gaps and universal-matching errors over all decompositions, by checkpoint. */
export const exactnessFigure: Figure = {
  id: 'exactness',
  title: 'How exact the decompositions are',
  source: 'ours',
  draw({ tables }) {
    const epochOf = epochsOf(tables)
    const found: { panel: string; epoch: number; value: number }[] = []
    const add = (panel: string, epoch: number, value: number) =>
      found.push({ panel, epoch, value: Math.max(FLOOR, value) })
    for (const { network, step, l1, l1_lower_bound, matching_error } of tables.samples) {
      const epoch = epochOf(network, step)
      if (l1 !== undefined && l1_lower_bound !== undefined && l1 > 0)
        add('relative duality gap', epoch, (l1 - l1_lower_bound) / l1)
      if (matching_error !== undefined) add('universal-matching error', epoch, matching_error)
    }
    if (found.length === 0) return 'no decomposition carries a certificate'
    const groups = groupBy(found, ({ panel, epoch }) => `${panel}|${epoch}`)
    const values = [...groups.values()].map((group) => {
      const [{ panel, epoch }] = group
      const numbers = group.map(({ value }) => value)
      const at = (p: number) => quantile(numbers, p) as number
      return { panel, epoch, low: at(0), median: at(0.5), high: at(1) }
    })
    return {
      caption:
        'Over all samples and networks of a checkpoint. Relative duality gap: how far the L1 norm may be above the optimum, certified by a dual bound (without the tie-break’s share). Universal-matching error: largest difference between the network’s output and what the interactions give, beyond the noise allowed.',
      spec: {
        title: marksKey('● median', '┃ range over samples and networks'),
        hconcat: [...groupBy(values, ({ panel }) => panel)].map(([title, own]) =>
          panelOf(title, own),
        ),
        spacing: 24,
      },
    }
  },
}

function panelOf(
  title: string,
  spreads: readonly Readonly<Record<'epoch' | 'low' | 'median' | 'high', number>>[],
): Spec {
  // One checkpoint has no course.
  const isOne = spreads.length < 2
  const x = isOne ? { ...epochAxis, axis: null } : epochAxis
  const least = Math.floor(Math.log10(smallest(spreads.map(({ low }) => low))))
  // At least a decade: an axis of one point would have all its ticks there.
  const most = Math.max(least + 1, Math.ceil(Math.log10(largest(spreads.map(({ high }) => high)))))
  const decades = Array.from({ length: most - least + 1 }, (_, at) => Number(`1e${least + at}`))
  const y = quantitative('median', null, {
    scale: { type: 'log', domain: [decades[0], decades.at(-1)], nice: false },
    axis: { values: decades, format: '.0e' },
  })
  const color = colours.blue
  return {
    title,
    width: isOne ? 120 : 255,
    height: 150,
    data: {
      values: spreads.map(({ epoch, low, median, high }) => ({
        epoch: rounded(epoch),
        low: rounded(low),
        median: rounded(median),
        high: rounded(high),
      })),
    },
    layer: [
      fromLowToHigh('y', { type: 'rule', strokeWidth: 2, color, opacity: 0.5 }, { x, y }),
      { mark: points(40, { color }), encoding: { x, y } },
    ],
  }
}
