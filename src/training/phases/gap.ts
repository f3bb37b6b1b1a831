import type { LossPoint } from './types.js'

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

/** g(t) = L_test(t) − L_train(t), shape [points]. */
export function lossGap(points: readonly LossPoint[]): Float64Array {
  return Float64Array.from(points, (point) => point.testLoss - point.trainLoss)
}
