/** Warnings of accuracies at or below chance, or far apart, on made-up accuracies. */
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

describe('networks at chance', () => {
  const tenClasses = { classes: 10, trainCount: 2000, testCount: 1000 }
  const trained = (curves: readonly CurvePoint[][]) =>
    given(curves).map(
      (one) => ({ ...one, network: { ...one.network, origin: 'trained' } }) as never,
    )

  it.each([0.08, 0.1, 0.11])('are told of, trained here or not: %f of ten classes', (accuracy) => {
    const curves = [ending(accuracy, accuracy), ending(0.9, 0.5)]
    const right = Math.round(3000 * accuracy)
    const told = new RegExp(
      `^1 of 2 networks is right on no more samples than guessing \\(10.0% for 10 classes\\): net0 on ${right} of 3000;`,
    )
    expect(accuracyWarnings(trained(curves), tenClasses)).toEqual([expect.stringMatching(told)])
    // Far fewer than chance is another fault of a network from elsewhere.
    const [first] = accuracyWarnings(given(curves), tenClasses)
    expect(first).toMatch(accuracy < 0.09 ? /^net0 .* below chance/ : told)
  })

  it('are listed up to four, and none where all know something', () => {
    const many = Array.from({ length: 6 }, () => ending(0.1, 0.1))
    const [told] = accuracyWarnings(trained(many), tenClasses)
    expect(told).toMatch(/^6 of 6 networks are .*: net0 on .*, net3 on 300 of 3000, …;/)
    expect(accuracyWarnings(trained([ending(0.12, 0.12)]), tenClasses)).toEqual([])
  })
})

it('accuracies far apart on all samples are a question', () => {
  expect(accuracyWarnings(given([ending(0.95, 0.9), ending(0.5, 0.5)]), data)).toEqual([
    expect.stringMatching(/^1 of 2 networks is right on no more .*: net1 on 479 of 958;/),
    expect.stringMatching(/^net0 is right on 93\.5% of the samples and net1 on 50\.0%/),
  ])
})
