/** The figure of how much networks overlap, by what they share. */
import { mean } from '../../metrics/descriptive.js'
import type { OverlapRow } from '../../tables/tables.js'
import { inOrder, points, quantitative } from './channels.js'
import { colours, type Figure, marksKey, type Spec } from './figure.js'
import { NO_SETS } from './heatMap.js'
import { haveSeeds, networkNames, rounded } from './studyRows.js'

/** The figures of a pair that are drawn. */
type PairField = 'jaccard' | 'kappa' | 'spearman' | 'iou'

/** Overlap by what two networks share: every pair, the mean of the class, and chance. */
export const pairClassFigure: Figure = {
  id: 'pair-classes',
  title: 'Overlap by what two networks share',
  source: 'ours',
  draw(study) {
    const { overlaps } = study.tables
    if (overlaps.length === 0) return 'there are fewer than two networks'
    if (overlaps.every(({ jaccard }) => jaccard === undefined)) return NO_SETS
    const nameOf = networkNames(study)
    const relations = [...new Set(overlaps.map(({ relation }) => relation ?? ''))]
    const meanOf = (relation: string) =>
      mean(overlaps.flatMap((row) => (row.relation === relation ? (row.jaccard ?? []) : []))) ?? 0
    const order = relations.sort((a, b) => meanOf(b) - meanOf(a))
    const values = (field: PairField) =>
      overlaps.flatMap((row) => {
        if (row[field] === undefined) return []
        const pair = `${nameOf(row.network_a)} & ${nameOf(row.network_b)}`
        const figure = rounded(row[field], 4)
        return [{ relation: row.relation, figure, pair, chance: chanceOf(row, field) }]
      })
    const panel = (field: PairField, title: string, hasNames: boolean) =>
      strip(values(field), order, title, hasNames)
    return {
      caption:
        'One dot per pair of networks; bar: mean of the class; grey tick: expectation by chance. Spearman correlates the scores of all samples and needs no set rule; IoU is the intersection over union of the salient interactions themselves, whose expectation by chance is not drawn. Pairs that share a network are not independent' +
        (haveSeeds(study.tables.networks)
          ? ': the permutation tests of the verdict take that into account.'
          : '.'),
      spec: {
        title: marksKey('● a pair of networks', '┃ orange: mean of the class', '┃ grey: by chance'),
        hconcat: [
          panel('jaccard', 'Jaccard', true),
          panel('kappa', 'κ_J', false),
          panel('spearman', 'Spearman ρ of scores', false),
          ...(overlaps.some(({ iou }) => iou !== undefined)
            ? [panel('iou', 'IoU of interactions', false)]
            : []),
        ],
        spacing: 18,
      },
    }
  },
}

/** A row for each class: its pairs, their mean, and what is expected by chance. */
function strip(
  values: readonly { relation?: string; figure?: number; chance?: number }[],
  order: readonly string[],
  title: string,
  hasNames: boolean,
): Spec {
  const means = order.flatMap((relation) => {
    const own = values.filter((value) => value.relation === relation)
    const figure = rounded(mean(own.flatMap(({ figure }) => figure ?? [])), 4)
    const chance = rounded(mean(own.flatMap(({ chance }) => chance ?? [])), 4)
    return figure === undefined ? [] : [{ relation, figure, chance }]
  })
  const axis = { tickCount: 4, labelOverlap: 'greedy', labelSeparation: 8 }
  const x = quantitative('figure', title, { axis })
  const y = inOrder('relation', order, { axis: hasNames ? {} : null })
  return {
    width: 135,
    height: Math.max(60, order.length * 30),
    layer: [
      {
        data: { values },
        mark: points(26, { opacity: 0.55, color: colours.blue }),
        encoding: { x, y, detail: { field: 'pair' } },
      },
      {
        data: { values: means },
        mark: { type: 'tick', thickness: 2.5, size: 20, color: colours.vermillion },
        encoding: { x, y },
      },
      {
        data: { values: means },
        transform: [{ filter: 'isValid(datum.chance)' }],
        mark: { type: 'tick', thickness: 1.5, size: 26, color: colours.grey },
        encoding: { x: { ...x, field: 'chance' }, y },
      },
    ],
  }
}

/** The expectation of a figure by chance; undefined where it is not known. */
function chanceOf(row: OverlapRow, field: PairField): number | undefined {
  if (field === 'iou') return undefined
  return field === 'jaccard' ? rounded(row.expected_jaccard, 4) : 0
}
