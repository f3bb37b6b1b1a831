/** Losses that a user gives of networks from elsewhere. */

/** Below this a loss is no cross-entropy, which is ≥ 0 but for the rounding of float32. */
const LEAST_LOSS = -1e-6

/** What keeps a number from being a loss; undefined where nothing does. */
export function lossProblem(value: number): string | undefined {
  if (!Number.isFinite(value)) return 'no finite number'
  return value < LEAST_LOSS
    ? 'below 0, which no cross-entropy is (log-probabilities are losses with the other sign)'
    : undefined
}
