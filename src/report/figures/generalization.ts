import { groupBy } from '../../core/groupBy.js'
import { mean } from '../../metrics/descriptive.js'
import { shownCheckpoints } from './checkpoints.js'
import { colours, type Figure, marksKey, panelsOf } from './figure.js'
import { rounded } from './studyRows.js'

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
      const found = group.map(({ value }) => value)
      return {
        panel,
        series: name,
        order,
        value: rounded(mean(found)),
        low: rounded(Math.min(...found)),
        high: rounded(Math.max(...found)),
      }
    })
    if (values.length === 0) return 'no order has salient interactions in both splits'
    const domain = series.map(([, name]) => name)
    const color = {
      field: 'series',
      type: 'nominal',
      title: null,
      scale: { domain, range: series.map(([, , colour]) => colour) },
      legend: { orient: 'top', columns: 2, symbolStrokeWidth: 0 },
    }
    const x = { field: 'order', type: 'ordinal', title: 'order', axis: { labelAngle: 0 } }
    return {
      caption: `${words} Jaccard-like similarity of the mean interactions of training and test samples of one class, averaged over classes and networks; band: range over networks. The floor shuffles interactions within an order: orders near it do not generalise. Means over fewer samples are less alike: compare half of the training samples against as many test samples (dashed) with the ceiling, half of the training samples against the other half.`,
      spec: {
        title: marksKey('━ mean over classes and networks', 'band: range over networks'),
        data: { values },
        facet: {
          column: panelsOf(
            'panel',
            panels.map(({ title }) => title),
          ),
        },
        spec: {
          width: 265,
          height: 180,
          layer: [
            {
              transform: [{ filter: "datum.series === 'train vs test'" }],
              mark: { type: 'area', opacity: 0.2 },
              encoding: {
                x,
                y: { field: 'low', type: 'quantitative', title: 'similarity' },
                y2: { field: 'high' },
                color,
              },
            },
            {
              mark: { type: 'line', point: { size: 22 }, strokeWidth: 1.8 },
              encoding: {
                x,
                y: {
                  field: 'value',
                  type: 'quantitative',
                  title: 'similarity',
                  scale: { domainMax: 1, zero: true },
                },
                color,
                strokeDash: {
                  field: 'series',
                  legend: null,
                  scale: {
                    domain,
                    range: series.map(([, , , dashes]) => dashes),
                  },
                },
              },
            },
          ],
        },
      },
    }
  },
}
