/** What the figure of measures says where a study has only some of them. */
import { expect, it } from 'vitest'
import type { MeasureRow } from '../../tables/tables.js'
import { exampleStudy } from '../testing/exampleStudy.js'
import { readDrawing } from '../testing/readDrawing.js'
import { drawFigure } from './figures.js'

/** The figure of the example where only these rows are known. */
function figureOf(isKnown: (row: MeasureRow) => boolean) {
  const study = exampleStudy()
  const measures = study.tables.measures.filter(isKnown)
  const figure = drawFigure('measures', { ...study, tables: { ...study.tables, measures } })
  if ('missing' in figure) throw new Error(figure.missing)
  return figure
}

const keyOf = ({ spec }: { readonly spec: object }) => JSON.stringify('title' in spec && spec.title)

it('of networks without seeds, caption, legend and rows tell correlations alone', async () => {
  const bare = figureOf(
    ({ measure, statistic }) =>
      (measure === 'score' && statistic === 'explained') ||
      ((measure === 'loss' || measure === 'forgetting') && statistic === 'spearman'),
  )
  expect(bare.caption).not.toMatch(/variance|interval|AUC|early|after difficulty/i)
  expect(bare.caption).toContain('rank correlation with the score')
  expect(keyOf(bare)).not.toMatch(/interval|chance/)
  const rows = (await readDrawing(bare.spec)).filter(({ kind }) => kind === 'symbol')
  expect(rows.map(({ y }) => y)).toEqual(['loss', 'forgetting events'])
  expect(JSON.stringify(bare.spec)).toContain('"domain":["loss","forgetting events"]')
})

it('of a grid of seeds with wrong labels, all is told', () => {
  const { caption, ...figure } = figureOf(() => true)
  for (const words of ['shares of variance (bars: 95%', 'AUC', '“Early”', 'Score after difficulty'])
    expect(caption).toContain(words)
  expect(keyOf(figure)).toMatch(/interval.*chance/)
})
