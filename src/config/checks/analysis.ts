/** Checks of the sections `analysis` and `confusing`: no setting without effect, none missing that the score needs. */
import { analysisSection } from '../analysis.js'
import { confusingSection } from '../confusing.js'
import { valueAt } from '../problems.js'
import { type Check, checkDistinct, isText, type Sections } from './shared.js'

type Analysed = Sections & Pick<Required<Sections>, 'analysis'>

/** Settings without which nothing would change but in some configurations: what uses them, and whether this one does. */
const usedBySome: readonly {
  readonly key: string
  readonly user: string
  readonly isUsed: (sections: Analysed) => boolean
}[] = [
  ...(
    [
      ['layer', 'layer'],
      ['layerGrid', 'layer'],
      ['file', 'segments'],
      ['groups', 'features', 'auto'],
    ] as const
  ).map(([key, ...layouts]) => ({
    key: `analysis.players.${key}`,
    user: `analysis.players.layout: ${layouts[0]}`,
    isUsed: ({ analysis: { players } }: Analysed) =>
      layouts.some((layout) => layout === players.layout),
  })),
  {
    key: 'analysis.players.seed',
    user: 'analysis.players.select: random',
    isUsed: ({ analysis: { players }, confusing, data }) =>
      players.select === 'random' ||
      confusing?.reliability.players !== false ||
      data === undefined ||
      isText(data.source) ||
      data.source === 'tokens',
  },
  {
    key: 'analysis.samples.seed',
    user: 'a draw of samples (neither analysis.samples.first nor ids, or a testCount)',
    isUsed: ({ analysis: { samples } }) =>
      (samples.first === undefined && samples.ids === undefined) || samples.testCount > 0,
  },
  {
    key: 'analysis.noise',
    user: 'analysis.solver: certified or sgd-reference',
    isUsed: ({ analysis: { solver } }) => solver === 'certified' || solver === 'sgd-reference',
  },
  ...(
    [
      ['gap', 'certified'],
      ['tieBreak', 'certified'],
      ['reference.lr', 'sgd-reference'],
      ['reference.iterations', 'sgd-reference'],
    ] as const
  ).map(([key, user]) => ({
    key: `analysis.${key}`,
    user: `analysis.solver: ${user}`,
    isUsed: ({ analysis: { solver } }: Analysed) => solver === user,
  })),
  {
    key: 'confusing.offsetScope',
    user: 'confusing.score: offset-complexity',
    isUsed: ({ confusing }) => confusing?.score === 'offset-complexity',
  },
]

/** Whether all that differs from its default is used. Defaults stand in every configuration that a run has written. */
export const checkUsed: Check = (sections, problem) => {
  const { analysis } = sections
  if (analysis === undefined) return
  const usual = {
    analysis: analysisSection.parse(undefined),
    confusing: confusingSection.parse(undefined),
  }
  for (const { key, user, isUsed } of usedBySome) {
    const [value, byDefault] = [sections, usual].map((root) => valueAt(root, key.split('.')))
    if (value === undefined || value === byDefault || isUsed({ ...sections, analysis })) continue
    const remedy = byDefault === undefined ? 'leave it out' : `leave it out, or at ${byDefault}`
    problem(key, `only ${user} uses it: ${remedy}`, 'key')
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
