/** Losses and accuracies by a predictor and by a trainer against those worked out from the logits. */
import { expect, it } from 'vitest'
import type { Dataset, Samples } from '../data/types.js'
import type { Predictor } from '../engine/types.js'
import { evaluate, evaluateTrained } from './evaluate.js'

/** Samples of one feature, in two classes. */
function samplesOf(inputs: readonly number[], labels: readonly number[]): Samples {
  const given = Int32Array.from(labels)
  const ids = Int32Array.from(given.keys())
  return {
    ids,
    count: labels.length,
    inputs: Float32Array.from(inputs),
    labels: given,
    trueLabels: given,
  }
}

it('measures both splits the same by a predictor and by a trainer, as the logits [0, ln x] say', async () => {
  // The network of logits 0 and ln x has the probabilities 1/(1 + x) and x/(1 + x).
  const train = samplesOf([3, 1 / 3, 4], [1, 0, 0])
  const test = samplesOf([9], [0])
  const dataset = { kind: 'tabular', shape: [1], train, test } as unknown as Dataset
  const logits = (inputs: Iterable<number>) =>
    Float32Array.from([...inputs].flatMap((x) => [0, Math.log(x)]))
  const predictor: Predictor = { run: async ({ x }) => logits(x.data), dispose: async () => {} }
  const both = [...train.inputs, ...test.inputs]
  const trained = await evaluateTrained(
    async (rows) => logits([...rows].map((row) => both[row])),
    dataset,
  )
  expect(trained.train.loss).toBeCloseTo((2 * Math.log(4 / 3) + Math.log(5)) / 3, 6)
  expect(trained.train.accuracy).toBeCloseTo(2 / 3, 12)
  expect(trained.test).toMatchObject({ accuracy: 0, loss: expect.closeTo(Math.log(10), 6) })
  expect(await evaluate(predictor, dataset)).toEqual(trained)
})
