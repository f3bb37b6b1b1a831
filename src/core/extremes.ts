/**
 * Extremes of any number of values: those of Math.min and Math.max are arguments, of which the stack holds
 * some hundred thousand.
 */

/** The least of the values and `start`. */
export function smallest(values: Iterable<number>, start = Number.POSITIVE_INFINITY): number {
  let found = start
  for (const value of values) found = Math.min(found, value)
  return found
}

/** The greatest of the values and `start`. */
export function largest(values: Iterable<number>, start = Number.NEGATIVE_INFINITY): number {
  let found = start
  for (const value of values) found = Math.max(found, value)
  return found
}
