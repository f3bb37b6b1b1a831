/** Checks of the sections `analysis` and `confusing`: no setting without effect, none missing that the score needs. */
import { type AnalysisConfig, analysisSection } from '../analysis.js'
import { type Check, checkDistinct } from './shared.js'

/** Settings that only some analyses use: what uses them, and whether this one does. */
const usedBySome: readonly {
  readonly key: string
  readonly user: string
  readonly of: (analysis: AnalysisConfig) => unknown
  readonly isUsed: (analysis: AnalysisConfig) => boolean
}[] = [
  ...(
    [
      ['layer', 'layer'],
      ['layerGrid', 'layer'],
      ['file', 'segments'],
      ['groups', 'features', 'auto'],
    ] as const
  ).map(([key, ...layouts]) => ({
    key: `players.${key}`,
    user: `analysis.players.layout: ${layouts[0]}`,
    of: ({ players }: AnalysisConfig) => players[key],
    isUsed: ({ players }: AnalysisConfig) => layouts.some((layout) => layout === players.layout),
  })),
  {
    key: 'noise',
    user: 'analysis.solver: certified or sgd-reference',
    of: ({ noise }) => noise,
    isUsed: ({ solver }) => solver === 'certified' || solver === 'sgd-reference',
  },
  ...(['gap', 'tieBreak'] as const).map((key) => ({
    key,
    user: 'analysis.solver: certified',
    of: (analysis: AnalysisConfig) => analysis[key],
    isUsed: ({ solver }: AnalysisConfig) => solver === 'certified',
  })),
  ...(['lr', 'iterations'] as const).map((key) => ({
    key: `reference.${key}`,
    user: 'analysis.solver: sgd-reference',
    of: ({ reference }: AnalysisConfig) => reference[key],
    isUsed: ({ solver }: AnalysisConfig) => solver === 'sgd-reference',
  })),
]

/** Whether all that differs from its default is used. Defaults stand in every configuration that a run has written. */
export const checkUsed: Check = ({ analysis }, problem) => {
  if (analysis === undefined) return
  const usual = analysisSection.parse(undefined)
  for (const { key, user, of, isUsed } of usedBySome) {
    if (isUsed(analysis) || of(analysis) === of(usual)) continue
    const remedy = of(usual) === undefined ? 'leave it out' : `leave it out, or at ${of(usual)}`
    problem(`analysis.${key}`, `only ${user} uses it: ${remedy}`, 'key')
  }
}

/** Whether it is said in one way only which samples are analysed. */
export const checkSamples: Check = ({ analysis }, problem) => {
  if (analysis === undefined) return
  const { count, first, ids, filter } = analysis.samples
  const at = (key: string, message: string) => problem(`analysis.samples.${key}`, message)
  if (first !== undefined && ids !== undefined) at('first', 'and "ids" both say which: keep one')
  if (first !== undefined && first !== count) at('count', `${count} differs from first: ${first}`)
  if (Array.isArray(ids) && ids.length !== count) {
    at('count', `${count} differs from the ${ids.length} of ids: leave count away`)
  }
  if (ids !== undefined && filter !== 'none') {
    at('filter', `"${filter}" would leave out some of ids: use "none", or "first" instead of ids`)
  }
  if (Array.isArray(ids)) checkDistinct(ids, problem, 'analysis.samples.ids')
}

/** Whether the analysis has what the confusing score takes. */
export const checkConfusing: Check = ({ analysis, confusing, networks }, problem) => {
  if (analysis === undefined || confusing === undefined) return
  const { references, score } = confusing
  const named = (networks?.files ?? []).findIndex(({ reference }) => reference)
  if (named !== -1 && references === undefined) {
    const message =
      'is for confusing.references, which are not asked for: set confusing.score to nongeneralizable, or confusing.references to {}'
    problem(`networks.files.${named}.reference`, message, 'key')
  }
  if (references !== undefined && analysis.samples.filter === 'correct') {
    const message =
      'every network has samples of its own under analysis.samples.filter "correct", but references are evaluated on those that all have; use none or common-correct'
    problem('confusing.references', message)
  }
  if (score === 'nongeneralizable-mass' && analysis.samples.testCount === 0) {
    const message =
      '"nongeneralizable-mass" compares with samples of the other split: analysis.samples.testCount is 0'
    problem('confusing.score', message)
  }
  if (confusing.phase === 'delta' && analysis.checkpoints === 'final') {
    const message =
      '"delta" needs a checkpoint where overfitting begins: analysis.checkpoints is "final"; "phases" or "all" have it'
    problem('confusing.phase', message)
  }
}
