import { uniqueSorted } from '../core/uniqueSorted.js'

/**
 * Steps at which a run is looked at, evenly spaced in log(1 + epoch), the scale on which the phases
 * are fitted: epoch_i = (1 + E)^(i/(count−1)) − 1 for i = 0 … count−1, rounded to whole steps. The
 * first is step 0 (initialisation), the last the end; short runs give fewer, since no step is
 * listed twice. Our choice (the paper names no schedule).
 */
export function logSpacedSteps(count: number, totalSteps: number, stepsPerEpoch: number): number[] {
  const epochs = totalSteps / stepsPerEpoch
  const steps = Array.from({ length: count }, (_, index) => {
    const epoch = (1 + epochs) ** (index / (count - 1)) - 1
    return Math.min(totalSteps, Math.round(epoch * stepsPerEpoch))
  })
  return uniqueSorted(steps)
}
