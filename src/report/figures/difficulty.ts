import { levelInPercent } from '../../comparison/clauses/wording.js'
import { stream } from '../../core/random.js'
import { bootstrapMeanInterval } from '../../metrics/bootstrap.js'
import { mean } from '../../metrics/descriptive.js'
import { shownCheckpoints } from './checkpoints.js'
import { colours, type Figure, marksKey } from './figure.js'
import { rowsAt } from './orders.js'
import { intervalSettings, rounded, sumsByOrder } from './studyRows.js'

const groups = ['hard', 'easy', 'confusing', 'other'] as const

/** Order distributions of hard and easy, and of confusing and other samples, at the end. */
export const difficultyFigure: Figure = {
  id: 'hard-easy',
  title: 'Hard and easy, confusing and other samples',
  source: 'Figure 5 (panel by score ours)',
  draw(study) {
    const { tables } = study
    const { level, draws } = intervalSettings(study)
    const shown = shownCheckpoints(tables)
    let networksSeen = 0
    const values = groups.flatMap((group) => {
      return sumsByOrder(rowsAt(tables, group, shown.end)).flatMap(({ order, sumsOf }) =>
        (['positive', 'negative'] as const).map((sign) => {
          const found = sumsOf(sign)
          networksSeen = Math.max(networksSeen, found.length)
          // The same networks are drawn for every order and group, so that bands can be compared.
          const generator = stream(0, 'figure', difficultyFigure.id).at()
          const [low, high] = bootstrapMeanInterval(found, draws, level, generator) ?? []
          return {
            panel:
              group === 'hard' || group === 'easy'
                ? 'by loss: hard, easy'
                : 'by score: confusing, other',
            group,
            sign,
            order,
            value: rounded(mean(found)),
            low: rounded(low),
            high: rounded(high),
          }
        }),
      )
    })
    if (values.length === 0) return 'there are no order distributions'
    const color = {
      field: 'group',
      type: 'nominal',
      title: null,
      scale: {
        domain: [...groups],
        range: [colours.vermillion, colours.blue, colours.purple, colours.green],
      },
      legend: { orient: 'top' },
    }
    const x = { field: 'order', type: 'ordinal', title: 'order', axis: { labelAngle: 0 } }
    const bands =
      networksSeen < 2
        ? 'no bands: there is one network'
        : `bands: ${levelInPercent(level)} intervals of that mean by bootstrap over the ${networksSeen} networks (${draws.toLocaleString('en')} draws)`
    return {
      caption: `Mean salient strength by order at the end, positive above zero and negative below; line: mean over networks, ${bands}. Hard and easy are the samples of highest and lowest loss ${shown.panels.length === 1 ? 'there' : 'at the analysed checkpoint nearest to t*, where overfitting begins, or, in networks without t*, to the middle of training'}.`,
      spec: {
        title: marksKey('━ mean over networks', bands),
        data: { values },
        facet: { column: { field: 'panel', type: 'nominal', title: null } },
        spec: {
          width: 265,
          height: 190,
          layer: [
            {
              transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
              mark: { type: 'area', opacity: 0.18 },
              encoding: {
                x,
                y: { field: 'low', type: 'quantitative', title: 'mean salient strength' },
                y2: { field: 'high' },
                color,
                detail: { field: 'sign' },
              },
            },
            {
              mark: { type: 'line', point: { size: 20 }, strokeWidth: 1.8 },
              encoding: {
                x,
                y: { field: 'value', type: 'quantitative', title: 'mean salient strength' },
                color,
                detail: { field: 'sign' },
              },
            },
          ],
        },
      },
    }
  },
}
