/** Whether outputs of the same rows, run twice, differ by more than rounding explains. */

/**
 * Share of the spread of the outputs (largest minus smallest over all rows) by which outputs of equal rows may
 * differ. Kernels add up in another order in another batch, which changes float32 sums by some 1e-6 of their
 * size; int8 in dynamic ranges changes them by 1e-3 and more, batch statistics by as much as they vary. 1e-4 is
 * in between, and what it lets pass moves v by about as little of its own range.
 */
const SPREAD = 1e-4
/** Share of the largest output: what kernels of sound devices differ by (1e-5) where all outputs are large and alike. */
const MAGNITUDE = 2 ** -16
/** Added to probabilities and to what they lack of 1 before their log-odds are compared; well above rounding. */
const FLOOR = 1e-4

/**
 * How far two sets of outputs of equal rows lie apart, in units of what rounding explains ({@link SPREAD},
 * {@link MAGNITUDE}): beyond 1 the difference is real. Outputs between 0 and 1 are compared as log-odds as
 * well, in which differences next to 0 and 1 show. Values that are not finite must be the same.
 */
export function beyondRounding(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  const plain = distance(actual, expected)
  const areShares = expected.every((value) => value >= -FLOOR && value <= 1 + FLOOR)
  if (!areShares || plain > 1) return plain
  return Math.max(plain, distance(actual.map(flooredLogOdds), expected.map(flooredLogOdds)))
}

function flooredLogOdds(p: number): number {
  const inside = Math.min(1, Math.max(0, p))
  return Math.log((inside + FLOOR) / (1 - inside + FLOOR))
}

function distance(actual: Float32Array, expected: Float32Array): number {
  let [least, most, furthest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  for (let index = 0; index < expected.length; index++) {
    const [a, b] = [actual[index], expected[index]]
    if (Object.is(a, b)) {
      if (!Number.isFinite(a)) continue
    } else if (!(Number.isFinite(a) && Number.isFinite(b))) return Number.POSITIVE_INFINITY
    furthest = Math.max(furthest, Math.abs(a - b))
    least = Math.min(least, b)
    most = Math.max(most, b)
  }
  if (furthest === 0) return 0
  const allowed = SPREAD * (most - least) + MAGNITUDE * Math.max(Math.abs(least), Math.abs(most))
  return furthest / allowed
}
