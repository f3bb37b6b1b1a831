/** Number of insertions, deletions and substitutions between two texts (Levenshtein, 1966). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const substitution = previous[column - 1] + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(substitution, previous[column] + 1, current[column - 1] + 1))
    }
    previous = current
  }
  return previous[b.length]
}

/** The name nearest to what a user wrote, for "did you mean". Needs at least one name. */
export function nearestName(written: string, names: readonly string[]): string {
  const distance = (name: string) => editDistance(written.toLowerCase(), name.toLowerCase())
  return names.reduce((best, name) => (distance(name) < distance(best) ? name : best))
}
