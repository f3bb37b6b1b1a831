/** The analysis of one network on made-up checkpoints, without an overfitting phase and with a threshold for every sample. */
import { describe, expect, it } from 'vitest'
import { configOf } from '../testing/configOf.js'
import { madeCheckpoint } from '../testing/madeCheckpoint.js'
import { analyseNetwork } from './network.js'

function configWith(sections: object) {
  return configOf(
    { data: { source: 'tic-tac-toe' }, model: { architecture: 'mlp-5' }, ...sections },
    'test',
  )
}

describe('with a threshold for every sample (salience.rule: max)', () => {
  const strong = [0, 1000, 0, 0]
  const weak = [0, 1, 1, 1]
  const other = [0, 1, -1, 2]
  const analysed = (rows: number[][], panel: number[], confusing: object = {}) =>
    analyseNetwork(
      { network: { id: 'n' }, curve: [], checkpoints: [madeCheckpoint(rows, { panel })] },
      configWith({ analysis: { salience: { rule: 'max' } }, confusing }),
    )

  it('generalisation does not hang on which sample comes first', () => {
    const panel = [0, 0, 1, 1]
    const similarities = (rows: number[][]) =>
      analysed(rows, panel).generalization[0].map(({ similarity }) => similarity)
    // Means of order 1: (500.5, ½) against (1, 0); of order 2: ½ against 3/2.
    const expected = [1 / 501, 1 / 3]
    for (const train of [
      [strong, weak],
      [weak, strong],
    ]) {
      for (const test of [
        [weak, other],
        [other, weak],
      ]) {
        const found = similarities([...train, ...test])
        expect(found).toHaveLength(2)
        for (const [index, value] of found.entries()) {
          expect(value).toBeCloseTo(expected[index], 12)
        }
      }
    }
  })

  it('nor does the score against the other split', () => {
    const scoresWith = (rows: number[][]) =>
      Array.from(analysed(rows, [0, 1, 1], { score: 'nongeneralizable-mass' }).scores)
    // Of the main sample's strength 3 the mean of the others, (500.5, ½, ½), confirms 1 + ½ + ½.
    expect(scoresWith([weak, strong, weak])[0]).toBeCloseTo(1 / 3, 12)
    expect(scoresWith([weak, weak, strong])[0]).toBeCloseTo(1 / 3, 12)
  })
})

describe('without an overfitting phase', () => {
  // Two interactions of order 2, which cancel in one sample.
  const rows = (cancelling: number) =>
    Array.from({ length: 10 }, (_, sample) => [0, 0, 0, 1, 0, sample === cancelling ? -1 : 1, 0, 0])
  const losses = (hardest: number, easiest: number) =>
    Array.from({ length: 10 }, (_, sample) => {
      if (sample === hardest) return 2
      return sample === easiest ? 0 : 1
    })
  const checkpoints = [
    madeCheckpoint(rows(0), { step: 0, loss: losses(0, 1) }),
    madeCheckpoint(rows(1), { step: 40, loss: losses(2, 3) }),
    madeCheckpoint(rows(1), { step: 80, loss: losses(4, 5) }),
    madeCheckpoint(rows(1), { step: 100, loss: losses(6, 7) }),
  ]
  const analysed = (confusing: object) =>
    analyseNetwork({ network: { id: 'n' }, curve: [], checkpoints }, configWith({ confusing }))

  it('samples are hard and easy by their loss in the middle of training', () => {
    expect(analysed({}).difficulty).toEqual({ hard: [2], easy: [3] })
  })

  it('scores have grown since the first checkpoint', () => {
    const { scores } = analysed({ phase: 'delta' })
    expect(Array.from(scores, Math.sign)).toEqual([-1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  })
})
