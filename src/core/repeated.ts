/** The values that a list has more than once, each once, in the order of their second place. */
export function repeated<T>(values: Iterable<T>): T[] {
  const seen = new Set<T>()
  const again = new Set<T>()
  for (const value of values) (seen.has(value) ? again : seen).add(value)
  return [...again]
}
