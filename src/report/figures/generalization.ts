/** The figure of how well interactions carry over to samples that training never saw. */
import { groupBy } from '../../core/groupBy.js'
import { byName, fromLowToHigh, orderAxis, quantitative, sideBySide } from './channels.js'
import { shownCheckpoints } from './checkpoints.js'
import { colours, type Figure, marksKey } from './figure.js'
import { meanAndRange } from './studyRows.js'

/** What is drawn: a column, its name, colour and dashes. Few samples are as alike as few others: of halves only halves. */
const series = [
  ['similarity', 'train vs test', colours.blue, [1, 0]],
  ['floor', 'floor: shuffled within order', colours.grey, [2, 3]],
  ['matched', 'half of train vs test', colours.vermillion, [6, 3]],
  ['ceiling', 'ceiling: half of train vs other half', colours.green, [6, 3]],
] as const

/** How far interactions of each order hold on samples that training never saw. */
export const generalizationFigure: Figure = {
  id: 'generalization',
  title: 'Do interactions of an order hold on test samples?',
  source: 'Figure 3',
  draw({ tables }) {
    if (tables.generalization.length === 0) {
      return 'no samples of the other split were analysed (analysis.samples.testCount)'
    }
    const { panels, words } = shownCheckpoints(tables)
    const gathered = tables.generalization.flatMap((row) => {
      const panel = panels.find(({ stepOf }) => stepOf(row.network) === row.step)
      if (panel === undefined) return []
      return series.flatMap(([field, name]) => {
        const value = row[field]
        // A ceiling says something beside what it is the ceiling of.
        if (value === undefined || (field === 'ceiling' && row.matched === undefined)) return []
        return [{ panel: panel.title, name, order: row.interaction_order, value }]
      })
    })
    const groups = groupBy(gathered, ({ panel, name, order }) =>
      JSON.stringify([panel, name, order]),
    )
    const values = [...groups.values()].map((group) => {
      const [{ panel, name, order }] = group
      const { mean, ...range } = meanAndRange(group.map(({ value }) => value))
      // The first alone has a band.
      return { panel, series: name, order, mean, ...(name === series[0][1] ? range : {}) }
    })
    if (values.length === 0) return 'no order has salient interactions in both splits'
    const looks = (at: 2 | 3) => Object.fromEntries(series.map((one) => [one[1], one[at]]))
    const legend = { orient: 'top', columns: 2, symbolStrokeWidth: 0 }
    const y = quantitative('mean', 'similarity')
    const encoding = { x: orderAxis, y, color: byName('series', null, looks(2), { legend }) }
    return {
      caption: `${words} Jaccard-like similarity of the mean interactions of training and test samples of one class, averaged over classes and networks; band: range over networks. The floor shuffles interactions within an order: orders near it do not generalise. Means over fewer samples are less alike: compare half of the training samples against as many test samples (dashed) with the ceiling, half of the training samples against the other half.`,
      spec: {
        title: marksKey('━ mean over classes and networks', 'band: range over networks'),
        data: { values },
        ...sideBySide(
          'panel',
          panels.map(({ title }) => title),
          {
            width: 265,
            height: 180,
            layer: [
              fromLowToHigh('y', { type: 'area', opacity: 0.2 }, encoding),
              {
                mark: { type: 'line', point: { size: 22 }, strokeWidth: 1.8 },
                encoding: {
                  ...encoding,
                  y: { ...y, scale: { domainMax: 1, zero: true } },
                  strokeDash: byName('series', null, looks(3), { legend: null }),
                },
              },
            ],
          },
        ),
      },
    }
  },
}
