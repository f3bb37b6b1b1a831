/** Warnings of classes of which a filter leaves no sample to analyse. */
import { expect, it } from 'vitest'
import { scoredAnalyses } from '../testing/scoredAnalyses.js'
import { panelWarnings } from './panelWarnings.js'

/** What is said of analyses on these samples, of two classes in turn. */
function told(samples: readonly number[], filter: string, classes = 2) {
  const { analyses, config } = scoredAnalyses(() => ({ c: Array(15).fill(0.5) }))
  const chosen = analyses.map((analysis) => ({ ...analysis, samples }))
  const analysis = { ...config.analysis, samples: { ...config.analysis.samples, filter } }
  // Sets of half the samples: of one sample only where there are fewer than three.
  const confusing = { ...config.confusing, set: { rule: 'top', fraction: 0.5 } }
  return panelWarnings(chosen, { analysis, confusing } as typeof config, classes)
}

it('classes that a filter leaves out are named, unless there are fewer samples than classes', () => {
  const even = [0, 2, 4, 6]
  expect(told(even, 'common-correct')).toEqual([
    expect.stringMatching(/^of 2 classes only 1 \(0\) are among .*filter: common-correct/),
  ])
  expect(told(even, 'none')).toEqual([])
  expect(told([0, 1, 2], 'correct')).toEqual([])
  expect(told([0, 1, 2], 'correct', 3)).toHaveLength(1)
  expect(told([4], 'correct').filter((line) => line.includes('classes'))).toEqual([])
})

it.each(['none', 'correct'])(
  'sets of too few compared samples are told of, filtered by %s',
  (filter) => {
    expect(told([0, 1], filter)).toEqual([
      'sets of 1 of 2 samples overlap all or not at all: analyse at least 4 (analysis.samples)',
    ])
    expect(told([0, 1, 2], filter)).toEqual([])
  },
)
