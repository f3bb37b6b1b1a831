/** The score held against measures of difficulty, on scores made to be difficulty, to have nothing of it, or to follow one. */
import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { centredRanks, mean } from '../metrics/descriptive.js'
import { partialSpearman } from '../metrics/rankResiduals.js'
import { scoredAnalyses } from '../testing/scoredAnalyses.js'
import { compareAnalyses } from './compare.js'
import { measureRows, measuresOf } from './measures.js'
import type { TrainingDynamics } from './types.js'

const COUNT = 60

/** Dynamics at steps 0, 1 and 2 whose loss, early loss and GraNd at the end are given; the rest hangs on them or is empty. */
function dynamicsOf(
  loss: readonly number[],
  early: readonly number[] = loss,
  grand = loss.map(() => Number.NaN),
): TrainingDynamics {
  const table = (of: (value: number) => number) =>
    Float64Array.from([...loss.map(() => 1), ...early, ...loss].map(of))
  const unknown = loss.map(() => Number.NaN)
  return {
    step: Int32Array.of(0, 1, 2),
    sample: Int32Array.from(loss.keys()),
    givenLabel: Int32Array.from(loss, () => 0),
    // Forgotten are those whose loss exceeds log 2 at the end and did not before.
    prediction: Int32Array.from(table((value) => Number(value > Math.LN2))),
    loss: table((value) => value),
    margin: table((value) => -value),
    probability: table((value) => Math.exp(-value)),
    el2n: table((value) => 1 - Math.exp(-value)),
    grand: Float64Array.from([...unknown, ...unknown, ...grand]),
  }
}

/** Independent draws by name, within 0.25 … 0.95. */
function draws(...names: (string | number)[]): number[] {
  const random = stream(0, 'measures', ...names.map(String)).at()
  return Array.from({ length: COUNT }, () => 0.25 + 0.7 * random.uniform())
}

/** The rows of a study by measure and statistic, with confusing sets by another rule where one is given. */
function found(
  scoresOf: Parameters<typeof scoredAnalyses>[0],
  set?: { rule: 'absolute'; threshold: number },
) {
  const { analyses, config: usual } = scoredAnalyses(scoresOf)
  const config = set === undefined ? usual : { ...usual, confusing: { ...usual.confusing, set } }
  const { effects } = compareAnalyses(analyses, {}, config)
  const rows = [...measureRows(analyses, effects, config)].flat()
  const estimate = (measure: string, statistic: string) =>
    rows.find((row) => row.measure === measure && row.statistic === statistic)?.estimate
  return { rows, estimate }
}

const mixed = (a: readonly number[], b: readonly number[], share: number) =>
  a.map((value, at) => share * value + (1 - share) * b[at])

describe('a score that is difficulty', () => {
  const { estimate } = found(({ low, high }) => {
    const c = mixed(draws('low', low), draws('own', low, high), 0.7)
    return { c, dynamics: dynamicsOf(c.map((value) => value ** 2)) }
  })

  it('has the shares and contrasts of the measure', () => {
    for (const effect of ['low', 'high', 'sample', 'residual', 'T_low', 'T_high']) {
      expect(estimate('loss', effect), effect).toBeCloseTo(estimate('score', effect)!, 12)
      expect(estimate('margin', effect), effect).toBeCloseTo(estimate('score', effect)!, 12)
    }
    expect(estimate('score', 'low')).toBeGreaterThan(0.4)
    expect(estimate('loss', 'spearman')).toBeCloseTo(1, 12)
    expect(estimate('loss', 'mislabelled_auc')).toBe(estimate('score', 'mislabelled_auc'))
  })

  it('leaves nothing once that is taken out', () => {
    expect(estimate('score', 'explained')).toBe(1)
    for (const effect of ['low', 'high', 'sample', 'T_low']) {
      expect(estimate('score_after_difficulty', effect), effect).toBeUndefined()
    }
  })
})

it('a threshold in units of the score is none of a measure: as many samples are in its sets', () => {
  const scores: Parameters<typeof scoredAnalyses>[0] = ({ low, high }) => {
    const c = mixed(draws('low', low), draws('own', low, high), 0.7)
    return { c, dynamics: dynamicsOf(c.map((value) => 1000 * value ** 2)) }
  }
  const { estimate } = found(scores, { rule: 'absolute', threshold: 0.8 })
  expect(estimate('score', 'T_low')).toBeGreaterThan(0)
  expect(estimate('loss', 'T_low')).toBeCloseTo(estimate('score', 'T_low')!, 12)
  const none = found(scores, { rule: 'absolute', threshold: 2 })
  expect([none.estimate('loss', 'T_low'), none.estimate('score', 'T_low')]).toEqual([
    undefined,
    undefined,
  ])
})

