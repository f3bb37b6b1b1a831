/** The gap between test and training loss, from which the phases of training are told. */
import type { GapLabels, LossPoint } from './types.js'

/** Running median over `width` points (an even width counts as the next odd one), shorter at the ends. */
export function runningMedian(values: ArrayLike<number>, width: number): Float64Array {
  const reach = Math.floor(width / 2)
  return Float64Array.from({ length: values.length }, (_, centre) => {
    // A symmetric window keeps a monotone curve as it is.
    const side = Math.min(reach, centre, values.length - 1 - centre)
    const window = new Float64Array(2 * side + 1)
    for (let index = 0; index < window.length; index++)
      window[index] = values[centre - side + index]
    return window.sort()[side]
  })
}

/** Points whose losses are finite, by step. */
export function usablePoints(curve: readonly LossPoint[]): LossPoint[] {
  return curve
    .filter((point) => Number.isFinite(point.trainLoss) && Number.isFinite(point.testLoss))
    .sort((a, b) => a.step - b.step)
}

/** A gap, shape [points], and the labels of the training losses in it. */
interface LossGap {
  readonly gap: Float64Array
  readonly labels: GapLabels
}

/**
 * g(t) = L_test(t) − L_train(t). With `true` labels L_train is the loss of the training samples whose label noise has
 * not changed, so that training and test samples are alike; on given labels where the curve does not have it at
 * every point.
 */
export function lossGap(points: readonly LossPoint[], labels: GapLabels): LossGap {
  const isKnown = points.every(({ trueLabelLoss }) => trueLabelLoss !== undefined)
  const used = labels === 'true' && isKnown ? 'true' : 'given'
  const lossOf = ({ trainLoss, trueLabelLoss }: LossPoint) =>
    used === 'true' ? (trueLabelLoss as number) : trainLoss
  return { gap: Float64Array.from(points, (point) => point.testLoss - lossOf(point)), labels: used }
}
