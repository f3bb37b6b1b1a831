/** Refuses tables whose numbers would lose their differences in float32. */
import { InputError } from '../core/errors.js'

/** Rounding to float32 that leaves a feature what it says, in its standard deviations: steps of a 500th of one. */
const MOST_ROUNDING = 1e-3

/** Deviation of a constant that was computed in float64, relative to it. */
const NO_DEVIATION = 1e-12

/**
 * Throws InputError where float32, in which networks compute, would lose the differences within a feature of
 * a table [count, features]: where it rounds a value by more than a thousandth of the feature's standard
 * deviation, as with seconds since 1970 within an hour. Others are taken as they are and standardised after
 * the rounding, on which the fingerprint of the data, and with it the id of every network, rests.
 */
export function checkFloat32(
  table: ArrayLike<number>,
  features: readonly string[],
  file: string,
): void {
  if (table instanceof Float32Array) return
  for (const [feature, name] of features.entries()) {
    const { mean, deviation, worst } = columnOf(table, feature, features.length)
    if (!(deviation > NO_DEVIATION * Math.abs(mean))) continue
    if (!(Math.abs(worst - Math.fround(worst)) > MOST_ROUNDING * deviation)) continue
    throw new InputError(
      `${file}: column "${name}" loses its differences in float32, in which networks compute: ${worst} becomes ` +
        `${Math.fround(worst)}, and its standard deviation is ${deviation.toPrecision(3)}; subtract its mean, ` +
        `${mean}, from it in the file and divide it by its standard deviation`,
    )
  }
}

/** Mean and standard deviation of a column, and the first value of those that float32 rounds most. */
function columnOf(table: ArrayLike<number>, start: number, size: number) {
  let sum = 0
  let worst = 0
  for (let at = start; at < table.length; at += size) {
    const value = table[at]
    sum += value
    if (Math.abs(value - Math.fround(value)) > Math.abs(worst - Math.fround(worst))) worst = value
  }
  const count = table.length / size
  const mean = sum / count
  let squares = 0
  for (let at = start; at < table.length; at += size) squares += (table[at] - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / count), worst }
}
