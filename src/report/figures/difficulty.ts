/** The figure that holds confusing samples beside hard ones. */
import { levelInPercent } from '../../comparison/clauses/wording.js'
import { stream } from '../../core/random.js'
import { bootstrapMeanInterval } from '../../metrics/bootstrap.js'
import { mean } from '../../metrics/descriptive.js'
import { byName, fromLowToHigh, orderAxis, quantitative, sideBySide } from './channels.js'
import { shownCheckpoints } from './checkpoints.js'
import { colours, type Figure, marksKey } from './figure.js'
import { ordersAt } from './orders.js'
import { intervalSettings, rounded, sumsByOrder } from './studyRows.js'

const byLoss = 'by loss: hard, easy'
const byScore = 'by score: confusing, other'

/** The panel and the colour of each group of samples. */
const groups = {
  hard: [byLoss, colours.vermillion],
  easy: [byLoss, colours.blue],
  confusing: [byScore, colours.purple],
  other: [byScore, colours.green],
} as const

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
    const values = Object.entries(groups).flatMap(([group, [panel]]) =>
      sumsByOrder(ordersAt(tables, group, shown.end)).flatMap(({ order, sumsOf }) =>
        (['positive', 'negative'] as const).map((sign) => {
          const found = sumsOf(sign)
          networksSeen = Math.max(networksSeen, found.length)
          // The same networks are drawn for every order and group, so that bands can be compared.
          const generator = stream(0, 'figure', difficultyFigure.id).at()
          const [low, high] = bootstrapMeanInterval(found, draws, level, generator) ?? []
          const ends = { low: rounded(low), high: rounded(high) }
          return { panel, group, sign, order, value: rounded(mean(found)), ...ends }
        }),
      ),
    )
    if (values.length === 0) return 'there are no order distributions'
    const groupColours = Object.fromEntries(
      Object.entries(groups).map(([group, [, colour]]) => [group, colour]),
    )
    const encoding = {
      x: orderAxis,
      y: quantitative('value', 'mean salient strength'),
      color: byName('group', null, groupColours, { legend: { orient: 'top' } }),
      detail: { field: 'sign' },
    }
    const bands =
      networksSeen < 2
        ? 'no bands: there is one network'
        : `bands: ${levelInPercent(level)} intervals of that mean by bootstrap over the ${networksSeen} networks (${draws.toLocaleString('en')} draws)`
    return {
      caption: `Mean salient strength by order at the end, positive above zero and negative below; line: mean over networks, ${bands}. Hard and easy are the samples of highest and lowest loss ${shown.panels.length === 1 ? 'there' : 'at the analysed checkpoint nearest to t*, where overfitting begins, or, in networks without t*, to the middle of training'}.`,
      spec: {
        title: marksKey('━ mean over networks', bands),
        data: { values },
        ...sideBySide('panel', [byLoss, byScore], {
          width: 265,
          height: 190,
          layer: [
            fromLowToHigh('y', { type: 'area', opacity: 0.18 }, encoding),
            { mark: { type: 'line', point: { size: 20 }, strokeWidth: 1.8 }, encoding },
          ],
        }),
      },
    }
  },
}
