import { quantile } from '../../metrics/descriptive.js'
import type { ReportStudy } from '../types.js'
import { colours, epochAxis, type FigureResult, specOf } from './figure.js'
import { epochsOf, rounded } from './studyRows.js'

/** Smallest gap drawn: a logarithmic axis has no 0. */
const FLOOR = 1e-16

/** Ticks of the logarithmic axes. */
const powersOfTen = Array.from({ length: 20 }, (_, power) => Number(`1e${power - 17}`))

/** Duality gaps and universal-matching errors over all decompositions, by checkpoint. */
export function exactnessFigure({ tables }: ReportStudy): FigureResult {
  const id = 'exactness'
  const epochOf = epochsOf(tables)
  const found = new Map<string, number[]>()
  const add = (panel: string, epoch: number, value: number) => {
    const key = `${panel}|${epoch}`
    found.set(key, [...(found.get(key) ?? []), Math.max(FLOOR, value)])
  }
  for (const { network, step, l1, l1_lower_bound, matching_error } of tables.samples) {
    const epoch = epochOf(network, step)
    if (l1 !== undefined && l1_lower_bound !== undefined && l1 > 0)
      add('relative duality gap', epoch, (l1 - l1_lower_bound) / l1)
    if (matching_error !== undefined) add('universal-matching error', epoch, matching_error)
  }
  if (found.size === 0) return { id, missing: 'no decomposition carries a certificate' }
  const values = [...found].map(([key, numbers]) => {
    const [panel, epoch] = key.split('|')
    const at = (p: number) => rounded(quantile(numbers, p))
    return { panel, epoch: rounded(Number(epoch)), low: at(0), median: at(0.5), high: at(1) }
  })
  const x = epochAxis
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    title: null,
    scale: { type: 'log' },
    axis: { values: powersOfTen, format: '.0e', labelOverlap: 'greedy' },
  })
  return {
    id,
    title: 'How exact the decompositions are',
    source: 'ours',
    caption:
      'Dot: median, line: range over all samples and networks of a checkpoint. Left: how far the L1 norm may be above the optimum, certified by a dual bound (without the tie-break’s share). Right: largest difference between the network’s output and what the interactions give, beyond the noise allowed.',
    spec: specOf({
      data: { values },
      facet: { column: { field: 'panel', type: 'nominal', title: null } },
      resolve: { scale: { y: 'independent' } },
      spec: {
        width: 255,
        height: 150,
        layer: [
          {
            mark: { type: 'rule', strokeWidth: 2, color: colours.blue, opacity: 0.5 },
            encoding: { x, y: y('low'), y2: { field: 'high' } },
          },
          {
            mark: { type: 'point', filled: true, size: 40, color: colours.blue, opacity: 1 },
            encoding: { x, y: y('median') },
          },
        ],
      },
    }),
  }
}
