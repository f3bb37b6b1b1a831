import { describe, expect, it } from 'vitest'
import type { StudyNetwork } from '../plan/types.js'
import { ticTacToeInfo } from '../testing/dataInfo.js'
import { scoredAnalyses } from '../testing/scoredAnalyses.js'
import type { CurvePoint } from '../training/curve.js'
import { accuracyWarnings } from './accuracyWarnings.js'

/** Of 670 training and 288 test samples. */
const data = ticTacToeInfo

/** Accuracies at the end on all training and test samples. */
const ending = (trainAccuracy: number, testAccuracy: number): CurvePoint[] => [
  { step: 0, epoch: 0, trainLoss: 1, testLoss: 1, trainAccuracy: 1, testAccuracy: 1 },
  { step: 1, epoch: 1, trainLoss: 1, testLoss: 1, trainAccuracy, testAccuracy },
]

/** Networks from elsewhere with these curves, each right on the samples of class 0, 8 of the 15 analysed. */
function given(curves: readonly CurvePoint[][], curveFile?: string) {
  const { analyses } = scoredAnalyses(() => ({ c: Array(15).fill(0.5) }))
  return curves.map((curve, index) => {
    const network = { ...analyses[index].network, name: `net${index}`, origin: 'given', curveFile }
    return { ...analyses[index], network: network as unknown as StudyNetwork, curve }
  })
}

describe('an accuracy below chance', () => {
  it('is told of all training and test samples, though the few analysed ones do not show it', () => {
    // 0.338 · 670 + 0.34 · 288 = 324.4
    expect(accuracyWarnings(given([ending(0.338, 0.34), ending(0.9, 0.8)]), data)).toEqual([
      expect.stringMatching(
        /^net0 is right on 324 of 958 samples \(33\.8%\), which is below chance/,
      ),
    ])
  })

  it('is none of a network that learnt its training samples and nothing else', () => {
    expect(accuracyWarnings(given([ending(1, 0.3)]), data)).toEqual([])
  })

  it('is told of the analysed samples where a curve is given, or there is none', () => {
    expect(accuracyWarnings(given([ending(0.1, 0.1)], 'curve.csv'), data)).toEqual([])
    const [wrong] = given([[]])
    for (const { values } of wrong.checkpoints) values.prediction.fill(1)
    for (const { values } of wrong.checkpoints) values.givenLabel.fill(0)
    expect(accuracyWarnings([wrong], data)).toEqual([
      expect.stringMatching(/^net0 is right on 0 of 15 samples/),
    ])
  })
})

it('accuracies far apart on all samples are a question', () => {
  expect(accuracyWarnings(given([ending(0.95, 0.9), ending(0.5, 0.5)]), data)).toEqual([
    expect.stringMatching(/^net0 is right on 93\.5% of the samples and net1 on 50\.0%/),
  ])
})
