/** The summary of made-up studies: overlaps by regime and cut, and lines that fit a terminal. */
import { expect, it } from 'vitest'
import type { ReportStudy } from '../report/types.js'
import type { PairClassRow } from '../tables/tables.js'
import { describeOverlaps, summarize } from './summary.js'

const classOf = (regime: string, relation: string, pairs: number, jaccard: number) =>
  [
    ['jaccard', jaccard],
    ['expected_jaccard', 0.05],
  ].map(([statistic, mean]) => ({
    step: 10,
    architecture: 'lenet',
    regime,
    cut: 2,
    cut_layers: undefined,
    relation,
    accuracy: 'all',
    statistic,
    pairs,
    mean,
    ci_low: undefined,
    ci_high: undefined,
  })) as PairClassRow[]

const init = classOf('init', 'same-low/diff-high', 24, 0.1)
const frozen = classOf('trained-frozen', 'same-low/diff-high', 8, 0.5)
const between = classOf('init+trained-frozen', 'same-low/diff-high+regime', 48, 0.9)

it('tells the overlaps of each regime for itself, and mixes none', () => {
  expect(describeOverlaps([...init, ...frozen, ...between])).toEqual([
    ['overlap', 'init, same-low/diff-high: Jaccard 0.100, chance 0.050 (24 pairs)'],
    ['overlap', 'trained-frozen, same-low/diff-high: Jaccard 0.500, chance 0.050 (8 pairs)'],
    ['overlap', 'pairs of networks of two regimes: pair_classes.csv'],
  ])
})

it('names a regime, a cut or an architecture only where there are several', () => {
  expect(describeOverlaps(init)).toEqual([
    ['overlap', 'same-low/diff-high: Jaccard 0.100, chance 0.050 (24 pairs)'],
  ])
  const deeper = init.map((row) => ({ ...row, cut: undefined, cut_layers: 'conv1+fc' }))
  const other = init.map((row) => ({ ...row, architecture: 'vgg11' }))
  const lines = describeOverlaps([...init, ...deeper, ...other]).map(([, text]) => text)
  expect(lines.map((text) => text.split(':')[0])).toEqual([
    'lenet, cut 2, same-low/diff-high',
    'lenet, cut conv1+fc, same-low/diff-high',
    'vgg11, cut 2, same-low/diff-high',
  ])
})

it('says that no pair has sets', () => {
  const [, chance] = init
  expect(describeOverlaps([{ ...chance, statistic: 'iou' }])).toEqual([
    ['overlap', 'same-low/diff-high: no pair has confusing samples'],
  ])
})

it('keeps within the width of a terminal, under its titles, and leaves commands whole', async () => {
  const study = {
    tables: { networks: [], samples: [], pairClasses: [] },
    multiverse: [],
    problems: [],
    verdict: {
      verdict: 'inconclusive',
      asked: 'whether it is so',
      sentence: `inconclusive: ${'it is open, '.repeat(20)}as told`,
      certainty: '',
      others: [],
      warnings: ['said before', 'said now'],
      next: { reason: 'more seeds', set: [`networks.grid.low=[${Array(60).fill(1)}]`] },
    },
  } as unknown as ReportStudy
  const options = { columns: 60, said: ['said before'] }
  const lines = (await summarize(study, '/nowhere', 'nowhere', options)).trimEnd().split('\n')
  const [long, ...others] = lines.filter((line) => line.length > 60)
  expect(long.trim()).toMatch(/networks\.grid\.low/)
  expect(others).toEqual([])
  expect(lines.filter((line) => /^ {10}\S/.test(line)).length).toBeGreaterThan(3)
  expect(lines.filter((line) => line.startsWith('warning'))).toEqual(['warning   said now'])
})
