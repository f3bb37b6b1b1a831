/** Partial rank correlations: what is left of ranks once other ranks are known. */
import { pearson, scalarProduct } from './descriptive.js'

/** What is left of the ranks of some values once others are known. */
interface RankResiduals {
  /** Shape [samples]; all 0 where nothing is left. What differs by rounding alone is equal. */
  readonly residuals: Float64Array
  /**
   * Adjusted share of the variance of the ranks that the others explain, 1 − (1 − R²)(N − 1)/(N − p − 1) with p independent
   * regressors (Ezekiel 1930); about 0 for regressors that tell nothing. Undefined for constant values or N ≤ p + 1.
   */
  readonly explained: number | undefined
}

/** Lengths below this share of the whole are rounding: of regressors that others give already, and of residuals. */
const NOTHING = 1e-9

/**
 * Residuals of the least-squares regression of ranks on the ranks of other values, with an intercept: the
 * residuals whose correlations partial rank correlations are (Spearman's). Regressors that others give already are left out.
 * All are centred ranks (`centredRanks` in descriptive.ts) of one length.
 */
export function rankResiduals(ranks: Float64Array, others: readonly Float64Array[]): RankResiduals {
  const residuals = ranks.slice()
  const total = lengthOf(residuals)
  const directions: Float64Array[] = []
  for (const other of others) {
    const direction = other.slice()
    const whole = lengthOf(direction)
    removeAll(direction, directions)
    const left = lengthOf(direction)
    if (left > NOTHING * whole) directions.push(direction.map((value) => value / left))
  }
  removeAll(residuals, directions)
  const left = lengthOf(residuals)
  if (left <= NOTHING * total) residuals.fill(0)
  else joinTies(residuals, NOTHING * total)
  const degrees = residuals.length - directions.length - 1
  const share = (lengthOf(residuals) / total) ** 2
  return {
    residuals,
    explained:
      total > 0 && degrees > 0 ? 1 - (share * (residuals.length - 1)) / degrees : undefined,
  }
}

/**
 * Spearman's partial correlation of two lists, given others: Pearson's of their {@link rankResiduals}. Undefined where the others
 * leave nothing of either. All are centred ranks of one length.
 */
export function partialSpearman(
  a: Float64Array,
  b: Float64Array,
  given: readonly Float64Array[],
): number | undefined {
  return pearson(rankResiduals(a, given).residuals, rankResiduals(b, given).residuals)
}

/** Makes neighbours equal that differ by no more: samples alike in everything, which rounding would put in an order of its own. */
function joinTies(values: Float64Array, by: number): void {
  const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b])
  for (let place = 1; place < order.length; place++) {
    const [before, here] = [order[place - 1], order[place]]
    if (values[here] - values[before] <= by) values[here] = values[before]
  }
}

/** Takes orthonormal directions out of a vector; twice, since once leaves what rounding makes of large parts. */
function removeAll(vector: Float64Array, directions: readonly Float64Array[]): void {
  for (let round = 0; round < 2; round++) {
    for (const direction of directions) {
      const along = scalarProduct(vector, direction)
      for (let at = 0; at < vector.length; at++) vector[at] -= along * direction[at]
    }
  }
}

function lengthOf(vector: Float64Array): number {
  return Math.sqrt(scalarProduct(vector, vector))
}
