/** Curves of training read back against those that were written. */
import { expect, it } from 'vitest'
import { formatCurve, parseCurve } from './curve.js'
import { evaluationOf } from './evaluate.js'

const point = {
  step: 3,
  epoch: 0.1,
  trainLoss: 1 / 3,
  testLoss: 2e-7,
  trainAccuracy: 0.5,
  testAccuracy: 1,
}

it('a curve reads back exactly', () => {
  expect(parseCurve(formatCurve([point]), 'curve.csv')).toEqual([point])
})

it('a curve with losses on true labels reads back exactly, and one without is written as ever', () => {
  const measured = [point, { ...point, step: 4, trueLabelLoss: 0.1 }]
  expect(parseCurve(formatCurve(measured), 'curve.csv')).toEqual(measured)
  expect(formatCurve([point]).split('\n')[0]).toBe(
    'step,epoch,train_loss,test_loss,train_accuracy,test_accuracy',
  )
})

it('the loss on true labels leaves out changed ones, and is not told where there are none', () => {
  const predictions = [1, 2, 6].map((loss) => ({ prediction: 0, loss }))
  const evaluated = (labels: number[]) =>
    evaluationOf(predictions, {
      count: 3,
      labels: Int32Array.from(labels),
      trueLabels: Int32Array.of(0, 1, 2),
    })
  expect(evaluated([0, 1, 0])).toEqual({ loss: 3, accuracy: 2 / 3, trueLabelLoss: 1.5 })
  expect(evaluated([0, 1, 2])).toEqual({ loss: 3, accuracy: 1 / 3, trueLabelLoss: undefined })
})

it('a test loss that is not finite is kept as it was measured', () => {
  const curve = [Number.NaN, Number.POSITIVE_INFINITY].map((testLoss, step) => {
    return { ...point, step, testLoss }
  })
  expect(parseCurve(formatCurve(curve), 'curve.csv')).toEqual(curve)
})

it.each([
  ['cut within a row', formatCurve([point]).slice(0, -8)],
  ['empty', ''],
  ['cut within its last number', formatCurve([{ ...point, testAccuracy: 0.25 }]).slice(0, -2)],
  ['with a training loss that is no number', formatCurve([{ ...point, trainLoss: Number.NaN }])],
  ['without any point', formatCurve([])],
  ['of other content', 'x\n'],
  ['with a word for a number', formatCurve([point]).replace('0.5', 'half')],
  ['with a number written another way', formatCurve([point]).replace('0.5', '0.50')],
  ['with a cell too few', formatCurve([point]).replace(/,1\n/, '\n')],
  ['with a cell too many', formatCurve([point]).replace(/,1\n/, ',1,1\n')],
  ['with a point twice', formatCurve([point, point])],
  ['with points in another order', formatCurve([{ ...point, step: 4 }, point])],
  ['without the names of its columns', formatCurve([point]).split('\n').slice(1).join('\n')],
])('one that is %s is refused with the name of its file', (_, csv) => {
  expect(() => parseCurve(csv, 'networks/x/curve.csv')).toThrow(/^networks\/x\/curve\.csv.*damaged/)
})
