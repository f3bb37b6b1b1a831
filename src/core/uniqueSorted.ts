/** Numbers in ascending order, each once. */
export function uniqueSorted(numbers: Iterable<number>): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b)
}
