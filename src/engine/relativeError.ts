/**
 * Largest difference between two arrays relative to the largest magnitude of the second:
 * max|a − b| / max(|b|, floor). NaN anywhere gives NaN.
 */
export function relativeError(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  floor = 1e-12,
): number {
  if (actual.length !== expected.length) return Number.NaN
  let difference = 0
  let scale = floor
  for (let index = 0; index < expected.length; index++) {
    const distance = Math.abs(actual[index] - expected[index])
    if (Number.isNaN(distance)) return Number.NaN
    difference = Math.max(difference, distance)
    scale = Math.max(scale, Math.abs(expected[index]))
  }
  return difference / scale
}
