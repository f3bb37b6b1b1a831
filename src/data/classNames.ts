/** Class names in order: by number where all are numbers, otherwise by code unit. */
export function sortedClasses(names: Iterable<string>): string[] {
  const unique = [...new Set(names)]
  const numeric = unique.every((name) => name.trim() !== '' && Number.isFinite(Number(name)))
  return unique.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1))
}
