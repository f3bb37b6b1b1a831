import { describe, expect, it } from 'vitest'
import { configOf } from '../config/load.js'
import { madeCheckpoint } from '../testing/madeCheckpoint.js'
import { analyseNetwork } from './network.js'

function configWith(sections: object) {
  return configOf(
    { data: { source: 'tic-tac-toe' }, model: { architecture: 'mlp-5' }, ...sections },
    'test',
  )
}

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