describe('a score that difficulty tells nothing of', () => {
  const { rows, estimate } = found(({ low, high }) => ({
    c: mixed(draws('low', low), draws('own', low, high), 0.7),
    dynamics: dynamicsOf(draws('loss', low, high), draws('early', low, high)),
  }))

  it('keeps its low share and contrast, and the measures have none', () => {
    expect(estimate('score', 'low')).toBeGreaterThan(0.4)
    expect(estimate('score_after_difficulty', 'low')).toBeCloseTo(estimate('score', 'low')!, 1)
    const contrasts = ['score_after_difficulty', 'score'].map((name) => estimate(name, 'T_low')!)
    expect(Math.abs(contrasts[0] - contrasts[1])).toBeLessThan(0.1)
    expect(Math.abs(estimate('loss', 'low')!)).toBeLessThan(0.1)
    expect(Math.abs(estimate('score', 'explained')!)).toBeLessThan(0.1)
    expect(Math.abs(estimate('loss', 'spearman')!)).toBeLessThan(0.15)
  })

  it('is asked of every measure that is known, at the end and early', () => {
    expect([...new Set(rows.map(({ measure }) => measure))]).toEqual([
      'score',
      'loss',
      'margin',
      'el2n',
      'loss_early',
      'margin_early',
      'el2n_early',
      'forgetting',
      'variability',
      'score_after_difficulty',
    ])
  })
})

it('says of how many networks a measure is that some lack', () => {
  const { rows } = found(({ low, high }) => {
    const c = draws('lacking', low, high)
    return { c, dynamics: low === 0 ? undefined : dynamicsOf(draws('loss', low, high)) }
  })
  const notes = (measure: string) =>
    rows.filter((row) => row.measure === measure && row.statistic === 'low').map(({ note }) => note)
  const part = /of the \d+ of \d+ networks that have it/
  expect(notes('loss')).toEqual([expect.stringMatching(part)])
  expect(notes('score')).not.toEqual([expect.stringMatching(part)])
})

describe('a score that follows one measure', () => {
  const scoreOf = (low: number, high: number) => {
    const grand = draws('grand', low, high)
    const score = mixed(grand, draws('score', low, high), 0.6)
    const early = draws('early', low, high)
    return { c: score, dynamics: dynamicsOf(draws('loss', low, high), early, grand) }
  }
  const { estimate } = found(({ low, high }) => scoreOf(low, high))

  it('correlates with it when the others are given', () => {
    expect(estimate('grand', 'partial')).toBeGreaterThan(0.6)
    expect(Math.abs(estimate('variability', 'partial')!)).toBeLessThan(0.2)
  })

  it('has one partial correlation with measures of equal ranks, as loss, margin and EL2N of two classes are', () => {
    const seeds = [0, 1, 2].flatMap((low) => [0, 1, 2].map((high) => [low, high] as const))
    const phases = { overfitting: undefined, reason: '' } as never
    const expected = seeds.map(([low, high]) => {
      const { c, dynamics } = scoreOf(low, high)
      const measures = measuresOf({ dynamics, phases }, [...c.keys()])
      const others = ['grand', 'loss_early', 'forgetting', 'variability']
      return partialSpearman(
        centredRanks(measures.get('loss')!),
        centredRanks(c),
        others.map((name) => centredRanks(measures.get(name)!)),
      )!
    })
    for (const measure of ['loss', 'margin', 'el2n'])
      expect(estimate(measure, 'partial'), measure).toBeCloseTo(mean(expected)!, 10)
    expect(estimate('el2n_early', 'partial')).toBeCloseTo(estimate('loss_early', 'partial')!, 10)
  })

  it('has none with what is left of itself', () => {
    expect(estimate('score_after_difficulty', 'partial')).toBeUndefined()
  })
})

describe('measuresOf', () => {
  const early = [0.1, 0.2, 2, 3]
  const dynamics = dynamicsOf([0.3, 0.9, 1, 0.1], early)
  const phases = { overfitting: undefined, reason: '' } as never

  it('takes the checkpoint of the boundary, and turns the margin so that more is harder', () => {
    const measures = measuresOf({ dynamics, phases }, [2, 0])
    expect([...measures.get('loss')!]).toEqual([1, 0.3])
    expect([...measures.get('margin_early')!]).toEqual([2, 0.1])
    expect(measures.has('grand')).toBe(false)
  })

  it('never learnt is harder than forgotten, and that than learnt for good', () => {
    const measures = measuresOf({ dynamics, phases }, [0, 1, 2])
    const [kept, forgotten, never] = measures.get('forgetting')!
    expect(kept).toBe(0)
    expect(forgotten).toBe(1)
    expect(never).toBeGreaterThan(1000)
  })

  it('has none of values of another tool', () => {
    expect(measuresOf({ dynamics: undefined, phases }, [0]).size).toBe(0)
  })
})
