/** The odds of a right verdict that a plan tells and warns of, and where they are not simulated. */
import { describe, expect, it } from 'vitest'
import { configOf } from '../testing/configOf.js'
import { ticTacToeInfo } from '../testing/dataInfo.js'
import { describeOdds, designOdds, oddsWarnings } from './designOdds.js'
import { planStudy } from './plan.js'

function planOf(lows: number, highs: number, count: number) {
  const seeds = (of: number) => Array.from({ length: of }, (_, seed) => seed)
  const written = {
    data: { source: 'tic-tac-toe' },
    model: { architecture: 'mlp-5' },
    networks: { grid: { low: seeds(lows), high: seeds(highs), repeats: 1 } },
    analysis: { samples: { count } },
  }
  return planStudy(configOf(written, 'test'), ticTacToeInfo)
}

describe('the odds of a design', () => {
  it('are a warning with the same figures where next to no study of it would be right', () => {
    const plan = planOf(3, 3, 20)
    const odds = designOdds(plan)!
    expect(Math.max(...odds.map(({ right }) => right))).toBeLessThanOrEqual(0.05)
    expect(oddsWarnings(plan)).toEqual([describeOdds(odds)])
    expect(oddsWarnings(plan)[0]).toMatch(
      /^this design will very likely decide nothing \(odds .*% where low layers decide 20% .*nothing\): .*lowlayer power/,
    )
  })

  it('are none where one of the two truths would be found', () => {
    const plan = planOf(4, 4, 50)
    expect(designOdds(plan)!.some(({ right }) => right > 0.5)).toBe(true)
    expect(oddsWarnings(plan)).toEqual([])
    expect(describeOdds(designOdds(plan)!)).toMatch(/^odds of a right verdict/)
  })

  it('are not simulated where no test can decide, which is another warning, nor of very many scores', () => {
    expect(designOdds(planOf(2, 3, 12))).toBeUndefined()
    expect(oddsWarnings(planOf(2, 3, 12))).toEqual([])
    expect(designOdds(planOf(6, 6, 600))).toBeUndefined()
  })
})
