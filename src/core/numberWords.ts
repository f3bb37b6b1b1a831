/** Numbers as messages and the report say them. */

/** A share in percent, to one decimal: `12.5%`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`
}

/** How many of something: `1 sample`, `2 samples`; `plural` where an s does not make it. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}
