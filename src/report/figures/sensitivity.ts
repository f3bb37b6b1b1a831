import { largest, smallest } from '../../core/extremes.js'
import { points, quantitative } from './channels.js'
import { rowsAt, shownCheckpoints } from './checkpoints.js'
import { colours, type Figure, marksKey, type Spec } from './figure.js'
import { rounded } from './studyRows.js'

/** How much the scores depend on which of the equally sparse decompositions is taken. */
export const sensitivityFigure: Figure = {
  id: 'sensitivity',
  title: 'Scores at both ends of the tie-break',
  source: 'ours',
  draw({ tables }) {
    const { end } = shownCheckpoints(tables)
    const values = rowsAt(tables.samples, end).flatMap(({ score_low, score_high }) =>
      score_low === undefined || score_high === undefined
        ? []
        : [{ low: rounded(score_low, 4), high: rounded(score_high, 4) }],
    )
    if (values.length === 0) return 'the other end of the tie-break is not stored'
    return {
      caption:
        'Each sample’s score at the two ends of the equally sparse decompositions (the L1 optimum is not unique); away from the diagonal the score is not determined by the data. Another n or solver needs a run of its own (analysis.players.count, analysis.solver).',
      spec: {
        title: marksKey('● a sample', '┆ equal at both ends'),
        ...tieBreakEnds(values),
      },
    }
  },
}

function tieBreakEnds(values: readonly { low?: number; high?: number }[]): Spec {
  const ends = values.flatMap(({ low = 0, high = 0 }) => [low, high])
  const [least, most] = [smallest(ends, 0), largest(ends, 0)]
  const axis = { tickCount: 4 }
  const encoding = {
    x: quantitative('low', 'score, low-order end', { axis }),
    y: quantitative('high', 'score, high-order end', { axis }),
  }
  const diagonal = [least, most].map((end) => ({ low: end, high: end }))
  return {
    width: 170,
    height: 170,
    layer: [
      {
        data: { values: diagonal },
        mark: { type: 'line', strokeDash: [3, 3], color: colours.grey, clip: true },
        encoding: { x: quantitative('low'), y: quantitative('high') },
      },
      {
        data: { values },
        mark: points(14, { opacity: 0.4, color: colours.blue }),
        encoding,
      },
    ],
  }
}
